// The command line of `salt`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "deploy/sandbox/salt/targeting.hpp"

namespace slipway::sandbox::salt {

struct arguments {
    target_kind kind = target_kind::glob;
    std::string target;
    std::string function;
    std::vector<std::string> positional;       ///< after the function
    std::map<std::string, std::string> named;  ///< "test=true" after the function
    bool json = false;
    int indent = 4;  ///< -1 = each document on one line
    bool in_one_object = false;
    bool in_background = false;
    bool shows_job = false;  ///< -v, --show-jid
    bool only_preview = false;
    bool shows_version = false;
    std::string batch;     ///< "" = all at once
    std::string metadata;  ///< JSON, as --metadata was given

    /// "test=true" and "test=True" as YAML reads them.
    bool is_test() const;
};

/// errc::invalid with the sentence that goes to standard error.
result<arguments> read_arguments(const std::vector<std::string>& argv);

}  // namespace slipway::sandbox::salt

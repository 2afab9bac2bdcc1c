// A fault in a file, as a person needs it.
#pragma once

#include <string>

namespace slipway {

struct yaml_problem {
    std::string file;
    int line = 0;  ///< 1-based; 0 = the file as a whole
    std::string sentence;

    /// "project.yaml:12: `brnach` is not known here; did you mean `branch`?"
    std::string text() const;
    friend bool operator==(const yaml_problem&, const yaml_problem&) = default;
};

}  // namespace slipway

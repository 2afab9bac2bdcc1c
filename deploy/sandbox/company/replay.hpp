// product/history.yaml, step by step, into one repository and its GitLab records.
#pragma once

#include "deploy/sandbox/company/company.hpp"

namespace slipway::sandbox {

struct replayed {
    std::unique_ptr<gitlab::hosted_project> project;
    std::int64_t bug_merge_request = 0;
};

/// Personas and accounts as GitLab users.
std::vector<gitlab::user> gitlab_users(const scenario& from);

/// One repository from one file of the product folder: "history.yaml". errc::invalid with file and line when a step
/// cannot be done.
result<replayed> replay_history(const scenario& from, const std::string& state, const std::string& name);

}  // namespace slipway::sandbox

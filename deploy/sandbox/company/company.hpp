// Replays product/history.yaml into a state folder: a bare repository, GitLab's records, servers with the last release
// on them. The same scenario gives the same bytes, on any day.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "deploy/sandbox/gitlab/model.hpp"
#include "deploy/sandbox/scenario.hpp"
#include "integrations/base/result.hpp"

namespace slipway::sandbox {

/// The company's morning. Below its folder:
///   git/<group>/<project>.git   the repository that developers and the bot push to (file://)
///   hosts/<host>/               what runs on each server; see salt/deployment.hpp
///   salt/                       minions.json, faults.json, jobs/
///   bin/                        salt, salt-run, substance: put it into PATH
struct built_company {
    std::string folder;
    gitlab::instance gitlab;
    std::int64_t bug_merge_request = 0;  ///< iid of the open merge request that plants the bug
};

/// Where the parts live below the state folder.
std::string repository_folder(const std::string& state, const std::string& project_path);

/// Builds the company in `folder`, in place of what an earlier sandbox left there. `salt_program` is the sandbox's salt
/// executable; "" = none in bin/. errc::invalid with file and line when history.yaml is wrong (an edit that does not
/// fit, an unknown person), and when the folder holds things that no sandbox made: they stay.
result<built_company> build_company(const scenario& from, const std::string& folder, const std::string& salt_program);

}  // namespace slipway::sandbox

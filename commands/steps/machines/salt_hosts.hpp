// Which hosts: pinned by the ping, done by this release, reached by the last one.
#pragma once

#include <string>
#include <vector>

#include "commands/steps/step.hpp"

namespace slipway::steps {

bool among(const std::vector<std::string>& all, const std::string& one);
json::array as_json(const std::vector<std::string>& names);
std::vector<std::string> names_in(const json::array& all);

std::vector<std::string> pinned_hosts(const release::release_state& state);
/// Hosts that this step of this release has built with this very commit.
std::vector<std::string> done_hosts(const release::release_state& state, std::string_view step,
                                    const std::string& commit);
/// The fact that done_hosts reads: those of before and these.
json::object done_fact(const release::release_state& state, std::string_view step, const std::string& commit,
                       const std::vector<std::string>& more);
/// Pinned and not done; all of the pinned when none is left, so that looking again shows something.
std::vector<std::string> hosts_to_do(const release::release_state& state, std::string_view step,
                                     const std::string& commit);

struct deployed_hosts {
    std::vector<std::string> hosts;
    std::string version;
};
/// Empty before the first deploy.
task<result<deployed_hosts>> hosts_of_last_deploy(context here);
task<result<>> remember_deploy(context here, std::vector<std::string> hosts);

}  // namespace slipway::steps

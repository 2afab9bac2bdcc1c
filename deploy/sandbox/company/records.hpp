// GitLab's records out of history.yaml: milestones, issues, merge requests, releases. Everything throws YAML::Exception
// at the line that is wrong.
#pragma once

#include <yaml-cpp/yaml.h>

#include "deploy/sandbox/gitlab/model.hpp"
#include "deploy/sandbox/scenario.hpp"

namespace slipway::sandbox {

instant time_at(const YAML::Node& node);

/// Everything but merge requests and releases, which need commits.
gitlab::project read_project(const YAML::Node& root, const scenario& from);

/// Without commit ids: the replay fills them in.
gitlab::merge_request read_merge_request(const YAML::Node& node, const scenario& from, const gitlab::project& in);

void add_release(const YAML::Node& node, gitlab::project& into, const std::string& author);

}  // namespace slipway::sandbox

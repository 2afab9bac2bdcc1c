// GitLab for people: projects, milestones, merge requests with their changes, issues, tags, comparisons. Read only.
#pragma once

#include <string>
#include <vector>

#include "deploy/sandbox/gitlab/model.hpp"
#include "integrations/net/server.hpp"

namespace slipway::sandbox::gitlab {

/// `path` is below /gitlab, decoded.
net::server_response show_page(instance& of, const std::vector<std::string>& path);

}  // namespace slipway::sandbox::gitlab

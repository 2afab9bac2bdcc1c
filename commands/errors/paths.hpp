// From the path in a stack trace to the path in the repository.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::errors {

/// A deployed root and what it is in the repository: {"/srv/www/site/", ""} or {"app:///", "frontend/src/"}.
struct path_rule {
    std::string prefix;
    std::string becomes;
};

/// The one path of `tree` that `reported` means, or nullopt. Rules first (the first that gives an existing path); then
/// the longest common suffix of whole path parts, if exactly one path has it and it is two parts or the whole path.
/// Backslashes, drive letters, leading slashes, "app:///", "webpack://…/./" and URL origins are understood.
std::optional<std::string> map_path(std::string_view reported, const std::vector<std::string>& tree,
                                    const std::vector<path_rule>& rules = {});

}  // namespace slipway::errors

// What a commit's message and author say about who answers for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/errors/suspects.hpp"

namespace slipway::errors {

/// From "Co-authored-by: Name <address>" trailers, each once.
std::vector<developer> co_authors_in(std::string_view message);
/// The commit that "This reverts commit <id>." names; "" = none.
std::string reverted_in(std::string_view message);
/// A dependency updater, a CI account, a GitLab access token: nobody who could explain a line.
bool is_robot(const developer& who);
/// Ids in a `.git-blame-ignore-revs` file: one a line, "#" begins a comment.
std::vector<std::string> ignored_revisions(std::string_view file);

}  // namespace slipway::errors

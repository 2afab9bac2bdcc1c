// Small pieces of HTML that every page of the sandbox's GitLab shares.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "deploy/sandbox/gitlab/model.hpp"

namespace slipway::sandbox::gitlab {

std::string escape(std::string_view text);
/// Whole document; `trail` are (text, address) pairs from the outermost page to this one.
std::string document(const std::string& title, const std::vector<std::pair<std::string, std::string>>& trail,
                     const hosted_project* project, const std::string& content);
/// Paragraphs, fenced code and lists; "#4" and "!9" become links below `project_root`.
std::string prose(std::string_view text, const std::string& project_root);
std::string badge(const std::string& state);
std::string label(const std::string& name);
std::string person(const instance& of, const std::string& username);
std::string people(const instance& of, const std::vector<std::string>& usernames);
std::string changes(const std::vector<file_diff>& files);
std::string day(instant at);

}  // namespace slipway::sandbox::gitlab

// What a value in a settings file must look like, each with the sentence that says so. Shared by the bot's own file
// and the project files.
#pragma once

#include <string>
#include <string_view>

#include "commands/release/yaml.hpp"

namespace slipway::checks {

/// Lower-case letters, digits and dashes: what people type after `/release start`.
bool is_identifier(std::string_view text);
/// "C0123ABC", "G0123ABC"
bool is_slack_channel(std::string_view text);
/// "U0123ABC", "W0123ABC"
bool is_slack_user(std::string_view text);
/// "S0123ABC"
bool is_slack_group(std::string_view text);
/// What git takes as a branch name, and no option or path trick (R8.5).
bool is_branch(std::string_view text);
constexpr std::string_view branch_words = "a branch name as git takes it";
/// What may stand before a version in a tag's name.
bool is_tag_prefix(std::string_view text);
/// Inside the repository: relative, without "..", empty parts or control characters; never an option.
bool is_path_inside(std::string_view text);
/// "NAME": an environment variable.
bool is_variable(std::string_view text);
/// http or https with a host, and nobody's password in it.
bool is_web_url(std::string_view text);
/// What `git fetch` may be told: https, http, ssh, file, user@host:path or an absolute path. No password, no option.
bool is_repository_url(std::string_view text);

/// The scalar there when it passes `check`, else `otherwise` with a problem "`path` must be <expected>, not `…`".
std::string text_that(const yaml_value& at, bool (*check)(std::string_view), std::string_view expected,
                      std::string otherwise = {});
/// The same for every text of a list.
std::vector<std::string> texts_that(const yaml_value& at, bool (*check)(std::string_view), std::string_view expected);
/// A program's argv; text instead of a list is explained, because no shell would read it.
std::vector<std::string> command_at(const yaml_value& at);

/// A problem for every value that is a secret by its key (token, password …) or by its looks (xoxb-…, glpat-…). The
/// value itself is never quoted.
void refuse_secrets(const yaml_value& root);

}  // namespace slipway::checks

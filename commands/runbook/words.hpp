// A command line that people wrote, as the list of arguments it means. Nothing of a shell is played: what only a shell
// could do is a refusal, so that a line never means something else here than where it is pasted. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/result.hpp"

namespace slipway::runbook {

/// "salt -L 'a,b' test.ping" → {salt, -L, a,b, test.ping}. Blanks part words; '…' holds everything as it is, "…" all
/// but
/// \" and \\; a backslash outside quotes takes the next character. errc::refused names the sign that only a shell
/// understands: pipes, redirection, ; & globs, braces, variables, command substitution, ~, comments, assignments,
/// control characters, and a quote that is never closed.
result<std::vector<std::string>> split_words(std::string_view line);

/// One allowed command: word by word, each word may hold `*` for any characters; a last word "..." allows more words.
/// A pattern of one word is the program with any arguments.
using command_pattern = std::vector<std::string>;

/// Does one of them fit the whole argv? The program has to be written as it stands in the pattern: a path is no name.
bool is_allowed(const std::vector<std::string>& argv, const std::vector<command_pattern>& allowed);

}  // namespace slipway::runbook

// Inside this room only: what the git program prints, understood. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/result.hpp"
#include "integrations/git/transport.hpp"

namespace slipway::git::detail {

/// What git was doing when it failed: decides whether an unclear end may have changed the remote.
enum class phase { reading, pushing };

/// A failed run's stderr as a failure: which kind, with git's and the remote's own words.
failure explain(std::string_view what, std::string_view error_text, phase during);

/// The lines that the remote sent ("remote: …"), without the prefix and blank ends.
std::string remote_words(std::string_view error_text);

/// Output of `git ls-remote`, peeled "^{}" lines folded into their tag.
std::vector<remote_ref> parse_listing(std::string_view out);

struct pushed_line {
    char flag = ' ';  ///< ' ' moved forward, '+' forced, '*' new, '=' up to date, '!' refused, '-' deleted
    std::string ref;
    std::string reason;  ///< for '!': "[rejected] (stale info)" and the like
};
/// Output of `git push --porcelain`, one line for each reference.
std::vector<pushed_line> parse_push(std::string_view out);

/// The outcome of a push: a report, or why nothing moved. `lines` decide, not the exit code alone.
result<push_report> judge_push(const std::vector<push_ref>& wanted, int exit_code, std::string_view out,
                               std::string_view error_text);

}  // namespace slipway::git::detail

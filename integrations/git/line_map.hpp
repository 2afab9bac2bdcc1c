// Inside this room only: which lines of one file version are unchanged lines of another.
#pragma once

#include "integrations/git/libgit2.hpp"

namespace slipway::git::detail {

/// `count` lines that are the same in both versions; 1-based.
struct unchanged_lines {
    std::size_t old_start = 1;
    std::size_t new_start = 1;
    std::size_t count = 0;
};

/// In ascending order. Binary content is compared as text too: blame only counts lines.
result<std::vector<unchanged_lines>> unchanged_between(git_repository& repo, const git_oid& old_blob,
                                                       const git_oid& new_blob, bool ignore_white_space = false);
/// Lines of a blob; an unfinished last line counts.
result<std::size_t> line_count(git_repository& repo, const git_oid& blob);

}  // namespace slipway::git::detail

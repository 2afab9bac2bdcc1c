// Inside this room only: which lines of one file version are unchanged lines of another.
#pragma once

#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "integrations/git/libgit2.hpp"

namespace slipway::git::detail {

/// `count` lines that are the same in both versions; 1-based.
struct unchanged_lines {
    std::size_t old_start = 1;
    std::size_t new_start = 1;
    std::size_t count = 0;
};

/// One version of a file, cut into lines. Each line has its end; an unfinished last one counts.
struct file_version {
    git_oid id{};
    blob_handle blob;
    std::vector<std::string_view> lines;  ///< into `blob`
};

/// Versions as they are met. A walk meets each twice in a row, as the older one and as the newer one: it is read once.
class file_versions {
public:
    explicit file_versions(git_repository& repo) : repo_{repo} {}
    /// Stays valid however many others are asked for.
    result<std::shared_ptr<const file_version>> at(const git_oid& blob);

private:
    git_repository& repo_;
    std::deque<std::shared_ptr<const file_version>> last_;
};

/// In ascending order. Binary content is compared as text too: blame only counts lines.
result<std::vector<unchanged_lines>> unchanged_between(const file_version& before, const file_version& after,
                                                       bool ignore_white_space);

}  // namespace slipway::git::detail

// What a difference is made of and who brought each part: plain values, no git.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "integrations/base/untrusted.hpp"

namespace slipway::risk {

/// Strongest first: a line that a merge request showed is not a surprise, whoever else touched it.
enum class origin_kind {
    request,  ///< a merge request, as its readers saw it
    release,  ///< the release's own commits and housekeeping
    direct,   ///< committed without a merge request
    merge,    ///< what a merge commit holds beyond what was merged
};

/// Who brought something into the range.
struct origin {
    origin_kind kind = origin_kind::direct;
    std::int64_t iid = 0;  ///< of the merge request; 0 = none
    std::string commit;    ///< the first-parent commit it came with
    std::string author;    ///< GitLab user name, or the name in the commit: written by people
    untrusted title;
    std::string url;
};

struct line {
    std::size_t number = 0;  ///< 1-based, on its own side
    std::string text;        ///< bytes, without the end of line, perhaps only its beginning
};

/// Lines that changed in one place.
struct hunk {
    std::vector<line> added;
    std::vector<line> removed;
};

enum class file_change { added, removed, modified, renamed, mode_only, type_changed };

/// One path that differs.
struct file_part {
    std::string path;
    std::string old_path;  ///< equal to path unless renamed
    file_change change = file_change::modified;
    std::uint32_t old_mode = 0;  ///< as git has it: 0100644, 0100755 …; 0 = was not there
    std::uint32_t new_mode = 0;
    bool binary = false;
    std::uint64_t size = 0;  ///< bytes afterwards
    std::size_t added = 0;   ///< lines, all of them
    std::size_t removed = 0;
    std::vector<hunk> hunks;
    bool cut = false;  ///< hunks hold only the beginning
};

/// What one landing brought, as one origin showed it.
struct contribution {
    origin from;
    std::vector<file_part> files;
    std::vector<std::string> evil_paths;  ///< where a merge commit differs from the automatic merge
};

/// The whole difference and what it is made of.
struct material {
    std::vector<file_part> whole;
    std::vector<contribution> parts;
};

/// A letter, digit or underscore: part of an identifier in every language the rules read.
constexpr bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
/// A file's mode as git writes it: "100644"; "nothing" for a file that is not there.
std::string octal(std::uint32_t mode);

}  // namespace slipway::risk

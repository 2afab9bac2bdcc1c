// What git objects look like to the rest of the house: plain values, no libgit2.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/untrusted.hpp"

namespace slipway::git {

/// 40 lower-case hex digits. "" means "no such object" where a comment says so.
using object_id = std::string;

/// Who and when. With an explicit time the same object is built twice with the same id.
struct signature {
    std::string name;       ///< written by people: wrap in `untrusted` before showing
    std::string email;      ///< gives no rights; only a hint who somebody may be
    std::int64_t time = 0;  ///< seconds since 1970, UTC
    int offset_minutes = 0;
    friend bool operator==(const signature&, const signature&) = default;
};

struct commit {
    object_id id;
    object_id tree;
    std::vector<object_id> parents;
    signature author;
    signature committer;
    untrusted message;  ///< whole, bytes as stored

    /// The first line of the message.
    untrusted subject() const;
};

/// One step on the first-parent line of a branch: a direct commit, or a merge with everything it brought.
struct landing {
    commit tip;
    std::vector<commit> brought;  ///< reachable from the other parents and not from the first; newest first
};

struct reference {
    std::string name;  ///< full: "refs/heads/main"
    object_id target;  ///< what the name points at; for an annotated tag the tag object
    object_id commit;  ///< after peeling; "" when it is not a commit
    bool annotated = false;
};

/// A submodule that one first-parent step moved to another commit of its own repository.
struct submodule_move {
    std::string path;   ///< bytes as in the tree
    object_id landing;  ///< the first-parent commit that did it
    object_id from;     ///< "" = there was no submodule at that path
    object_id to;       ///< "" = there is none any more
    friend bool operator==(const submodule_move&, const submodule_move&) = default;
};

/// Modes as git stores them.
enum class file_mode : std::uint32_t {
    absent = 0,
    regular = 0100644,
    executable = 0100755,
    symlink = 0120000,
    submodule = 0160000,
};

enum class change_kind { added, removed, modified, mode_only, renamed, type_changed };
std::string_view to_string(change_kind kind) noexcept;

/// One path that differs between two trees.
struct delta {
    change_kind kind = change_kind::modified;
    std::string old_path;  ///< equal to new_path unless renamed
    std::string new_path;
    file_mode old_mode = file_mode::absent;
    file_mode new_mode = file_mode::absent;
    object_id old_blob;       ///< "" when added
    object_id new_blob;       ///< "" when removed
    bool binary = false;      ///< only known when lines were counted
    std::size_t added = 0;    ///< lines
    std::size_t removed = 0;  ///< lines
};

enum class renames { ignored, found };
enum class line_counts { skipped, counted };
struct diff_options {
    git::renames renames = git::renames::ignored;
    git::line_counts lines = git::line_counts::counted;
    std::vector<std::string> paths;  ///< exact files or folders; empty = everything
};

/// A line that one side of a difference has and the other has not.
struct changed_line {
    std::size_t number = 0;  ///< 1-based, on its own side
    std::string text;        ///< bytes without the end of line, at most line_limits::longest
};

/// Lines that changed in one place.
struct changed_hunk {
    std::vector<changed_line> added;
    std::vector<changed_line> removed;
};

/// One path that differs, with the lines that make the difference.
struct file_lines {
    delta what;                       ///< `added` and `removed` count all lines, also those that were cut off
    std::vector<changed_hunk> hunks;  ///< in the order of the file; none when it is binary
    std::uint64_t size = 0;           ///< bytes of the new content; 0 when it is gone or a submodule
    bool cut = false;                 ///< lines are missing here because of the limits
};

/// A difference is read by programs and people: neither wants a minified megabyte in one line.
struct line_limits {
    std::size_t longest = 2'000;      ///< bytes kept of a line
    std::size_t most_lines = 20'000;  ///< kept of one path
    git::renames renames = git::renames::found;
    std::vector<std::string> paths;  ///< exact files or folders; empty = everything
};

/// Where a whole word stands in a tree.
struct word_use {
    std::string word;
    std::string path;
    std::size_t line = 0;  ///< 1-based
    std::string text;      ///< the line, at most 200 bytes of it
};

/// Which files of a tree are searched.
struct word_search {
    std::vector<std::string> words;          ///< letters, digits and underscores
    std::vector<std::string> endings;        ///< of file names: ".php"; empty = every file
    std::size_t most_uses = 50;              ///< then the search ends
    std::uint64_t largest_file = 1'000'000;  ///< bytes; larger and binary files are passed over
};

/// What one path shall become. Neither content nor mode: the path is removed.
struct file_edit {
    std::optional<std::string> content;  ///< bytes, stored as they are; nullopt with a mode keeps the content
    std::optional<file_mode> mode;       ///< nullopt keeps the present mode (new paths: regular)
};
using edits = std::map<std::string, file_edit>;

struct new_commit {
    std::vector<object_id> parents;
    object_id base_tree;  ///< "" = the tree of the first parent
    git::edits edits;     ///< applied on top of base_tree
    signature author;
    signature committer;
    std::string message;
};

struct new_tag {
    std::string name;  ///< short: "1.4.0"
    object_id target;  ///< a commit
    signature tagger;
    std::string message;
};

struct merge_outcome {
    object_id tree;                      ///< "" when there are conflicts
    std::vector<std::string> conflicts;  ///< paths that people have to merge, sorted
    bool clean() const noexcept { return conflicts.empty(); }
};

/// How two commits relate: commits only in the one, only in the other.
struct distance {
    std::size_t ahead = 0;
    std::size_t behind = 0;
};

struct blamed_line {
    std::size_t number = 0;           ///< 1-based, in the newest version
    object_id commit;                 ///< who wrote it; the oldest commit of the range when `in_range` is false
    bool in_range = false;            ///< the line was written after `oldest`, and at or before `newest`
    std::size_t original_number = 0;  ///< 1-based, in that commit
};

struct blame_question {
    std::string path;
    object_id newest;
    object_id oldest;  ///< not blamed itself: lines it already has come back with in_range = false. "" = whole history
    std::size_t first_line = 1;
    std::size_t last_line = 0;  ///< 0 = to the end of the file
};

/// Lines of one file.
struct file_window {
    std::string path;
    std::size_t first_line = 1;
    std::size_t last_line = 0;  ///< 0 = to the end of the file
};

/// Several places of one version at once: the range is walked once, and each file once.
struct blame_questions {
    object_id newest;
    object_id oldest;  ///< as in blame_question
    std::vector<file_window> windows;
    bool ignore_white_space = false;  ///< a line that only moved to the right keeps its author
};

/// A patch as people read it, perhaps only its beginning.
struct patch_text {
    untrusted text;
    bool cut = false;
};

struct work_tree_change {
    std::string path;
    change_kind kind = change_kind::modified;  ///< untracked files are `added`
    file_mode mode = file_mode::absent;        ///< in the work tree
};

}  // namespace slipway::git

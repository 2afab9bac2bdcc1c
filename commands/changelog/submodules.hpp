// A submodule that a release moves: its merge request is one line, the change is in another project. Pure: which
// project that is, and what is said about what it brings.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "commands/changelog/entry.hpp"

namespace slipway::changelog {

/// Path → address, as the text of a `.gitmodules` says; an entry that lacks one of the two is left out.
std::map<std::string, std::string> submodule_addresses(std::string_view text);

/// "cig/lib" of "https://host/cig/lib.git", "git@host:cig/lib.git" and, for a project of `own` = "cig/web",
/// "../lib.git". "" when the address ends in no project of `group`: where it leads otherwise is never looked at,
/// because whoever may change `.gitmodules` could make the bot clone anything.
std::string project_of_address(std::string_view address, std::string_view own, std::string_view group);

enum class submodule_way {
    forward,   ///< the new commit has the old one
    sideways,  ///< both have commits that the other has not
    back,      ///< the old commit has the new one
    added,
    removed,
    unread,  ///< `why` says what stood in the way
};

/// A merge request of the submodule's project, or a commit of it that none has.
struct submodule_line {
    std::string name;  ///< "cig/lib!12", "commit 0123456789"
    untrusted title;
    std::string author;  ///< written by people
    std::string url;     ///< "" = no link
};

struct submodule_change {
    std::string path;
    std::string landing;  ///< the first-parent commit that did it; the newest when several did
    std::string from;
    std::string to;
    std::string project;  ///< "cig/lib"; "" = not one of those that are read
    submodule_way way = submodule_way::unread;
    std::string why;                    ///< of `unread`: our words
    std::vector<entry_item> items;      ///< what landed between the two, oldest first
    std::vector<submodule_line> lines;  ///< the same for a table, then the commits that no merge request has
    std::size_t commits_lost = 0;       ///< that `from` has and `to` has not
};

/// "moves vendor/lib (cig/lib) from 0123456789 to abcdef0123: 2 merge requests, 1 commit without one"
std::string words_of(const submodule_change& change);
/// Does it need a reader's attention: not read, or something is taken away?
bool is_noteworthy(const submodule_change& change) noexcept;

/// What the changes bring, in order; a request that several of them bring is named once.
std::vector<entry_item> entry_items(const std::vector<submodule_change>& changes);

}  // namespace slipway::changelog

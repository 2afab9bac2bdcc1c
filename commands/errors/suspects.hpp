// Who most likely caused an error, and why we think so. The caller collects the facts (blame, range, removed lines);
// what they mean is decided here.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "commands/errors/paths.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/telemetry/protocol/event.hpp"

namespace slipway::errors {

/// An author as git or GitLab knows them. Two are the same person when their e-mail (without case), or else their
/// user name, is the same.
struct developer {
    std::string name, email;
    std::string username;  ///< on GitLab; "" = not known yet
};

/// One commit that blame or the range named.
struct commit_fact {
    std::string id;
    std::string title;  ///< untrusted
    developer author;   ///< not the committer; after mailmap
    std::vector<developer> co_authors;
    instant when;
    bool in_range = false;  ///< new in this release: between what was deployed before and what is deployed now
    std::size_t files = 1;  ///< how many files it changed
    bool merge_or_bot = false;
    bool whitespace_only = false;
    bool ignored = false;                     ///< listed in .git-blame-ignore-revs
    std::string reverts;                      ///< the commit it takes back, "" = none
    std::int64_t request = 0;                 ///< merge request that brought it, 0 = not known
    std::optional<developer> request_author;  ///< stands in for merges and bots
};

/// Blame of one line at the deployed commit.
struct line_fact {
    int line = 0;
    std::string commit;
    bool same_function = false;  ///< inside the function that failed, further away than three lines
};

/// One frame, where it is in the repository, and what git says about the place.
struct frame_fact {
    telemetry::frame frame;
    std::string path;                        ///< in the repository; "" = could not be mapped
    std::vector<line_fact> lines;            ///< the line itself and up to three on each side; more when same_function
    std::vector<std::string> range_commits;  ///< commits of the range that touched the file
};

/// A line that the range removed and that held the missing name.
struct removed_fact {
    std::string symbol, path, commit;
};

struct suspect_input {
    std::vector<frame_fact> frames;  ///< in the order of blame_frames()
    std::map<std::string, commit_fact> commits;
    std::vector<removed_fact> removed;
    std::set<std::string> unavailable;  ///< e-mails and user names that must not be assigned: blocked, left
    instant now;
};

struct suspect {
    developer who;
    double confidence = 0;  ///< share of all evidence, 0 … 1
    bool in_range = false;  ///< some of the evidence is a change of this release
    std::vector<std::string>
        reasons;               ///< "line 15 of src/Cart.php, changed in abc1234 in this release"; may hold paths
    std::int64_t request = 0;  ///< merge request of the strongest evidence
    std::string commit;        ///< of the strongest evidence
};

struct suspicion {
    std::vector<suspect> ranked;      ///< most likely first
    std::optional<suspect> assignee;  ///< set when confidence is 0.5 or more, with a change of this release
    std::string why;                  ///< why this assignee, or why nobody: one sentence
};

/// The frames worth blaming, root cause first, crash first within each exception, in-app only (all when none is),
/// no repetitions, at most `most`. Weights fall with the position: 0.6^i.
std::vector<telemetry::frame> blame_frames(const telemetry::event& of, std::size_t most = 8);

/// "Call to undefined function total_price()" → "total_price"; nullopt when the message names nothing missing.
std::optional<std::string> missing_symbol(const telemetry::event& of);

suspicion suspects_of(const suspect_input& facts);

}  // namespace slipway::errors

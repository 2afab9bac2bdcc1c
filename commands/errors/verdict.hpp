// Did the deploy make it worse? Before and after, group by group, honest about not knowing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "integrations/base/untrusted.hpp"

namespace slipway::errors {

/// What became of one group of errors.
enum class change {
    fresh,      ///< "new": never seen before, in any kept release
    regressed,  ///< its issue was closed, and it happened in a release that contains the fix
    louder,     ///< known, and more frequent than chance explains
    noise,      ///< only while the servers restarted
    old,        ///< known, not louder
    muted,      ///< a person said: not in this release
};
/// The word people read: "new", "regressed", …
std::string_view to_string(change what) noexcept;

struct group_counts {
    std::string group;
    untrusted title;
    std::vector<std::uint32_t> before;  ///< per minute, oldest first
    std::vector<std::uint32_t> after;   ///< per minute from the deploy on, restart minutes included
    std::size_t servers_after = 0;      ///< distinct servers that reported it after the restart; 0 = they gave no name
    bool seen_before = false;           ///< in any kept release, also before the `before` window
    bool fix_is_in_release = false;     ///< its issue is closed and the fix is an ancestor of what was deployed
    std::string fix;                    ///< how we know: "!12 (abc1234) is in this release"; "" = nothing more to say
    bool muted = false;
    bool below_error = false;                        ///< warnings and less: counted, never an alarm
    std::uint64_t on_new_code = 0, on_old_code = 0;  ///< in the same minutes, when a wave is compared (see waves)
};

/// A deploy that has reached a part of the servers: those with the new code against the others in the same minutes, so
/// that changes of traffic cancel out.
struct waves {
    std::size_t new_code = 0, old_code = 0;  ///< servers; one of them 0 = there is nothing to compare
    bool known() const noexcept { return new_code > 0 && old_code > 0; }
};

struct comparison_input {
    std::vector<group_counts> groups;
    double before_minutes = 0;        ///< length of the windows; 0 = as long as the longest `before` and `after`
    double after_minutes = 0;         ///< restart minutes included
    std::size_t restart_minutes = 1;  ///< first minutes after the deploy that prove nothing
    bool traffic_before = false;      ///< any sign of life in the window before
    bool traffic_after = false;       ///< any sign of life after: errors, sessions, transactions, reports of clients
    double before_units = 0;          ///< requests or sessions, when known for both windows; else 0: minutes are used
    double after_units = 0;           ///< without the restart minutes
    std::string unit;                 ///< "sessions", when units are set
    waves wave;
    std::size_t servers = 0;  ///< that the release was deployed to; 1 = one server is evidence enough. 0 = not known
    std::size_t looks = 5;    ///< how often this deploy is judged in all (2, 5, 10, 15, 30 minutes)
    double alpha = 0.001;     ///< false alarms per deploy
    double tolerated = 1.5;   ///< a group may grow by this factor without being louder; the total by none
};

struct group_verdict {
    std::string group;
    untrusted title;
    change what = change::old;
    std::uint64_t before = 0, after = 0;  ///< counts; `after` without the restart minutes
    double p = 1;
    double ratio = 0, at_least = 0;  ///< meaningful for known groups
    bool alarming = false;           ///< enough to wake a person: 4 events or more, on two servers or more
    bool spared = false;             ///< as frequent on servers with the old code: hardly this deploy
    std::size_t servers = 0;         ///< that reported it after the restart
    std::string why;                 ///< one sentence with the numbers; no untrusted text in it
};

enum class health { healthy, worse, inconclusive };
std::string_view to_string(health what) noexcept;

/// What the release should do with it.
enum class advice {
    pass,
    ask,        ///< people decide: worse, but not by much or not on enough servers; or nothing can be said
    roll_back,  ///< proposed with the numbers; people decide that too
};
std::string_view to_string(advice what) noexcept;

struct verdict {
    health overall = health::inconclusive;
    std::string why;                      ///< one sentence
    std::uint64_t before = 0, after = 0;  ///< totals, without muted groups and restart minutes
    double before_minutes = 0, after_minutes = 0;
    bool total_louder = false;
    double total_at_least = 0;  ///< lower bound of the total's ratio; meaningful when total_louder
    std::string unit;           ///< what the windows were compared by: "sessions"; "" = minutes
    waves wave;
    advice next = advice::ask;
    std::vector<group_verdict> groups;  ///< what needs an issue first, then by count

    /// new, regressed and louder: the ones that become issues.
    std::vector<group_verdict> needing_issues() const;
};

verdict judge(const comparison_input& from);

}  // namespace slipway::errors

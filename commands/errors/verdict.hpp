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
    std::size_t servers_after = 0;      ///< distinct servers that reported it after the restart minutes
    bool seen_before = false;           ///< in any kept release, also before the `before` window
    bool fix_is_in_release = false;     ///< its issue is closed and the fix is an ancestor of what was deployed
    bool muted = false;
    bool below_error = false;  ///< warnings and less: counted, never an alarm
};

struct comparison_input {
    std::vector<group_counts> groups;
    double before_minutes = 0;        ///< length of the windows; 0 = as long as the longest `before` and `after`
    double after_minutes = 0;         ///< restart minutes included
    std::size_t restart_minutes = 1;  ///< first minutes after the deploy that prove nothing
    bool traffic_before = false;      ///< any sign of life in the window before
    bool traffic_after = false;       ///< any sign of life after: errors, sessions, transactions, reports of clients
    double before_units = 0;          ///< requests or sessions, when known for both windows; else 0: minutes are used
    double after_units = 0;
    std::size_t looks = 5;   ///< how often this deploy is judged in all (2, 5, 10, 15, 30 minutes)
    double alpha = 0.001;    ///< false alarms per deploy
    double tolerated = 1.5;  ///< a group may grow by this factor without being louder; the total by none
};

struct group_verdict {
    std::string group;
    untrusted title;
    change what = change::old;
    std::uint64_t before = 0, after = 0;  ///< counts; `after` without the restart minutes
    double p = 1;
    double ratio = 0, at_least = 0;  ///< meaningful for known groups
    bool alarming = false;           ///< enough to wake a person: 4 events or more, on two servers or more
    std::string why;                 ///< one sentence with the numbers; no untrusted text in it
};

enum class health { healthy, worse, inconclusive };
std::string_view to_string(health what) noexcept;

struct verdict {
    health overall = health::inconclusive;
    std::string why;                      ///< one sentence
    std::uint64_t before = 0, after = 0;  ///< totals, without muted groups and restart minutes
    double before_minutes = 0, after_minutes = 0;
    bool total_louder = false;
    std::vector<group_verdict> groups;  ///< what needs an issue first, then by count

    /// new, regressed and louder: the ones that become issues.
    std::vector<group_verdict> needing_issues() const;
};

verdict judge(const comparison_input& from);

}  // namespace slipway::errors

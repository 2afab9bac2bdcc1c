// The bot's memory of errors: how often each group happened, minute by minute, where, and how its first ones looked.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "integrations/base/clock.hpp"
#include "integrations/telemetry/protocol/event.hpp"
#include "integrations/telemetry/protocol/group.hpp"

namespace slipway::telemetry {

/// What may be kept at most. When a limit is reached, what was quiet for the longest goes first; counts that go are
/// added to the group "(other)" of their project, environment and release, so totals stay exact.
struct ledger_limits {
    std::chrono::minutes keep{26 * 60};
    std::size_t most_series = 50'000;  ///< (project, environment, release, group, server) combinations, ~350 bytes each
    std::size_t most_points = 2'000'000;  ///< minutes with a count, 8 bytes each
    std::size_t most_groups = 10'000;     ///< titles and first sightings, ~1 KiB each
    std::size_t samples_per_release = 2;  ///< events kept whole per group and release
    std::size_t most_sample_bytes = 16U << 20U;
};

struct place {
    std::string project, environment;
    auto operator<=>(const place&) const = default;
};

/// [from, to), in whole minutes: both ends are rounded down.
struct window {
    instant from, to;
};

/// Which occurrences are meant; unset members mean "all".
struct selection {
    place where;
    std::optional<std::string> release;
    std::optional<std::string> group;
    std::optional<std::set<std::string>> servers;
};

struct group_record {
    std::string hash;
    untrusted title, culprit;
    severity level = severity::error;  ///< the worst seen
    instant first_seen, last_seen;
    std::string first_release;
    std::uint64_t total = 0;  ///< since first_seen, also beyond `keep`
};

struct group_activity {
    group_record group;
    std::uint64_t count = 0;  ///< in the window
    std::vector<std::uint32_t> per_minute;
    std::map<std::string, std::uint64_t> servers;
    std::map<std::string, std::uint64_t> releases;
};

/// Signs of life and sums of one window.
struct traffic {
    std::uint64_t errors = 0;      ///< received, also those counted without grouping
    std::uint64_t ungrouped = 0;   ///< of these: refused by a storm limit, counted only
    std::uint64_t suppressed = 0;  ///< reported by clients as never sent
    std::uint64_t sessions = 0;
    std::uint64_t transactions = 0;  ///< transactions, spans, other items
    std::uint64_t client_reports = 0;
    bool any() const noexcept { return errors + suppressed + sessions + transactions + client_reports > 0; }
};

/// Loop thread only. All times are given; it reads no clock.
class error_ledger {
public:
    explicit error_ledger(ledger_limits limits = {});
    ~error_ledger();
    error_ledger(const error_ledger&) = delete;
    error_ledger& operator=(const error_ledger&) = delete;

    /// Counts `times` events of `as` at the time of this one. Keeps it whole while its group and release have too few
    /// samples. With `times` 0 the group is only known from then on (of somebody who counts elsewhere).
    void record(const place& where, const event& what, const group& as, std::uint32_t times = 1);
    /// Adds to the sums of the minute of `at`.
    void record(const place& where, const traffic& more, instant at);

    /// Counts per minute of the window, one element per minute.
    std::vector<std::uint32_t> per_minute(const selection& of, window when) const;
    std::uint64_t count(const selection& of, window when) const;
    traffic traffic_of(const place& where, window when) const;
    /// Groups with at least one occurrence in the window, most frequent first.
    std::vector<group_activity> active_groups(const selection& of, window when) const;
    /// Groups first seen at or after `since` at that place, oldest first.
    std::vector<group_record> first_seen_since(const place& where, instant since) const;
    std::optional<group_record> record_of(const place& where, const std::string& hash) const;
    /// The kept events of a group, newest release first.
    std::vector<event> samples(const place& where, const std::string& hash) const;

    /// Forgets minutes older than `keep`. Call about once a minute.
    void trim(instant now);
    /// Everything, as a document that load() takes after a restart. load() on damaged input keeps what is readable.
    json::object save() const;
    void load(const json::object& saved);
    /// What another ledger saved, on top of what is here: counts are added up, groups are known from their first
    /// sighting anywhere.
    void add(const json::object& saved);

    std::size_t series() const noexcept;
    /// Grows with every record(): cheap to ask whether a snapshot is due.
    std::uint64_t revision() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace slipway::telemetry

// What holds for a whole project between its releases: the manual lock, a freeze that somebody declared, and who waits
// for their turn. Events and rules as for a release; its own stream in the store.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "commands/release/rules.hpp"

namespace slipway::release {

/// A start that waits for the release before it (R4.9).
struct queued_start {
    std::string version;
    person_id by;
    std::string channel, team;
    json::object pins;  ///< as the outside world was when it was asked; read again when its turn comes
    instant at{};
};
BOOST_DESCRIBE_STRUCT(queued_start, (), (version, by, channel, team, pins, at))

struct project_state {
    std::string name;
    std::optional<lock_state> lock;
    std::optional<lock_state> freeze;
    std::vector<queued_start> queue;  ///< first come, first served
    std::string last_begun;           ///< id of the newest release
    std::int64_t journal = 0;         ///< number of the last event that is in here; also numbers the locks
};
BOOST_DESCRIBE_STRUCT(project_state, (), (name, lock, freeze, queue, last_begun, journal))

// ── events ───────────────────────────────────────────────────────────────────────────────────────────────────────
struct lock_taken {
    static constexpr const char* name = "lock_taken";
    lock_state lock;
    person_id instead_of;  ///< whose lock it replaces by force (R4.4)
};
BOOST_DESCRIBE_STRUCT(lock_taken, (), (lock, instead_of))

struct lock_removed {
    static constexpr const char* name = "lock_removed";
    std::int64_t number = 0;
    person_id by;
    std::string reason;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(lock_removed, (), (number, by, reason, at))

struct freeze_declared {
    static constexpr const char* name = "freeze_declared";
    lock_state freeze;
};
BOOST_DESCRIBE_STRUCT(freeze_declared, (), (freeze))

struct freeze_lifted {
    static constexpr const char* name = "freeze_lifted";
    std::int64_t number = 0;
    person_id by;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(freeze_lifted, (), (number, by, at))

/// Every start passes through here, so that a lock that was committed before it always wins (R4.2).
struct release_begun {
    static constexpr const char* name = "release_begun";
    std::string release, kind;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(release_begun, (), (release, kind, at))

struct start_queued {
    static constexpr const char* name = "start_queued";
    queued_start wanted;
};
BOOST_DESCRIBE_STRUCT(start_queued, (), (wanted))

/// Somebody took it back, or it could not begin when its turn came.
struct start_dropped {
    static constexpr const char* name = "start_dropped";
    std::string version;
    person_id by;
    std::string reason;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(start_dropped, (), (version, by, reason, at))

using project_event =
    std::variant<lock_taken, lock_removed, freeze_declared, freeze_lifted, release_begun, start_queued, start_dropped>;

std::string name_of(const project_event& happened);
json::object data_of(const project_event& happened);
/// errc::invalid for a name that this version does not know.
result<project_event> project_event_from(std::string_view name, const json::object& data);
project_state apply(project_state state, const project_event& happened);

// ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────
struct take_lock {
    std::string reason;
    milliseconds lasts{0};
    bool force = false;      ///< also when somebody else has it
    bool automatic = false;  ///< by Slipway, after a rollback
};
/// `number` is the lock that was seen; 0 = none was named.
struct remove_lock {
    std::int64_t number = 0;
    bool force = false;
    std::string reason;
};
struct declare_freeze {
    std::string reason;
    milliseconds lasts{0};
};
struct lift_freeze {};
struct queue_start {
    queued_start wanted;
};
struct drop_start {
    std::string version;  ///< "" = the one of whoever asks
    std::string reason;
};
using project_command = std::variant<take_lock, remove_lock, declare_freeze, lift_freeze, queue_start, drop_start>;
/// For the audit.
std::string words_of(const project_command& asked);

/// errc::refused or errc::moved (another lock than the one that was seen) with the way out.
result<std::vector<project_event>> decide(const project_state& state, const project_command& asked, const actor& who,
                                          instant now, const std::map<std::string, std::vector<std::string>>& rights);

/// What a start of `kind` meets: the lock first, then a freeze. errc::refused says how long and how to go on.
result<> may_begin(const project_state& house, const circumstances& around, std::string_view kind, instant now);

/// How long a lock lasts that Slipway takes after a rollback; people lift it when they know what went wrong.
inline constexpr milliseconds lock_after_rollback{7LL * 24 * 3'600'000};
inline constexpr milliseconds longest_lock{30LL * 24 * 3'600'000};

}  // namespace slipway::release

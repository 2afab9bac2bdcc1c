// A manual lock or freeze of a project: never without owner, reason and end (R4.2). What a release holds by running is
// not here: that is its own row.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

#include "commands/release/people.hpp"
#include "integrations/base/clock.hpp"

namespace slipway::release {

struct lock_state {
    std::int64_t number = 0;  ///< grows with every lock of the project: whoever unlocks names the one they saw (R4.11)
    person_id owner;
    std::string reason;  ///< typed by people
    instant since{};
    instant until{};
    bool automatic = false;  ///< put there by Slipway after a rollback (R4.8)
    bool holds_at(instant now) const noexcept { return now < until; }
};
BOOST_DESCRIBE_STRUCT(lock_state, (), (number, owner, reason, since, until, automatic))

/// Why a release could not enter the next stage: a freeze is open (R4.7).
struct freeze_stop {
    std::string stage, reason;
    instant until{};
    instant at{};
};
BOOST_DESCRIBE_STRUCT(freeze_stop, (), (stage, reason, until, at))

/// Another release takes production back to where it was before this one.
struct way_back {
    person_id by;
    std::string reason;   ///< typed by people
    std::string release;  ///< id of the release that does it
    std::string version;  ///< what it goes back to
    instant at{};
};
BOOST_DESCRIBE_STRUCT(way_back, (), (by, reason, release, version, at))

}  // namespace slipway::release

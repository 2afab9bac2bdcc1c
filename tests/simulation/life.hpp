// One process of the bot, from its start to the moment it is killed: after that nothing it calls ever comes back.
#pragma once

#include <string>

#include "integrations/base/result.hpp"
#include "tests/fakes/for_ever.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/virtual_clock.hpp"

namespace slipway::simulation {

struct life {
    virtual_clock& clock;
    trouble& luck;
    bool is_dead = false;

    void die() { is_dead = true; }
    /// Between the call and its arrival.
    task<> under_way(fate what) {
        if (is_dead) co_await fakes::for_ever();
        co_await clock.sleep(what == fate::slow ? luck.slowness() : luck.latency());
        if (what == fate::die_before) die();
        if (is_dead) co_await fakes::for_ever();
    }
    /// Between the effect and its answer.
    task<> on_the_way_back(fate what) {
        if (what == fate::die_after) die();
        if (is_dead) co_await fakes::for_ever();
        co_await clock.sleep(luck.latency());
        if (is_dead) co_await fakes::for_ever();
    }
};

/// What a caller learns of a fate; nullopt = the true answer. `definite` is what an error answer says.
inline std::optional<failure> answer_of(fate what, const std::string& whom, bool is_read, errc definite) {
    switch (what) {
        case fate::lost_before:
        case fate::lost_after:
            if (is_read) return failure{errc::unavailable, whom + " did not answer"};
            return failure{errc::lost, "the answer of " + whom + " was lost"};
        case fate::error_after:
            return failure{is_read ? errc::unavailable : definite, whom + " said that it failed"};
        case fate::limited: {
            failure often{errc::limited, whom + " was asked too often"};
            often.retry_after = milliseconds{2'000};
            return often;
        }
        case fate::unavailable:
            return failure{errc::unavailable, whom + " could not be reached"};
        default:
            return std::nullopt;
    }
}

inline bool takes_effect(fate what) {
    return what != fate::lost_before && what != fate::limited && what != fate::unavailable;
}

}  // namespace slipway::simulation

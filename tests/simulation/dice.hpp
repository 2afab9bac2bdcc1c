// Chance with a seed: the same seed gives the same run, on any machine.
#pragma once

#include <cstdint>
#include <vector>

#include "integrations/base/clock.hpp"

namespace slipway::simulation {

/// splitmix64: small, and the same everywhere (the distributions of <random> are not).
class dice {
public:
    explicit dice(std::uint64_t seed) : state_{seed * 0x9e3779b97f4a7c15ULL + 0x1234567} {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15ULL;
        auto z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }
    std::int64_t between(std::int64_t least, std::int64_t most) {
        return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least + 1)));
    }
    milliseconds span(std::int64_t least_ms, std::int64_t most_ms) { return milliseconds{between(least_ms, most_ms)}; }
    /// `per_mille` of 1000
    bool happens(std::uint64_t per_mille) { return below(1000) < per_mille; }
    double unit() { return static_cast<double>(next() >> 11) / 9007199254740992.0; }
    template <class T>
    const T& one_of(const std::vector<T>& all) {
        return all[below(all.size())];
    }

private:
    std::uint64_t state_;
};

/// What becomes of one call to the outside.
enum class fate {
    fine,
    die_before,   ///< the bot is killed; nothing happened
    die_after,    ///< it happened, then the bot is killed
    lost_before,  ///< it did not happen, and no answer comes
    lost_after,   ///< it happened, and no answer comes
    twice,        ///< the request arrives a second time
    error_after,  ///< it happened, and the answer says it did not
    limited,      ///< 429
    unavailable,  ///< not reached
    slow,         ///< it takes a while
};

/// How bad a run is, drawn from its seed; every kind of trouble has an end, so that every release can get to its own.
class trouble {
public:
    explicit trouble(dice& chance) : chance_{chance} {
        const auto mood = chance_.below(8);
        faults_per_mille_ = mood == 0 ? 0 : 10 + 12 * mood;
        deaths_per_mille_ = mood == 0 ? 0 : chance_.below(4) * 4;
        faults_left_ = mood == 0 ? 0 : static_cast<int>(chance_.between(5, 60));
        deaths_left_ = mood == 0 ? 0 : static_cast<int>(chance_.between(0, 8));
        if (mood == 0 || !chance_.happens(400)) return;
        away_from_ = chance_.span(0, 20 * 60'000);
        away_for_ = chance_.span(60'000, 6 * 60'000);
    }

    /// Is the database away for everybody, so long after the start?
    bool database_is_away(milliseconds since_start) const {
        return since_start >= away_from_ && since_start < away_from_ + away_for_;
    }

    fate draw() {
        if (deaths_left_ > 0 && chance_.happens(deaths_per_mille_)) {
            --deaths_left_;
            return chance_.happens(500) ? fate::die_before : fate::die_after;
        }
        if (faults_left_ <= 0 || !chance_.happens(faults_per_mille_)) return fate::fine;
        --faults_left_;
        static constexpr fate all[] = {fate::lost_before, fate::lost_after, fate::lost_after,  fate::twice,
                                       fate::error_after, fate::limited,    fate::unavailable, fate::slow};
        return all[chance_.below(std::size(all))];
    }
    /// For how long it has been; 0 = it is there.
    milliseconds away_since(milliseconds since_start) const {
        return database_is_away(since_start) ? since_start - away_from_ : milliseconds{0};
    }
    milliseconds latency() { return chance_.span(1, 30); }
    milliseconds slowness() { return chance_.span(2'000, 40'000); }
    /// Nothing goes wrong any more.
    void end() {
        faults_left_ = deaths_left_ = 0;
        away_for_ = milliseconds{0};
    }

private:
    dice& chance_;
    std::uint64_t faults_per_mille_, deaths_per_mille_;
    int faults_left_, deaths_left_;
    milliseconds away_from_{0}, away_for_{0};
};

}  // namespace slipway::simulation

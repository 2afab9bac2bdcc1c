// The leases of the rows that are worked on: renewed, given up in time, given back.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <utility>

#include "commands/conductor/conductor.hpp"

namespace slipway::conductor {

task<> conductor::hand_over(milliseconds grace) {
    constexpr milliseconds glance{100};
    const auto ends = [](const auto& each) { return !each.second->outlives_us; };
    const auto until = time_.now() + grace;
    while (std::ranges::any_of(held_, ends) && time_.now() < until) co_await time_.sleep(glance);
    const auto held = held_;
    co_await stop();
    co_await give_back(held);
}

/// Rows that ended on the way down are gone or newer by now: their commit fails on the fence, which is fine.
task<> conductor::give_back(std::map<std::string, hold_pointer> held) {
    for (const auto& [id, mine] : held) {
        store::batch freed;
        freed.finished.push_back({id, mine->fence, time_.now()});
        const auto given = co_await memory_.commit(std::move(freed));
        if (!given && !(given.error() == errc::moved))
            spdlog::warn("work={} waits until its lease is over: {}", id, given.error().sentence());
    }
}

task<std::string> conductor::keep_lease(std::string row, std::string release_id, bool interruptible,
                                        hold_pointer mine) {
    using namespace boost::asio::experimental::awaitable_operators;
    if (!settings_.shares_work) {
        auto why = co_await renew_lease(row, release_id, interruptible, mine);
        co_return why;
    }
    auto ended = co_await (renew_lease(row, release_id, interruptible, mine) || outlive_lease(row, mine));
    if (auto* told = std::get_if<0>(&ended)) co_return std::move(*told);
    co_return std::move(std::get<1>(ended));
}

task<std::string> conductor::outlive_lease(std::string row, hold_pointer mine) {
    for (;;) {
        const auto left = mine->renewed + settings_.lease - settings_.margin - time_.now();
        if (left <= milliseconds{0}) break;
        co_await time_.sleep(std::min(left, settings_.lease));
    }
    spdlog::warn("work={} is stopped: the database did not renew its lease, and another bot may soon begin it", row);
    mine->lost = true;
    co_return std::string{"the database is away"};
}

task<std::string> conductor::renew_lease(std::string row, std::string release_id, bool interruptible,
                                         hold_pointer mine) {
    auto until_renewal = settings_.renew_every;
    constexpr milliseconds glance{500};
    for (;;) {
        co_await time_.sleep(glance);
        if (interruptible) {
            const auto state = co_await releases_.load(release_id);
            if (state && (*state)->aborting) co_return std::string{"stopped because the release is being aborted"};
            if (state && (*state)->rolling_back)
                co_return std::string{"stopped because the release is being rolled back"};
        }
        until_renewal -= glance;
        if (until_renewal > milliseconds{0}) continue;
        until_renewal = settings_.renew_every;
        const auto asked = time_.now();
        const auto kept = co_await memory_.renew(row, mine->fence, settings_.lease);
        if (kept) mine->renewed = asked;
        if (kept || !(kept.error() == errc::moved)) continue;
        spdlog::warn("work={} went to another worker; this one stops", row);
        mine->lost = true;
        co_return std::string{"another worker took over"};
    }
}

task<result<>> conductor::may_begin(std::string row, hold_pointer mine) {
    constexpr milliseconds pause{1'000};
    for (bool waits = false;;) {
        const auto asked = time_.now();
        auto kept = co_await memory_.renew(row, mine->fence, settings_.lease);
        if (kept) mine->renewed = asked;
        if (kept) co_return kept;
        if (kept.error() == errc::moved) {
            spdlog::warn("work={} went to another worker; nothing was begun", row);
            mine->lost = true;
            co_return kept;
        }
        if (!std::exchange(waits, true))
            spdlog::warn("work={} is not begun while the database is away: {}", row, kept.error().sentence());
        co_await time_.sleep(pause);
    }
}

}  // namespace slipway::conductor

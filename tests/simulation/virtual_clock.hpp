// Time that passes only when nothing else happens: then it jumps to the next moment at which somebody waits.
#pragma once

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <functional>
#include <map>
#include <utility>

#include "integrations/async/bell.hpp"
#include "integrations/async/timers.hpp"

namespace slipway::simulation {

class virtual_clock final : public timers {
public:
    static constexpr instant start = from_unix_ms(1'800'000'000'000);

    instant now() const override { return now_; }
    task<> sleep(milliseconds span) override {
        bell alarm{co_await asio::this_coro::executor};
        bool rung = false;
        const auto place = at(now_ + std::max(span, milliseconds{0}), [&alarm, &rung] {
            rung = true;
            alarm.ring();
        });
        struct leave {
            virtual_clock& clock;
            place_type place;
            ~leave() { clock.waiting_.erase(place); }
        } const when_done{*this, place};
        co_await alarm.wait();
        if (!rung) throw boost::system::system_error{asio::error::operation_aborted};
    }
    /// Calls `what` at that moment, or as soon as time moves on.
    void call_at(instant when, std::function<void()> what) { at(when, std::move(what)); }
    void call_in(milliseconds span, std::function<void()> what) { at(now_ + span, std::move(what)); }

    /// Jumps to the next moment at which somebody waits; false when nobody does.
    bool move_on() {
        if (waiting_.empty()) return false;
        const auto next = waiting_.begin();
        now_ = std::max(now_, next->first.first);
        const auto what = std::move(next->second);
        waiting_.erase(next);
        what();
        return true;
    }

private:
    using place_type = std::pair<instant, std::uint64_t>;
    place_type at(instant when, std::function<void()> what) {
        const place_type place{when, ++serial_};
        waiting_.emplace(place, std::move(what));
        return place;
    }

    instant now_ = start;
    std::uint64_t serial_ = 0;
    std::map<place_type, std::function<void()>> waiting_;
};

}  // namespace slipway::simulation

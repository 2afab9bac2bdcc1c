// A clock that the test moves by hand: sleepers wake, in order, when their time is reached.
#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <list>

#include "integrations/async/bell.hpp"
#include "integrations/async/timers.hpp"

namespace slipway::fakes {

class hand_timers final : public timers {
public:
    instant now() const override { return now_; }
    task<> sleep(milliseconds span) override {
        const auto loop = co_await asio::this_coro::executor;
        const auto mine = sleepers_.emplace(sleepers_.end(), now_ + span, loop);
        co_await mine->wake.wait();
        const bool reached = mine->due <= now_;
        sleepers_.erase(mine);
        if (!reached) throw boost::system::system_error{asio::error::operation_aborted};
    }

    /// Lets `span` pass; everybody who is ready runs on `loop` at their own moment.
    void pass(asio::io_context& loop, milliseconds span) {
        const auto until = now_ + span;
        settle(loop);
        while (true) {
            const auto next = std::ranges::min_element(sleepers_, {}, &sleeper::due);
            if (next == sleepers_.end() || next->due > until) break;
            now_ = std::max(now_, next->due);
            for (auto& each : sleepers_)
                if (each.due <= now_) each.wake.ring();
            settle(loop);
        }
        now_ = until;
    }
    static void settle(asio::io_context& loop) {
        loop.restart();
        while (loop.poll() > 0) loop.restart();
    }

private:
    struct sleeper {
        sleeper(instant at, const executor& loop) : due{at}, wake{loop} {}
        instant due;
        bell wake;
    };
    instant now_ = from_unix_ms(1'800'000'000'000);
    std::list<sleeper> sleepers_;
};

}  // namespace slipway::fakes

// A clock that the test moves by hand: sleepers wake, in order, when their time is reached.
#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <list>

#include "integrations/async/timers.hpp"

namespace slipway::fakes {

class hand_timers final : public timers {
public:
    instant now() const override { return now_; }
    task<> sleep(milliseconds span) override {
        const auto loop = co_await asio::this_coro::executor;
        const auto mine = sleepers_.emplace(sleepers_.end(), now_ + span, loop);
        boost::system::error_code woken;
        co_await mine->bell.async_wait(asio::redirect_error(asio::use_awaitable, woken));
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
                if (each.due <= now_) each.bell.cancel();
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
        sleeper(instant at, const executor& loop) : due{at}, bell{loop, asio::steady_timer::time_point::max()} {}
        instant due;
        asio::steady_timer bell;
    };
    instant now_ = from_unix_ms(1'800'000'000'000);
    std::list<sleeper> sleepers_;
};

}  // namespace slipway::fakes

// Time that passes only when the test says so.
#pragma once

#include <boost/asio/this_coro.hpp>
#include <list>
#include <memory>

#include "integrations/async/bell.hpp"
#include "integrations/async/timers.hpp"

namespace slipway::fakes {

class hand_clock final : public timers {
public:
    instant now() const override { return now_; }

    task<> sleep(milliseconds span) override {
        if (span.count() <= 0) co_return;
        const auto loop = co_await asio::this_coro::executor;
        const auto mine = std::make_shared<sleeper>(loop, now_ + span);
        sleepers_.push_back(mine);
        co_await mine->wake.wait();
        sleepers_.remove(mine);
        if (!mine->woken) throw boost::system::system_error{asio::error::operation_aborted};
    }

    /// Moves the hands and wakes everybody whose time has come.
    void advance(milliseconds span) {
        now_ += span;
        for (const auto& each : sleepers_) {
            if (each->until > now_ || each->woken) continue;
            each->woken = true;
            each->wake.ring();
        }
    }
    std::size_t sleepers() const noexcept { return sleepers_.size(); }

private:
    struct sleeper {
        sleeper(const executor& loop, instant when) : wake{loop}, until{when} {}
        bell wake;
        instant until;
        bool woken = false;
    };
    instant now_ = *from_iso("2026-11-24T09:00:00.000Z");
    std::list<std::shared_ptr<sleeper>> sleepers_;
};

}  // namespace slipway::fakes

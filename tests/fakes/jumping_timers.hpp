// A clock on which every sleep is over at once: time jumps to its end. Remembers who slept how long.
#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

#include "integrations/async/timers.hpp"

namespace slipway::fakes {

class jumping_timers final : public timers {
public:
    instant now() const override { return now_; }
    task<> sleep(milliseconds span) override {
        slept.push_back(span);
        now_ += span;
        const auto loop = co_await asio::this_coro::executor;
        co_await asio::post(loop, asio::use_awaitable);
    }
    void jump(milliseconds span) { now_ += span; }
    milliseconds since_start() const { return now_ - start; }

    static constexpr instant start = from_unix_ms(1'800'000'000'000);
    std::vector<milliseconds> slept;

private:
    instant now_ = start;
};

}  // namespace slipway::fakes

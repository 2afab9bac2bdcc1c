#include "integrations/async/timers.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace slipway {
namespace {

class system_timers final : public timers {
public:
    instant now() const override { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }
    task<> sleep(milliseconds span) override {
        const auto loop = co_await asio::this_coro::executor;
        asio::steady_timer timer{loop, span};
        co_await timer.async_wait(asio::use_awaitable);
    }
};

}  // namespace

std::unique_ptr<timers> create_system_timers() {
    return std::make_unique<system_timers>();
}

}  // namespace slipway

// Who waits for rows to appear, and what wakes them: shared by the stores. Loop thread only.
#pragma once

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <utility>

#include "integrations/store/store.hpp"

namespace slipway::store {

class news_board {
public:
    explicit news_board(executor loop) : loop_{std::move(loop)} {}

    void raise() {
        for (auto* each : waiting_) each->cancel();
    }
    task<> wait(milliseconds at_most) {
        asio::steady_timer timer{loop_, at_most};
        const auto place = waiting_.insert(waiting_.end(), &timer);
        boost::system::error_code woken;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        waiting_.erase(place);
    }

private:
    executor loop_;
    std::list<asio::steady_timer*> waiting_;
};

/// Something that whoever leases in this process may have waited for.
inline bool brings_news(const batch& changes) {
    return !changes.outbox.empty() || !changes.work.empty() || !changes.finished.empty();
}

/// The same, for other processes: what ends frees nothing for them that they could not learn from `next_due`.
inline bool concerns_others(const batch& changes) {
    const auto comes_again = [](const auto& finished) { return finished.again.has_value(); };
    return !changes.outbox.empty() || !changes.work.empty() || std::ranges::any_of(changes.finished, comes_again);
}

}  // namespace slipway::store

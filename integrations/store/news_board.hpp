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

/// Which topics a commit is about.
struct tidings {
    bool work = false, messages = false;
    bool any() const noexcept { return work || messages; }
    bool about(topic what) const noexcept { return what == topic::work ? work : messages; }
};
inline constexpr tidings all_topics{true, true};

/// What whoever leases in this process may have waited for.
inline tidings tidings_of(const batch& changes) {
    return {!changes.work.empty() || !changes.finished.empty(), !changes.outbox.empty()};
}

/// The same, for other processes: what ends frees nothing for them that they could not learn from `next_…_due`.
inline tidings tidings_for_others(const batch& changes) {
    const auto comes_again = [](const auto& finished) { return finished.again.has_value(); };
    return {!changes.work.empty() || std::ranges::any_of(changes.finished, comes_again), !changes.outbox.empty()};
}

class news_board {
public:
    explicit news_board(executor loop) : loop_{std::move(loop)} {}

    void raise(tidings what, heard from) {
        for (auto* each : waiting_) {
            if (!what.about(each->about)) continue;
            if (each->by != heard::from_us) each->by = from;
            each->timer.cancel();
        }
    }
    task<heard> wait(topic about, milliseconds at_most) {
        waiter mine{{loop_, at_most}, about};
        const auto place = waiting_.insert(waiting_.end(), &mine);
        boost::system::error_code woken;
        co_await mine.timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        waiting_.erase(place);
        co_return mine.by;
    }

private:
    struct waiter {
        asio::steady_timer timer;
        topic about;
        heard by = heard::nothing;
    };
    executor loop_;
    std::list<waiter*> waiting_;
};

}  // namespace slipway::store

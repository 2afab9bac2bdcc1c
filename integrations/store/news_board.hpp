// Who waits for rows to appear, and what wakes them: shared by the stores. Loop thread only.
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <list>
#include <memory>
#include <utility>

#include "integrations/async/bell.hpp"
#include "integrations/async/timers.hpp"
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
    explicit news_board(executor loop, std::shared_ptr<timers> clock = create_system_timers())
        : loop_{std::move(loop)}, clock_{std::move(clock)} {}

    void raise(tidings what, heard from) {
        for (const auto about : {topic::work, topic::messages}) {
            if (!what.about(about)) continue;
            bool told = false;
            for (auto* each : waiting_) {
                if (each->about != about) continue;
                told = true;
                add(each->by, from);
                each->door.ring();
            }
            if (!told) add(unheard(about), from);
        }
    }
    /// Whoever leases begins to look: what is committed by now they see.
    void looks(topic about) { unheard(about) = heard::nothing; }
    task<heard> wait(topic about, milliseconds at_most) {
        // Answers of several connections come in any order: that of a commit before that of the look it came after.
        const auto missed = std::exchange(unheard(about), heard::nothing);
        if (missed != heard::nothing) co_return missed;
        waiter mine{bell{loop_}, about};
        struct leave {
            std::list<waiter*>& all;
            std::list<waiter*>::iterator place;
            ~leave() { all.erase(place); }
        } const when_done{waiting_, waiting_.insert(waiting_.end(), &mine)};
        using namespace asio::experimental::awaitable_operators;
        co_await (clock_->sleep(at_most) || mine.door.wait());
        co_return mine.by;
    }

private:
    struct waiter {
        bell door;
        topic about;
        heard by = heard::nothing;
    };
    static void add(heard& to, heard from) {
        if (to != heard::from_us) to = from;
    }
    heard& unheard(topic about) { return unheard_[about == topic::work ? 0 : 1]; }

    executor loop_;
    std::shared_ptr<timers> clock_;
    std::list<waiter*> waiting_;
    std::array<heard, 2> unheard_{};  ///< since the last look or wait, with nobody there to be woken
};

}  // namespace slipway::store

// The outbox sender: leases rows by lane and priority, lets delivery make them true, and settles them.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/outbox/delivery.hpp"
#include "integrations/async/one_shot.hpp"
#include "integrations/async/task_group.hpp"

namespace slipway::outbox {

struct sender_settings {
    std::string owner = "sender";  ///< unique per process: names the lease
    /// How long a row of a killed process waits. A slow delivery may outlive it: its lane stays busy here, so this
    /// process does not take the row twice. Where several processes share the store, `deliver_within` ends it before.
    milliseconds lease{10'000};
    std::optional<milliseconds> deliver_within;  ///< then it is cut off and looked up; nullopt = never
    milliseconds look_interval{0};               ///< at least, from one look for work to the next
    milliseconds edit_interval{1'000};           ///< at most one edit per lane in this time (R7.2)
    std::size_t lanes_at_once = 16;      ///< deliveries that run; a lane that only keeps its pace takes no place
    milliseconds longest_sleep{30'000};  ///< without news the store is looked at again after this
    retry_settings retry;
};

/// For one of several senders of a database.
inline sender_settings among_others(std::string owner) {
    sender_settings made;
    made.owner = std::move(owner);
    made.lease = milliseconds{15'000};  // a delivery ends well before somebody else may begin it again
    made.deliver_within = milliseconds{11'000};
    made.look_interval = milliseconds{50};
    return made;
}

struct sender_figures {
    std::uint64_t sent = 0;
    std::uint64_t retried = 0;
    std::uint64_t given_up = 0;
    std::string last_error;  ///< sentence of the newest failure; "" after a success
};

/// Loop thread only; what it is given outlives it; stop() before destruction.
class sender {
public:
    sender(executor loop, store::store& memory, slack::web_api& api, timers& clock, chance roll,
           sender_settings settings = {});

    void start();
    /// No new leases; running deliveries finish for at most `grace`. What is cut off is looked up after the next start.
    task<> stop(milliseconds grace);
    const sender_figures& figures() const noexcept { return figures_; }

private:
    task<> run();
    task<> lease_some();
    task<> serve(store::outbox_row row);
    task<milliseconds> deliver_and_settle(store::outbox_row row);
    task<delivered> deliver_in_time(store::outbox_row row);
    task<> settle(delivered done);
    task<> wait_for_work();

    store::store& memory_;
    timers& clock_;
    sender_settings settings_;
    delivery delivery_;
    sender_figures figures_;
    std::set<std::string> busy_;  ///< lanes that deliver, or rest after an edit
    std::size_t delivering_ = 0;
    one_shot lane_free_;  ///< a delivery ended, or a lane has rested
    instant looked_{};
    bool looked_again_ = false;  ///< something is due, and leasing found nothing for us
    task_group lanes_;
    task_group loop_;
};

}  // namespace slipway::outbox

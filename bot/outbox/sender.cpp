#include "bot/outbox/sender.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <exception>
#include <utility>
#include <variant>

#include "integrations/async/join_within.hpp"
#include "integrations/base/at_exit.hpp"

namespace slipway::outbox {
namespace {

/// Something is due that is not for us now (a row in a busy lane): news or a free lane wake us.
constexpr milliseconds nap{500};
constexpr milliseconds longest_rest{60'000};
constexpr milliseconds store_trouble{1'000};

}  // namespace

sender::sender(executor loop, store::store& memory, slack::web_api& api, timers& clock, chance roll,
               sender_settings settings)
    : memory_{memory},
      clock_{clock},
      settings_{std::move(settings)},
      delivery_{memory, api, clock, std::move(roll), settings_.retry},
      lane_free_{loop},
      lanes_{loop},
      loop_{loop} {}

void sender::start() {
    loop_.spawn("outbox", run());
}

task<> sender::stop(milliseconds grace) {
    loop_.cancel();
    co_await loop_.join();
    co_await join_within(clock_, lanes_, grace);
}

task<> sender::run() {
    while (true) {
        const auto early = looked_ + settings_.look_interval - clock_.now();
        if (early > milliseconds{0} && early <= settings_.look_interval) co_await clock_.sleep(early);
        looked_ = clock_.now();
        lane_free_.rearm();
        if (delivering_ < settings_.lanes_at_once) co_await lease_some();
        co_await wait_for_work();
    }
}

/// As many as begin at once: whatever becomes urgent while they are sent goes before what was due earlier.
task<> sender::lease_some() {
    std::vector<std::string> busy{busy_.begin(), busy_.end()};
    const auto room = settings_.lanes_at_once - delivering_;
    auto leased = co_await memory_.lease_outbox(settings_.owner, room, settings_.lease, std::move(busy));
    if (leased.has_error()) {
        figures_.last_error = leased.error().sentence();
        spdlog::warn("outbox cannot be read, trying again: {}", leased.error().sentence());
        co_await clock_.sleep(store_trouble);
        co_return;
    }
    for (auto& row : *leased) {
        busy_.insert(row.lane);
        ++delivering_;
        auto name = "outbox " + row.key;
        lanes_.spawn(std::move(name), serve(std::move(row)));
    }
}

task<> sender::serve(store::outbox_row row) {
    const at_exit free_lane{[this, lane = row.lane] {
        busy_.erase(lane);
        lane_free_.fire();
    }};
    const auto rest = co_await deliver_and_settle(std::move(row));
    if (rest > milliseconds{0}) co_await clock_.sleep(rest);
}

/// How long its lane rests then.
task<milliseconds> sender::deliver_and_settle(store::outbox_row row) {
    const at_exit make_room{[this] {
        --delivering_;
        lane_free_.fire();
    }};
    auto done = co_await deliver_in_time(std::move(row));
    auto rest = std::min(done.rest.value_or(milliseconds{0}), longest_rest);
    if (done.edited) rest = std::max(rest, settings_.edit_interval);
    done.outcome.lane_rest = rest;  // the pace of the lane holds for every sender
    co_await settle(std::move(done));
    co_return rest;
}

namespace {

using ending = std::variant<delivered, std::exception_ptr>;

/// A bug in a delivery is told at once; an exception would be waited past until the time is over.
task<ending> ending_of(task<delivered> doing) {
    try {
        auto done = co_await std::move(doing);
        co_return ending{std::move(done)};
    } catch (...) {
        co_return ending{std::current_exception()};
    }
}

}  // namespace

task<delivered> sender::deliver_in_time(store::outbox_row row) {
    using namespace asio::experimental::awaitable_operators;
    if (!settings_.deliver_within) {
        auto done = co_await delivery_.deliver(std::move(row));
        co_return done;
    }
    auto ended = co_await (ending_of(delivery_.deliver(row)) || clock_.sleep(*settings_.deliver_within));
    if (const auto* bug = std::get_if<std::exception_ptr>(&ended)) std::rethrow_exception(*bug);
    if (auto* done = std::get_if<delivered>(&ended)) co_return std::move(*done);
    const failure late{errc::timed_out, "Slack did not answer within " + to_words(*settings_.deliver_within)};
    delivered cut;
    cut.outcome = settle_failure(row, late, settings_.retry, clock_.now(), 0.5);
    cut.outcome.surely_not_sent = false;
    co_return cut;
}

task<> sender::settle(delivered done) {
    using how = store::outbox_settle::how;
    const auto key = done.outcome.key;
    const auto verdict = done.outcome.verdict;
    const auto error = done.outcome.error;
    store::batch changes;
    changes.settled.push_back(std::move(done.outcome));
    const auto committed = co_await memory_.commit(std::move(changes));
    if (committed.has_error()) {
        // The lease runs out and the row comes back; a first send is then looked up before anything is repeated.
        spdlog::warn("outbox key={} could not be settled: {}", key, committed.error().sentence());
        co_return;
    }
    figures_.last_error = error;
    if (verdict == how::sent) {
        ++figures_.sent;
        spdlog::debug("outbox key={} sent", key);
    } else if (verdict == how::retry) {
        ++figures_.retried;
        spdlog::info("outbox key={} waits: {}", key, error);
    } else {
        ++figures_.given_up;
        spdlog::error("outbox key={} is given up: {}", key, error);
    }
}

task<> sender::wait_for_work() {
    using namespace asio::experimental::awaitable_operators;
    if (delivering_ >= settings_.lanes_at_once) {
        co_await lane_free_.wait();
        co_return;
    }
    const auto due = co_await memory_.next_message_due();
    auto span = settings_.longest_sleep;
    if (due.has_value() && due->has_value()) span = std::min(span, **due - clock_.now());
    if (span <= milliseconds{0}) {
        // Perhaps it was put since we looked: look once more, and only then take it for somebody else's.
        if (!std::exchange(looked_again_, true)) co_return;
        span = nap;
    }
    looked_again_ = false;
    co_await (memory_.wait_for_news(store::topic::messages, span) || lane_free_.wait());
}

}  // namespace slipway::outbox

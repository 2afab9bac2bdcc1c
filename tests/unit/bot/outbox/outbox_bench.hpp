// A store, a Slack that remembers, and a clock for the outbox tests.
#pragma once

#include <catch2/catch.hpp>

#include "bot/outbox/delivery.hpp"
#include "integrations/base/json.hpp"
#include "tests/fakes/fake_slack.hpp"
#include "tests/fakes/jumping_timers.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/show_result.hpp"

namespace slipway::outbox {

using namespace std::chrono_literals;

struct outbox_bench {
    outbox_bench() = default;
    outbox_bench(const outbox_bench&) = delete;
    outbox_bench& operator=(const outbox_bench&) = delete;
    ~outbox_bench() { fakes::run_on(loop, memory->close()); }

    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }

    void put(const std::string& key, const slack::desired& wish, int priority = slack::priority::board) {
        store::outbox_put row;
        row.key = key;
        row.lane = slack::lane_of(wish);
        row.priority = priority;
        row.body = slack::to_json(wish);
        store::batch changes;
        changes.outbox.push_back(std::move(row));
        REQUIRE(run(memory->commit(std::move(changes))));
    }

    std::optional<store::outbox_row> lease() {
        auto rows = run(memory->lease_outbox("test", 1, 10s, {}));
        REQUIRE(rows);
        if (rows->empty()) return std::nullopt;
        return rows->front();
    }

    /// Leases what is due, delivers and settles it, once. False when nothing was due.
    bool deliver_one() {
        auto row = lease();
        if (!row) return false;
        auto done = run(sending.deliver(*row));
        last_error = done.outcome.error;
        edited = done.edited;
        store::batch changes;
        changes.settled.push_back(std::move(done.outcome));
        REQUIRE(run(memory->commit(std::move(changes))));
        return true;
    }
    /// Until nothing is wanted any more, letting time pass; at most `rounds` tries.
    void deliver_all(int rounds = 20) {
        for (int i = 0; i < rounds; ++i) {
            while (deliver_one()) {
            }
            if (run(memory->outbox_depth()).value() == 0) return;
            clock.jump(10s);
        }
    }
    /// As a kill -9 after the call to Slack and before the settling: the outcome is nowhere.
    void deliver_and_die() {
        auto row = lease();
        REQUIRE(row);
        run(sending.deliver(*row));
        clock.jump(11s);  // the lease runs out
    }

    store::outbox_row row(const std::string& key) {
        auto found = run(memory->outbox_row_of(key));
        REQUIRE(found);
        REQUIRE(found->has_value());
        return **found;
    }

    asio::io_context loop;
    fakes::jumping_timers clock;
    fakes::fake_slack slack{clock};
    std::unique_ptr<store::store> memory = open();
    delivery sending{*memory, slack, clock, [] { return 0.5; }, {}};
    std::string last_error;
    bool edited = false;

private:
    std::unique_ptr<store::store> open() {
        auto opened = store::open_sqlite(loop.get_executor(), ":memory:", [this] { return clock.now(); });
        REQUIRE(opened);
        return std::move(*opened);
    }
};

inline slack::desired_message board(std::string text) {
    slack::desired_message wish;
    wish.channel = "C1";
    wish.text = std::move(text);
    return wish;
}

}  // namespace slipway::outbox

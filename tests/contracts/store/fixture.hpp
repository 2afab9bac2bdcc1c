// A store under test with a clock that the test owns. `Database` knows one kind of database:
//   result<std::unique_ptr<store::store>> open(executor loop, std::function<instant()> now);   // again = reopen
#pragma once

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "integrations/base/json.hpp"
#include "integrations/store/store.hpp"
#include "tests/fakes/run_task.hpp"

namespace slipway::contracts {

using namespace std::chrono_literals;
namespace json = boost::json;
using store::append;
using store::arrival;
using store::batch;
using store::envelope;
using store::new_event;
using store::outbox_put;
using store::outbox_row;
using store::outbox_settle;
using store::work_put;
using store::work_row;
using how = store::outbox_settle::how;

template <class Database>
class store_fixture {
public:
    store_fixture() { reopen(); }

    void reopen() {
        if (under_test) fakes::run_on(loop, under_test->close());
        under_test.reset();
        under_test = database.open(loop.get_executor(), [this] { return now; }).value();
    }

    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }
    result<> commit(batch changes) { return run(under_test->commit(std::move(changes))); }

    result<> append_to(const std::string& stream, std::int64_t expected, std::vector<new_event> events) {
        batch changes;
        changes.appends.push_back({stream, expected, std::move(events)});
        return commit(std::move(changes));
    }
    result<> put(outbox_put message) {
        batch changes;
        changes.outbox.push_back(std::move(message));
        return commit(std::move(changes));
    }
    result<> settle(outbox_settle outcome) {
        batch changes;
        changes.settled.push_back(std::move(outcome));
        return commit(std::move(changes));
    }
    result<> put(work_put work) {
        batch changes;
        changes.work.push_back(std::move(work));
        return commit(std::move(changes));
    }
    result<> finish(const work_row& row, std::optional<instant> again = {}) {
        batch changes;
        changes.finished.push_back({row.id, row.fence, again});
        return commit(std::move(changes));
    }

    std::vector<outbox_row> lease_outbox(std::size_t limit = 100, std::vector<std::string> busy = {}) {
        return run(under_test->lease_outbox("me", limit, lease, std::move(busy))).value();
    }
    std::vector<work_row> lease_work(std::vector<std::string> kinds = {}, std::size_t limit = 100) {
        return run(under_test->lease_work("me", std::move(kinds), limit, lease)).value();
    }
    outbox_row row(const std::string& key) { return run(under_test->outbox_row_of(key)).value().value(); }

    static constexpr milliseconds lease{30s};
    instant now = from_unix_ms(1'795'000'000'000);
    asio::io_context loop;
    Database database;
    std::unique_ptr<store::store> under_test;
};

inline new_event event_of(std::string type, json::object data = {}) {
    return {std::move(type), std::move(data), "T1/U1", "test", from_unix_ms(1'795'000'000'123)};
}

inline outbox_put message_of(std::string key, std::string text, std::string lane = "C1") {
    json::object body;
    body["text"] = text;
    return {.key = std::move(key), .lane = std::move(lane), .body = std::move(body)};
}

template <class Rows>
std::vector<std::string> keys_of(const Rows& rows) {
    std::vector<std::string> keys;
    for (const auto& row : rows)
        if constexpr (requires { row.key; })
            keys.push_back(row.key);
        else
            keys.push_back(row.id);
    return keys;
}
using names = std::vector<std::string>;

}  // namespace slipway::contracts

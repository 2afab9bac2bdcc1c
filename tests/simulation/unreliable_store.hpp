// The store as one process of the bot sees it: calls take time, fail, lose their answers, and end with the process.
#pragma once

#include "tests/fakes/memory_store.hpp"
#include "tests/simulation/life.hpp"

namespace slipway::simulation {

class unreliable_store final : public store::store {
    using batch = slipway::store::batch;
    using outbox_row = slipway::store::outbox_row;
    using work_row = slipway::store::work_row;
    using envelope = slipway::store::envelope;
    using arrival = slipway::store::arrival;
    using stored_event = slipway::store::stored_event;
    using document = slipway::store::document;

public:
    unreliable_store(executor loop, fakes::memory_books& books, life& mine)
        : books_{std::move(loop), books, [&mine] { return mine.clock.now(); }, &mine.clock}, mine_{mine} {}

    task<result<>> commit(batch changes) override { return write<void>(books_.commit(std::move(changes))); }
    task<result<arrival>> receive(envelope incoming) override {
        return write<arrival>(books_.receive(std::move(incoming)));
    }
    task<result<>> forget_handled(instant before) override { return write<void>(books_.forget_handled(before)); }
    task<result<std::vector<outbox_row>>> lease_outbox(std::string owner, std::size_t limit, milliseconds lease,
                                                       std::vector<std::string> busy) override {
        return write<std::vector<outbox_row>>(books_.lease_outbox(std::move(owner), limit, lease, std::move(busy)));
    }
    task<result<>> begin_send(std::string key, std::int64_t fence) override {
        return write<void>(books_.begin_send(std::move(key), fence));
    }
    task<result<std::vector<work_row>>> lease_work(std::string owner, std::vector<std::string> kinds, std::size_t limit,
                                                   milliseconds lease) override {
        return write<std::vector<work_row>>(books_.lease_work(std::move(owner), std::move(kinds), limit, lease));
    }
    task<result<>> renew(std::string id, std::int64_t fence, milliseconds lease) override {
        return write<void>(books_.renew(std::move(id), fence, lease));
    }
    task<result<>> announce(std::string name, json::object about, milliseconds lease) override {
        return write<void>(books_.announce(std::move(name), std::move(about), lease));
    }
    task<result<>> leave(std::string name) override { return write<void>(books_.leave(std::move(name))); }
    task<result<std::vector<envelope>>> adopt(std::string source, std::string owner) override {
        return write<std::vector<envelope>>(books_.adopt(std::move(source), std::move(owner)));
    }
    task<result<>> forget_leases() override { return write<void>(books_.forget_leases()); }

    task<result<std::vector<stored_event>>> read(std::string stream, std::int64_t after) override {
        return ask<std::vector<stored_event>>(books_.read(std::move(stream), after));
    }
    task<result<std::vector<std::string>>> streams(std::string prefix) override {
        return ask<std::vector<std::string>>(books_.streams(std::move(prefix)));
    }
    task<result<>> verify(std::string stream) override { return ask<void>(books_.verify(std::move(stream))); }
    task<result<std::vector<envelope>>> unhandled(std::string source) override {
        return ask<std::vector<envelope>>(books_.unhandled(std::move(source)));
    }
    task<result<std::optional<outbox_row>>> outbox_row_of(std::string key) override {
        return ask<std::optional<outbox_row>>(books_.outbox_row_of(std::move(key)));
    }
    task<result<std::size_t>> outbox_depth() override { return ask<std::size_t>(books_.outbox_depth()); }
    task<result<std::vector<work_row>>> all_work() override { return ask<std::vector<work_row>>(books_.all_work()); }
    task<result<std::optional<instant>>> next_work_due(std::vector<std::string> kinds) override {
        return ask<std::optional<instant>>(books_.next_work_due(std::move(kinds)));
    }
    task<result<std::optional<instant>>> next_message_due() override {
        return ask<std::optional<instant>>(books_.next_message_due());
    }
    task<result<std::optional<json::object>>> document_of(std::string collection, std::string id) override {
        return ask<std::optional<json::object>>(books_.document_of(std::move(collection), std::move(id)));
    }
    task<result<std::vector<document>>> documents_in(std::string collection) override {
        return ask<std::vector<document>>(books_.documents_in(std::move(collection)));
    }
    task<result<std::optional<std::string>>> holder_of(std::string name) override {
        return ask<std::optional<std::string>>(books_.holder_of(std::move(name)));
    }
    task<result<instant>> time() override { return ask<instant>(books_.time()); }
    task<result<std::vector<slipway::store::member>>> members() override {
        return ask<std::vector<slipway::store::member>>(books_.members());
    }
    task<result<std::vector<slipway::store::holding>>> leases() override {
        return ask<std::vector<slipway::store::holding>>(books_.leases());
    }
    task<result<std::vector<slipway::store::claim>>> claims() override {
        return ask<std::vector<slipway::store::claim>>(books_.claims());
    }
    task<slipway::store::heard> wait_for_news(slipway::store::topic about, milliseconds at_most) override {
        if (mine_.is_dead) co_await fakes::for_ever();
        const auto by = co_await books_.wait_for_news(about, at_most);
        if (mine_.is_dead) co_await fakes::for_ever();
        co_return by;
    }
    task<> close() override { co_return; }

private:
    /// A lost commit is the hard case: whether it is there is not known (store.hpp).
    template <class T>
    task<result<T>> write(task<result<T>> effect) {
        if (is_away()) {
            co_await mine_.under_way(fate::unavailable);
            co_return failure{errc::unavailable, "the database is away"};
        }
        auto what = mine_.luck.draw();
        if (what == fate::twice) what = fate::fine;  // a database does not repeat by itself
        if (what == fate::error_after) what = fate::lost_after;
        co_await mine_.under_way(what);
        const auto wrong = answer_of(what, "the store", /*is_read=*/false, errc::lost);
        if (!takes_effect(what)) co_return wrong.value();
        auto done = co_await std::move(effect);
        co_await mine_.on_the_way_back(what);
        if (wrong) co_return *wrong;
        co_return done;
    }
    template <class T>
    task<result<T>> ask(task<result<T>> question) {
        if (is_away()) {
            co_await mine_.under_way(fate::unavailable);
            co_return failure{errc::unavailable, "the database is away"};
        }
        const auto what = mine_.luck.draw();
        co_await mine_.under_way(what);
        if (const auto wrong = answer_of(what, "the store", /*is_read=*/true, errc::unavailable)) co_return *wrong;
        auto answer = co_await std::move(question);
        co_await mine_.on_the_way_back(what);
        co_return answer;
    }

    bool is_away() const { return mine_.luck.database_is_away(mine_.clock.now() - virtual_clock::start); }

    fakes::memory_store books_;
    life& mine_;
};

}  // namespace slipway::simulation

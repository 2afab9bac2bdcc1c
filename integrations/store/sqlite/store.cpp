#include "integrations/store/news_board.hpp"
#include "integrations/store/sqlite/job_queue.hpp"
#include "integrations/store/sqlite/schema.hpp"
#include "integrations/store/sqlite/tables.hpp"

namespace slipway::store {
namespace sqlite {
namespace {

/// The contract of store.hpp, each call as one job of the queue. `now_` is asked on the loop thread.
class sqlite_store final : public store {
    // First, because their return types are deduced.
    template <class Work>
    auto perform(access kind, Work work) {
        using answer = std::invoke_result_t<Work&, connection&>;
        return queue_.perform<answer>(kind,
                                      [work = std::move(work)](connection& db) -> result<answer> { return work(db); });
    }
    template <class Work>
    auto ask(Work work) {
        return perform(access::read, std::move(work));
    }
    template <class Work>
    auto change(Work work) {
        return perform(access::write, std::move(work));
    }

public:
    sqlite_store(const executor& loop, std::unique_ptr<connection> db, std::function<instant()> now)
        : now_{std::move(now)}, news_{loop}, queue_{loop, std::move(db)} {}

    task<result<>> commit(batch changes) override {
        const auto news = tidings_of(changes);
        auto work = [changes = std::move(changes), now = now_()](connection& db) { return apply(db, changes, now); };
        auto outcome = co_await queue_.perform<void>(access::write, std::move(work));
        if (outcome) news_.raise(news, heard::from_us);
        co_return outcome;
    }

    task<result<std::vector<stored_event>>> read(std::string stream, std::int64_t after_version) override {
        return ask([stream, after_version](connection& db) { return read_events(db, stream, after_version); });
    }
    task<result<std::vector<std::string>>> streams(std::string prefix) override {
        return ask([prefix](connection& db) { return stream_names(db, prefix); });
    }
    task<result<>> verify(std::string stream) override {
        return queue_.perform<void>(access::read, [stream](connection& db) { return verify_stream(db, stream); });
    }

    task<result<instant>> time() override { co_return now_(); }
    task<result<arrival>> receive(envelope incoming) override {
        return change([incoming = std::move(incoming)](connection& db) { return receive_envelope(db, incoming); });
    }
    task<result<std::vector<envelope>>> unhandled(std::string source) override {
        return ask([source](connection& db) { return unhandled_envelopes(db, source); });
    }
    task<result<std::vector<envelope>>> adopt(std::string source, std::string owner) override {
        return change([=, now = now_()](connection& db) { return adopt_envelopes(db, source, owner, now); });
    }
    task<result<>> forget_handled(instant before) override {
        auto work = [before](connection& db) -> result<> {
            forget_envelopes(db, before);
            return {};
        };
        return queue_.perform<void>(access::write, std::move(work));
    }

    task<result<std::vector<outbox_row>>> lease_outbox(std::string owner, std::size_t limit, milliseconds lease,
                                                       std::vector<std::string> busy_lanes) override {
        news_.looks(topic::messages);
        return change([=, now = now_()](connection& db) {
            return lease_messages(db, owner, limit, now, now + lease, busy_lanes);
        });
    }
    task<result<>> begin_send(std::string key, std::int64_t fence) override {
        auto work = [key, fence, now = now_()](connection& db) { return sqlite::begin_send(db, key, fence, now); };
        return queue_.perform<void>(access::write, std::move(work));
    }
    task<result<std::optional<outbox_row>>> outbox_row_of(std::string key) override {
        return ask([key](connection& db) { return message_of(db, key); });
    }
    task<result<std::size_t>> outbox_depth() override {
        return ask([](connection& db) { return open_messages(db); });
    }

    task<result<std::vector<work_row>>> lease_work(std::string owner, std::vector<std::string> kinds, std::size_t limit,
                                                   milliseconds lease) override {
        news_.looks(topic::work);
        return change([=, now = now_()](connection& db) {
            return sqlite::lease_work(db, owner, kinds, limit, now, now + lease);
        });
    }
    task<result<>> renew(std::string work_id, std::int64_t fence, milliseconds lease) override {
        auto work = [=, until = now_() + lease](connection& db) { return renew_work(db, work_id, fence, until); };
        return queue_.perform<void>(access::write, std::move(work));
    }
    task<result<>> announce(std::string name, json::object about, milliseconds lease) override {
        auto work = [=, about = std::move(about), now = now_()](connection& db) -> result<> {
            announce_member(db, name, about, now, now + lease);
            return {};
        };
        return queue_.perform<void>(access::write, std::move(work));
    }
    task<result<>> leave(std::string name) override {
        auto work = [name](connection& db) -> result<> {
            forget_member(db, name);
            return {};
        };
        return queue_.perform<void>(access::write, std::move(work));
    }
    task<result<std::vector<member>>> members() override {
        return ask([now = now_()](connection& db) { return all_members(db, now); });
    }
    task<result<std::vector<holding>>> leases() override {
        return ask([now = now_()](connection& db) { return all_leases(db, now); });
    }
    task<result<std::vector<claim>>> claims() override {
        return ask([](connection& db) { return all_claims(db); });
    }
    task<result<>> forget_leases() override {
        auto work = [](connection& db) -> result<> {
            sqlite::forget_leases(db);
            return {};
        };
        auto outcome = co_await queue_.perform<void>(access::write, std::move(work));
        if (outcome) news_.raise(all_topics, heard::from_us);
        co_return outcome;
    }
    task<result<std::vector<work_row>>> all_work() override {
        return ask([](connection& db) { return every_work(db); });
    }
    task<result<std::optional<instant>>> next_work_due(std::vector<std::string> kinds) override {
        return ask([kinds = std::move(kinds)](connection& db) { return sqlite::next_work_due(db, kinds); });
    }
    task<result<std::optional<instant>>> next_message_due() override {
        return ask([](connection& db) { return sqlite::next_message_due(db); });
    }

    task<result<std::optional<json::object>>> document_of(std::string collection, std::string id) override {
        return ask([collection, id](connection& db) { return sqlite::document_of(db, collection, id); });
    }
    task<result<std::vector<document>>> documents_in(std::string collection) override {
        return ask([collection](connection& db) { return sqlite::documents_in(db, collection); });
    }
    task<result<std::optional<std::string>>> holder_of(std::string claim_name) override {
        return ask([claim_name](connection& db) { return sqlite::holder_of(db, claim_name); });
    }

    task<heard> wait_for_news(topic about, milliseconds at_most) override { return news_.wait(about, at_most); }
    task<> close() override { return queue_.close(); }

private:
    std::function<instant()> now_;
    news_board news_;
    job_queue queue_;
};

}  // namespace
}  // namespace sqlite

result<std::unique_ptr<store>> open_sqlite(executor loop, std::string file, std::function<instant()> now) {
    auto db = sqlite::connection::open(std::move(file));
    if (!db) return db.error();
    const auto ready = sqlite::bring_up_to_date(**db);
    if (!ready) return ready.error();
    return std::make_unique<sqlite::sqlite_store>(loop, std::move(*db), std::move(now));
}

}  // namespace slipway::store

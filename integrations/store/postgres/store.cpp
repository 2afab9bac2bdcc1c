#include <boost/asio/io_context.hpp>

#include "integrations/base/digest.hpp"
#include "integrations/store/postgres/job_queue.hpp"
#include "integrations/store/postgres/listener.hpp"
#include "integrations/store/postgres/schema.hpp"
#include "integrations/store/postgres/tables.hpp"
#include "integrations/store/schema_state.hpp"

namespace slipway::store {
namespace postgres {
namespace {

/// The contract of store.hpp, each call as one job of the queue.
class postgres_store final : public store {
    // First, because their return types are deduced.
    /// A job whose work cannot be refused.
    template <class Work>
    auto perform(access kind, Work work) {
        using answer = typename std::invoke_result_t<Work&, connection&>::value_type;
        return queue_.perform<answer>(kind, plain<answer>(std::move(work)));
    }
    /// A job whose work may be refused by a rule: nothing is kept then.
    template <class Work>
    auto decide(access kind, Work work) {
        return queue_.perform<void>(kind, std::function<task<result<>>(connection&)>{std::move(work)});
    }
    template <class Answer, class Work>
    static std::function<task<result<Answer>>(connection&)> plain(Work work) {
        // The lambda is kept by the job until it is delivered, so its captures outlive the tasks it makes.
        return [work = std::move(work)](connection& db) { return as_result<Answer>(work(db)); };
    }
    template <class Answer>
    static task<result<Answer>> as_result(task<Answer> work) {
        if constexpr (std::is_void_v<Answer>) {
            co_await std::move(work);
            co_return result<>{};
        } else {
            auto answer = co_await std::move(work);
            co_return answer;
        }
    }

public:
    postgres_store(executor loop, const connection_settings& connecting, const postgres_settings& from)
        : self_{random_hex(8)},
          news_{loop, connecting, self_},
          queue_{std::move(loop), {connecting, from.connections, from.find_out_within, from.now}} {}

    task<result<>> commit(batch changes) override {
        const auto news = tidings_of(changes);
        auto outcome = co_await decide(access::write, [changes = std::move(changes), self = self_](connection& db) {
            return apply_and_tell(db, changes, self);
        });
        if (outcome) news_.raise(news, heard::from_us);
        co_return outcome;
    }

    task<result<std::vector<stored_event>>> read(std::string stream, std::int64_t after_version) override {
        return perform(access::read, [=](connection& db) { return read_events(db, stream, after_version); });
    }
    task<result<std::vector<std::string>>> streams(std::string prefix) override {
        return perform(access::read, [=](connection& db) { return stream_names(db, prefix); });
    }
    task<result<>> verify(std::string stream) override {
        return decide(access::snapshot, [=](connection& db) { return verify_stream(db, stream); });
    }

    task<result<instant>> time() override {
        return perform(access::lease, [](connection& db) { return server_time(db); });
    }
    task<result<arrival>> receive(envelope incoming) override {
        return perform(access::write,
                       [incoming = std::move(incoming)](connection& db) { return receive_envelope(db, incoming); });
    }
    task<result<std::vector<envelope>>> adopt(std::string source, std::string owner) override {
        return perform(access::lease, [=](connection& db) { return adopt_envelopes(db, source, owner); });
    }
    task<result<std::vector<envelope>>> unhandled(std::string source) override {
        return perform(access::read, [=](connection& db) { return unhandled_envelopes(db, source); });
    }
    task<result<>> forget_handled(instant before) override {
        return perform(access::lease, [=](connection& db) { return forget_envelopes(db, before); });
    }

    task<result<std::vector<outbox_row>>> lease_outbox(std::string owner, std::size_t limit, milliseconds lease,
                                                       std::vector<std::string> busy_lanes) override {
        news_.looks(topic::messages);
        return perform(access::lease,
                       [=](connection& db) { return lease_messages(db, owner, limit, lease, busy_lanes); });
    }
    task<result<>> begin_send(std::string key, std::int64_t fence) override {
        return decide(access::write, [=](connection& db) { return postgres::begin_send(db, key, fence); });
    }
    task<result<std::optional<outbox_row>>> outbox_row_of(std::string key) override {
        return perform(access::read, [=](connection& db) { return message_of(db, key); });
    }
    task<result<std::size_t>> outbox_depth() override {
        return perform(access::read, [](connection& db) { return open_messages(db); });
    }

    task<result<std::vector<work_row>>> lease_work(std::string owner, std::vector<std::string> kinds, std::size_t limit,
                                                   milliseconds lease) override {
        news_.looks(topic::work);
        return perform(access::lease,
                       [=](connection& db) { return postgres::lease_work(db, owner, kinds, limit, lease); });
    }
    task<result<>> renew(std::string work_id, std::int64_t fence, milliseconds lease) override {
        return decide(access::lease, [=](connection& db) { return renew_work(db, work_id, fence, lease); });
    }
    task<result<>> announce(std::string name, json::object about, milliseconds lease) override {
        return perform(access::lease, [=, about = std::move(about)](connection& db) {
            return announce_member(db, name, about, lease);
        });
    }
    task<result<>> leave(std::string name) override {
        return perform(access::lease, [=](connection& db) { return forget_member(db, name); });
    }
    task<result<std::vector<member>>> members() override {
        return perform(access::lease, [](connection& db) { return all_members(db); });
    }
    task<result<std::vector<holding>>> leases() override {
        return perform(access::lease, [](connection& db) { return all_leases(db); });
    }
    task<result<std::vector<claim>>> claims() override {
        return perform(access::read, [](connection& db) { return all_claims(db); });
    }
    task<result<>> forget_leases() override {
        const auto outcome =
            co_await perform(access::lease, [](connection& db) { return postgres::forget_leases(db); });
        if (outcome) news_.raise(all_topics, heard::from_us);
        co_return outcome;
    }
    task<result<std::vector<work_row>>> all_work() override {
        return perform(access::read, [](connection& db) { return every_work(db); });
    }
    task<result<std::optional<instant>>> next_work_due(std::vector<std::string> kinds) override {
        return perform(access::read, [=](connection& db) { return postgres::next_work_due(db, kinds); });
    }
    task<result<std::optional<instant>>> next_message_due() override {
        return perform(access::read, [](connection& db) { return postgres::next_message_due(db); });
    }

    task<result<std::optional<json::object>>> document_of(std::string collection, std::string id) override {
        return perform(access::read, [=](connection& db) { return postgres::document_of(db, collection, id); });
    }
    task<result<std::vector<document>>> documents_in(std::string collection) override {
        return perform(access::read, [=](connection& db) { return postgres::documents_in(db, collection); });
    }
    task<result<std::optional<std::string>>> holder_of(std::string claim_name) override {
        return perform(access::read, [=](connection& db) { return postgres::holder_of(db, claim_name); });
    }

    task<heard> wait_for_news(topic about, milliseconds at_most) override { return news_.wait(about, at_most); }
    task<> close() override {
        news_.close();
        return queue_.close();
    }

private:
    static task<result<>> apply_and_tell(connection& db, const batch& changes, const std::string& self) {
        const auto applied = co_await apply(db, changes);
        // Heard by the others when, and only when, it is committed.
        if (const auto news = tidings_for_others(changes); applied && news.any())
            co_await db.run("SELECT pg_notify('slipway_news', $1)", to_payload(self, news));
        co_return applied;
    }
    static task<instant> server_time(connection& db) {
        const auto now = co_await db.run("SELECT slipway_now()");
        co_return from_unix_ms(now.number(0, 0));
    }

    std::string self_;  ///< names this process among those who notify
    listener news_;
    job_queue queue_;
};

task<result<>> prepare(executor loop, connection_settings connecting) {
    auto db = co_await connection::open(loop, std::move(connecting));
    if (!db) co_return db.error();
    std::optional<failure> problem;
    try {
        const auto ready = co_await bring_up_to_date(**db);
        if (!ready) co_return ready.error();
    } catch (const trouble& found) {
        problem = found.reason();
    }
    if (problem) co_return *problem;
    co_return result<>{};
}

task<result<schema_state>> look(executor loop, connection_settings connecting) {
    const auto db = co_await connection::open(loop, std::move(connecting));
    if (!db) co_return db.error();
    std::optional<failure> problem;
    try {
        const auto version = co_await version_of(**db);
        if (!version) co_return version.error();
        if (*version == 0) co_return schema_state::none;
        co_return *version < newest_schema() ? schema_state::older : schema_state::current;
    } catch (const trouble& found) {
        problem = found.reason();
    }
    co_return *problem;
}

/// Blocks until it is done.
template <class T>
result<T> run_aside(const std::function<task<result<T>>(executor)>& work) {
    asio::io_context aside;
    std::exception_ptr bug;
    std::optional<result<T>> ended;
    asio::co_spawn(aside, work(aside.get_executor()), [&](std::exception_ptr failed, result<T> outcome) {
        bug = std::move(failed);
        ended = std::move(outcome);
    });
    aside.run();
    if (bug) std::rethrow_exception(bug);
    return std::move(*ended);
}

connection_settings connecting_to(const postgres_settings& settings) {
    return {settings.address, settings.connect_within, settings.answer_within};
}

}  // namespace
}  // namespace postgres

result<schema_state> look_at_postgres(const postgres_settings& settings) {
    return postgres::run_aside<schema_state>(
        [&](executor aside) { return postgres::look(std::move(aside), postgres::connecting_to(settings)); });
}

result<std::unique_ptr<store>> open_postgres(executor loop, postgres_settings settings) {
    const auto connecting = postgres::connecting_to(settings);
    const auto ready =
        postgres::run_aside<void>([&](executor aside) { return postgres::prepare(std::move(aside), connecting); });
    if (!ready) return ready.error();
    return std::make_unique<postgres::postgres_store>(std::move(loop), connecting, settings);
}

}  // namespace slipway::store

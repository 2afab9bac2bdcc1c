#include "integrations/store/postgres/job_queue.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "integrations/store/postgres/workers.hpp"

namespace slipway::store::postgres {
namespace {

constexpr milliseconds first_retry{200};
constexpr milliseconds longest_retry{5'000};
constexpr milliseconds look_again{250};
constexpr int most_attempts = 8;

/// After the n-th refusal in a row (n ≥ 1).
milliseconds wait_after(int refusals) {
    return std::min(longest_retry, first_retry * (1 << std::min(refusals - 1, 10)));
}

}  // namespace

job_queue::job_queue(executor loop, queue_settings settings)
    : workers_{std::make_shared<workers>(std::move(loop), std::move(settings))} {}

job_queue::~job_queue() {
    workers_->shut();
}

void job_queue::push(std::shared_ptr<job> added) {
    workers_->push(std::move(added));
}

task<> job_queue::close() {
    const auto kept = workers_;
    kept->shut();
    co_await kept->idle();
}

job_queue::workers::workers(executor loop, queue_settings settings)
    : loop_{loop}, settings_{std::move(settings)}, all_done_{loop} {}

void job_queue::workers::push(std::shared_ptr<job> added) {
    if (shut_) {  // its outcome says so
        asio::post(loop_, [added = std::move(added)] { added->deliver(nullptr); });
        return;
    }
    waiting_.push_back(std::move(added));
    if (working_ >= settings_.connections) return;
    ++working_;
    asio::co_spawn(loop_, serve(shared_from_this()), [](const std::exception_ptr& failed) {
        if (failed) std::rethrow_exception(failed);  // do_one lets nothing out
    });
}

task<> job_queue::workers::idle() {
    if (working_ > 0) {
        all_done_.rearm();
        co_await all_done_.wait();
    }
    idle_.clear();
}

task<> job_queue::workers::serve(std::shared_ptr<workers> self) {
    while (!self->waiting_.empty()) {
        auto next = std::move(self->waiting_.front());
        self->waiting_.pop_front();
        std::exception_ptr bug;
        try {
            co_await self->do_one(*next);
        } catch (...) {
            bug = std::current_exception();
        }
        asio::post(self->loop_, [next = std::move(next), bug] { next->deliver(bug); });
    }
    if (--self->working_ == 0) self->all_done_.fire();
}

task<> job_queue::workers::do_one(job& one) {
    for (int count = 1;; ++count) {
        bool fresh = false;
        auto taken = co_await take(fresh);
        if (!taken) {
            one.fail(taken.error());
            co_return;
        }
        auto db = std::move(*taken);
        // A connection that stood idle may have died long ago: that is no failure of this job.
        const chances left{.elsewhere = !fresh, .again = count < most_attempts};
        const auto ended = co_await attempt(*db, one, left);
        if (!db->broken()) idle_.push_back(std::move(db));
        if (ended == ending::finished) co_return;
        if (ended == ending::elsewhere)
            idle_.clear();  // they are as old, or older
        else
            co_await pause(milliseconds{10} * count);
    }
}

task<result<job_queue::workers::owned>> job_queue::workers::take(bool& fresh) {
    if (!idle_.empty()) {
        auto db = std::move(idle_.back());
        idle_.pop_back();
        co_return db;
    }
    fresh = true;
    if (refusals_ > 0 && std::chrono::steady_clock::now() < not_before_) co_return last_refusal_;
    auto made = co_await connect();
    co_return made;
}

task<result<job_queue::workers::owned>> job_queue::workers::connect() {
    auto made = co_await connection::open(loop_, settings_.connecting);
    if (made) {
        if (refusals_ > 0) spdlog::info("database is back after {} refused connections", refusals_);
        refusals_ = 0;
        co_return made;
    }
    last_refusal_ = made.error();
    not_before_ = std::chrono::steady_clock::now() + wait_after(++refusals_);
    if (refusals_ == 1) spdlog::error("{}", last_refusal_.sentence());
    co_return made;
}

task<std::string> job_queue::workers::begin(connection& db, access kind) {
    std::string script = kind == access::snapshot ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN";
    if (settings_.now) script += "; SET LOCAL slipway.now = '" + std::to_string(to_unix_ms(settings_.now())) + "'";
    if (kind == access::write) script += "; SELECT pg_current_xact_id()";
    const auto begun = co_await db.script(std::move(script));
    co_return kind == access::write ? begun.text(0, 0) : std::string{};
}

task<job_queue::workers::ending> job_queue::workers::attempt(connection& db, job& one, chances left) {
    std::optional<trouble> problem;
    std::exception_ptr bug;
    std::string transaction;
    bool committing = false;
    try {
        if (one.kind() == access::read) {
            co_await one.run(db);
            co_return ending::finished;
        }
        transaction = co_await begin(db, one.kind());
        const bool keep = co_await one.run(db);
        if (keep) {
            committing = true;
            const auto ended = co_await db.script("COMMIT");
            if (ended.tag() != "COMMIT")
                one.fail({errc::unavailable, "the database " + db.place() + " took the change back by itself"});
        }
    } catch (const trouble& found) {
        problem.emplace(found);
    } catch (...) {
        bug = std::current_exception();
    }
    if (problem && problem->sort() == trouble::kind::gone && committing) {
        const auto stands = one.kind() == access::write ? co_await find_out(transaction) : std::optional<bool>{};
        if (!stands)
            one.fail({errc::lost, "it is not known whether the last change was kept: " + problem->reason().sentence()});
        else if (!*stands)
            one.fail(problem->reason());
        co_return ending::finished;
    }
    if (problem) {
        const auto ended = co_await explain(db, one, std::move(*problem), left);
        co_return ended;
    }
    co_await roll_back(db);
    if (bug) std::rethrow_exception(bug);
    co_return ending::finished;
}

/// Nothing was committed.
task<job_queue::workers::ending> job_queue::workers::explain(connection& db, job& one, trouble problem, chances left) {
    co_await roll_back(db);
    const auto sort = problem.sort();
    if (sort == trouble::kind::gone && left.elsewhere) co_return ending::elsewhere;
    if (sort == trouble::kind::conflict && left.again) co_return ending::again;
    one.fail(problem.reason());
    co_return ending::finished;
}

task<> job_queue::workers::roll_back(connection& db) {
    if (db.broken() || !db.in_transaction()) co_return;
    try {
        co_await db.script("ROLLBACK");
    } catch (const trouble&) {
        // What was refused is refused: a server that is gone undoes it by itself, and the connection knows it is
        // broken.
    }
}

task<std::optional<bool>> job_queue::workers::find_out(std::string transaction) {
    const auto deadline = std::chrono::steady_clock::now() + settings_.find_out_within;
    while (std::chrono::steady_clock::now() < deadline) {
        auto db = co_await connect();
        std::string status = "in progress";
        try {
            if (db) {
                const auto told = co_await (*db)->run("SELECT pg_xact_status($1::xid8)", transaction);
                if (told.is_null(0, 0)) co_return std::nullopt;  // too long ago for the server
                status = told.text(0, 0);
            }
        } catch (const std::exception& problem) {
            spdlog::warn("asking for the outcome of transaction {} failed: {}", transaction, problem.what());
        }
        if (db && !(*db)->broken()) idle_.push_back(std::move(*db));
        if (status != "in progress") co_return status == "committed";
        co_await pause(look_again);
    }
    co_return std::nullopt;
}

task<> job_queue::workers::pause(milliseconds span) {
    asio::steady_timer timer{loop_, span};
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace slipway::store::postgres

#include "integrations/store/sqlite/job_queue.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "integrations/async/deadline.hpp"

namespace slipway::store::sqlite {
namespace {

void fail_all(std::span<std::unique_ptr<job>> group, const failure& reason) {
    for (auto& each : group) each->fail(reason);
}

// Of SQLite's codes; sqlite3.h itself stays in connection.cpp.
constexpr int io_error = 10;
constexpr int io_error_write = 778;

/// A COMMIT that could not write its last page has changed nothing, and neither has one that lacked room or rights.
/// After a failed fsync the pages may or may not have reached the disk, and only the next start tells.
failure commit_failure(const trouble& problem, const std::string& file) {
    if ((problem.code() & 0xff) != io_error || problem.code() == io_error_write) return problem.reason();
    return failure{errc::lost,
                   "it is not known whether the last change to " + file + " was kept: " + problem.reason().sentence()};
}

bool all_stand(connection& db, std::span<std::unique_ptr<job>> group) {
    return std::ranges::all_of(group, [&db](const std::unique_ptr<job>& each) { return each->run(db); });
}

void write_each_by_itself(connection& db, std::span<std::unique_ptr<job>> group) {
    for (auto& each : group) {
        db.run("SAVEPOINT part");
        if (!each->run(db)) db.run("ROLLBACK TO part");
        db.run("RELEASE part");
    }
}

/// Hardly a write is refused, and savepoints make SQLite keep every page that several writes touch as it was before
/// each: they come only when somebody refused, and then all is done again. True when there is something to commit.
bool write_all(connection& db, std::span<std::unique_ptr<job>> group) {
    try {
        db.run("BEGIN IMMEDIATE");
        if (all_stand(db, group)) return true;
        db.roll_back();
        if (group.size() == 1) return false;
        db.run("BEGIN IMMEDIATE");
        write_each_by_itself(db, group);
        return true;
    } catch (const trouble& problem) {
        db.roll_back();
        fail_all(group, problem.reason());
        return false;
    }
}

void run_transaction(connection& db, std::span<std::unique_ptr<job>> group) {
    if (!write_all(db, group)) return;
    try {
        db.run("COMMIT");
    } catch (const trouble& problem) {
        db.roll_back();
        fail_all(group, commit_failure(problem, db.file()));
    }
}

void run_read(connection& db, job& one) {
    try {
        one.run(db);
    } catch (const trouble& problem) {
        one.fail(problem.reason());
    }
}

}  // namespace

void run_in_order(connection& db, std::span<std::unique_ptr<job>> waiting) {
    const auto reads = [](const std::unique_ptr<job>& each) { return each->kind() == access::read; };
    while (!waiting.empty()) {
        if (reads(waiting.front())) {
            run_read(db, *waiting.front());
            waiting = waiting.subspan(1);
            continue;
        }
        const auto count = static_cast<std::size_t>(std::ranges::find_if(waiting, reads) - waiting.begin());
        run_transaction(db, waiting.first(count));
        waiting = waiting.subspan(count);
    }
}

job_queue::job_queue(executor loop, std::unique_ptr<connection> db) : loop_{std::move(loop)}, db_{std::move(db)} {}

job_queue::~job_queue() {
    *alive_ = false;
    pool_.join();
}

void job_queue::push(std::unique_ptr<job> added) {
    waiting_.push_back(std::move(added));
    if (!running_) start_group();
}

void job_queue::start_group() {
    running_ = true;
    auto busy = boost::asio::make_work_guard(loop_);  // the loop may not run out while the database works
    auto run = [this, group = std::exchange(waiting_, {}), busy = std::move(busy), alive = alive_]() mutable {
        if (db_) run_in_order(*db_, group);
        auto finish = [this, done = std::move(group), alive = std::move(alive)]() mutable {
            if (*alive) return finish_group(std::move(done));
            for (auto& each : done) each->deliver();
        };
        boost::asio::post(busy.get_executor(), std::move(finish));
    };
    boost::asio::post(pool_, std::move(run));
}

void job_queue::finish_group(jobs done) {
    running_ = false;
    if (!waiting_.empty()) start_group();
    for (auto& each : done) each->deliver();  // last: a task that is resumed may end this queue
}

task<> job_queue::close() {
    std::function<result<>(connection&)> nothing = [](connection&) -> result<> { return {}; };
    const auto reached = co_await perform<void>(access::read, std::move(nothing));
    if (!reached) co_return;  // closed before
    co_await offload(pool_, [this] { db_.reset(); });
}

}  // namespace slipway::store::sqlite

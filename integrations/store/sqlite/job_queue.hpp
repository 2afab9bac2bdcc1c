// Everything that touches the database stands in this queue and runs on its one thread. Writes that wait together
// share one transaction, and so one fsync; one's refusal does not touch the others.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "integrations/async/task.hpp"
#include "integrations/store/sqlite/connection.hpp"

namespace slipway::store::sqlite {

enum class access { read, write };

/// One piece of work and whoever waits for it.
class job {
public:
    explicit job(access kind) : kind_{kind} {}
    job(const job&) = delete;
    job& operator=(const job&) = delete;
    virtual ~job() = default;

    access kind() const noexcept { return kind_; }
    /// Database thread. False when what it wrote must be undone. Lets `trouble` through: that concerns everybody. Runs
    /// again when another one of its group refused and all was undone; the last outcome counts.
    virtual bool run(connection& db) = 0;
    /// Puts `reason` in place of the outcome.
    virtual void fail(const failure& reason) = 0;
    /// Loop thread: resumes the waiting task. Called once, at the end.
    virtual void deliver() = 0;

private:
    access kind_;
};

using jobs = std::vector<std::unique_ptr<job>>;

/// Runs them in order, neighbouring writes in one transaction. Database thread. Throws nothing.
void run_in_order(connection& db, std::span<std::unique_ptr<job>> waiting);

/// Loop thread only. A task that is cancelled still waits for its job: what was begun has an outcome.
class job_queue {
public:
    job_queue(executor loop, std::unique_ptr<connection> db);
    job_queue(const job_queue&) = delete;
    job_queue& operator=(const job_queue&) = delete;
    /// Waits for the group that is running.
    ~job_queue();

    /// What `work` answers, once it is durable. An exception other than `trouble` passes through to the caller.
    template <class T>
    task<result<T>> perform(access kind, std::function<result<T>(connection&)> work);
    /// Closes the database after all that was asked for until now.
    task<> close();

private:
    void push(std::unique_ptr<job> added);
    void start_group();
    void finish_group(jobs done);

    executor loop_;
    std::unique_ptr<connection> db_;  // database thread, once the first group has started
    jobs waiting_;
    bool running_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    boost::asio::thread_pool pool_{1};  // last: joined before what it uses goes
};

// ── how a task becomes a job ─────────────────────────────────────────────────────────────────────────────────────

template <class T>
class job_for final : public job {
public:
    using handler = boost::asio::any_completion_handler<void(std::exception_ptr, result<T>)>;
    job_for(access kind, std::function<result<T>(connection&)> work, handler waiting)
        : job{kind}, work_{std::move(work)}, waiting_{std::move(waiting)} {}

    bool run(connection& db) override {
        bug_ = nullptr;
        try {
            outcome_ = work_(db);
        } catch (const trouble&) {
            throw;
        } catch (...) {
            bug_ = std::current_exception();
        }
        return !bug_ && outcome_.has_value();
    }
    void fail(const failure& reason) override { outcome_ = reason; }
    void deliver() override { std::move(waiting_)(bug_, std::move(outcome_)); }

private:
    std::function<result<T>(connection&)> work_;
    handler waiting_;
    result<T> outcome_{failure{errc::cancelled, "the database was closed before this was done"}};
    std::exception_ptr bug_;
};

template <class T>
task<result<T>> job_queue::perform(access kind, std::function<result<T>(connection&)> work) {
    auto enter = [this, kind](auto handler, std::function<result<T>(connection&)> what) {
        push(std::make_unique<job_for<T>>(kind, std::move(what), std::move(handler)));
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>,
                                                   void(std::exception_ptr, result<T>)>(
        std::move(enter), boost::asio::use_awaitable, std::move(work));
}

}  // namespace slipway::store::sqlite

// Everything that asks the server stands in this queue; up to a few connections work on it side by side. Each job that
// writes is one transaction. What a broken connection means for a job is decided here, in one place.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/store/postgres/connection.hpp"

namespace slipway::store::postgres {

enum class access {
    read,      ///< one statement that changes nothing
    snapshot,  ///< several of them that must see one moment
    lease,     ///< a transaction that may be lost without harm: what it took comes back by itself
    write,     ///< a transaction whose outcome is found out when the answer to its COMMIT is lost
};

/// One piece of work and whoever waits for it. It may run more than once: only its last outcome counts.
class job {
public:
    explicit job(access kind) : kind_{kind} {}
    job(const job&) = delete;
    job& operator=(const job&) = delete;
    virtual ~job() = default;

    access kind() const noexcept { return kind_; }
    /// False when what it wrote must be undone. Lets `trouble` through.
    virtual task<bool> run(connection& db) = 0;
    /// Puts `reason` in place of the outcome.
    virtual void fail(failure reason) = 0;
    /// Resumes the waiting task, with the exception when there was one. Called once, at the end.
    virtual void deliver(std::exception_ptr bug) = 0;

private:
    access kind_;
};

struct queue_settings {
    connection_settings connecting;
    std::size_t connections = 4;
    milliseconds find_out_within{10'000};
    std::function<instant()> now;  ///< in place of the server's clock
};

/// Loop thread only. A task that is cancelled still waits for its job: what was begun has an outcome.
class job_queue {
public:
    job_queue(executor loop, queue_settings settings);
    job_queue(const job_queue&) = delete;
    job_queue& operator=(const job_queue&) = delete;
    ~job_queue();

    /// What `work` answers, once it is durable. An exception other than `trouble` passes through to the caller.
    template <class T>
    task<result<T>> perform(access kind, std::function<task<result<T>>(connection&)> work);
    /// Ends after all that was asked for until now; what is asked later fails with errc::cancelled.
    task<> close();

private:
    class workers;
    void push(std::shared_ptr<job> added);

    std::shared_ptr<workers> workers_;  // shared with the tasks that work, which a dying loop may outlive us with
};

// ── how a task becomes a job ─────────────────────────────────────────────────────────────────────────────────────

template <class T>
class job_for final : public job {
public:
    using handler = asio::any_completion_handler<void(std::exception_ptr, result<T>)>;
    job_for(access kind, std::function<task<result<T>>(connection&)> work, handler waiting)
        : job{kind}, work_{std::move(work)}, waiting_{std::move(waiting)} {}

    task<bool> run(connection& db) override {
        outcome_ = co_await work_(db);
        co_return outcome_.has_value();
    }
    void fail(failure reason) override { outcome_ = std::move(reason); }
    void deliver(std::exception_ptr bug) override { std::move(waiting_)(std::move(bug), std::move(outcome_)); }

private:
    std::function<task<result<T>>(connection&)> work_;
    handler waiting_;
    result<T> outcome_{failure{errc::cancelled, "the database was closed before this was done"}};
};

template <class T>
task<result<T>> job_queue::perform(access kind, std::function<task<result<T>>(connection&)> work) {
    auto enter = [this, kind](auto handler, std::function<task<result<T>>(connection&)> what) {
        push(std::make_shared<job_for<T>>(kind, std::move(what), std::move(handler)));
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, result<T>)>(
        std::move(enter), asio::use_awaitable, std::move(work));
}

}  // namespace slipway::store::postgres

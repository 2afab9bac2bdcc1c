// The connections of a job queue and the tasks that work on them.
#pragma once

#include "integrations/async/one_shot.hpp"
#include "integrations/store/postgres/job_queue.hpp"

namespace slipway::store::postgres {

/// As many tasks as there are jobs, up to the limit; none while there is nothing to do, so that a loop may run out.
class job_queue::workers : public std::enable_shared_from_this<workers> {
public:
    workers(executor loop, queue_settings settings);

    void push(std::shared_ptr<job> added);
    /// Nothing is accepted any more.
    void shut() noexcept { shut_ = true; }
    task<> idle();

private:
    enum class ending {
        finished,   ///< the job has its outcome
        again,      ///< nothing happened; the same again may work
        elsewhere,  ///< nothing happened, and this connection is of no use any more
    };
    /// What may be tried once more after nothing happened.
    struct chances {
        bool elsewhere = false;
        bool again = false;
    };
    using owned = std::unique_ptr<connection>;

    static task<> serve(std::shared_ptr<workers> self);
    task<> do_one(job& one);
    /// Never broken when it is handed out; `fresh` when nothing was asked of it before.
    task<result<owned>> take(bool& fresh);
    task<result<owned>> connect();
    task<ending> attempt(connection& db, job& one, chances left);
    task<ending> explain(connection& db, job& one, trouble problem, chances left);
    task<std::string> begin(connection& db, access kind);
    /// Ends a transaction that is still open; a connection that cannot even do that is broken.
    static task<> roll_back(connection& db);
    /// After the answer to a COMMIT was lost: true = it stands, false = it does not; nullopt = not to be known.
    task<std::optional<bool>> find_out(std::string transaction);
    task<> pause(milliseconds span);

    executor loop_;
    queue_settings settings_;
    std::deque<std::shared_ptr<job>> waiting_;
    std::vector<owned> idle_;
    std::size_t working_ = 0;
    bool shut_ = false;
    one_shot all_done_;

    int refusals_ = 0;  ///< connects that failed, in a row
    std::chrono::steady_clock::time_point not_before_{};
    failure last_refusal_;
};

}  // namespace slipway::store::postgres

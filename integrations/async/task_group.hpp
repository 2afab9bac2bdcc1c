// Background tasks with an owner. Declare it last in its class, so that tasks die before what they use.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <list>
#include <string>

#include "integrations/async/bell.hpp"

namespace slipway {

/// Loop thread only. `cancel` then `co_await join()` before destruction.
class task_group {
public:
    explicit task_group(executor loop);
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;

    /// Starts `work`; an exception that escapes it is logged once as an error, with `name`.
    void spawn(std::string name, task<> work);
    /// Asks every task to stop (terminal cancellation).
    void cancel();
    /// Resumes when the last task has ended.
    task<> join();
    std::size_t size() const noexcept { return children_.size(); }

private:
    struct child {
        std::string name;
        asio::cancellation_signal stop;
    };
    executor loop_;
    bell idle_;
    std::list<child> children_;
};

}  // namespace slipway

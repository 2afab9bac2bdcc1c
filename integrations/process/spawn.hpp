// Starting one program: descriptors, group, environment. Internal to this room.
#pragma once

#include <sys/types.h>

#include <utility>

#include "integrations/process/process.hpp"

namespace slipway::process {

/// A file descriptor with an owner.
class descriptor {
public:
    descriptor() = default;
    explicit descriptor(int raw) noexcept : raw_{raw} {}
    descriptor(descriptor&& other) noexcept : raw_{other.release()} {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~descriptor();
    int get() const noexcept { return raw_; }
    int release() noexcept { return std::exchange(raw_, -1); }

private:
    int raw_ = -1;
};

/// A started program, leader of a session and process group of its own. Whoever drops it unreaped ends its group with
/// KILL and reaps it: no zombie, no orphan.
class child {
public:
    explicit child(pid_t leader) noexcept : leader_{leader} {}
    child(child&& other) noexcept : leader_{std::exchange(other.leader_, 0)} {}
    child& operator=(child&&) = delete;
    ~child();
    /// To the whole group. The leader is not reaped before, so the number cannot belong to others.
    void signal(int number) const noexcept;
    /// Its wait status; waits for the leader's end.
    int reap() noexcept;

private:
    pid_t leader_;
};

struct started {
    process::child child;
    descriptor life;  ///< readable once the leader has exited (pidfd)
    descriptor in;    ///< our ends; `in` is empty when there is no input
    descriptor out;
    descriptor err;
};

/// The failures of runner::run.
result<started> spawn(const command& what);

}  // namespace slipway::process

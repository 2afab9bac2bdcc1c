#include "integrations/async/task_group.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "integrations/async/cancelled.hpp"

namespace slipway {
namespace {

void report(const std::string& name, const std::exception_ptr& failure) {
    if (!failure || is_cancellation(failure)) return;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        spdlog::error("task={} ended by a bug: {}", name, error.what());
    }
}

}  // namespace

task_group::task_group(executor loop) : loop_{loop}, idle_{std::move(loop)} {}

void task_group::spawn(std::string name, task<> work) {
    children_.emplace_back();
    const auto self = std::prev(children_.end());
    self->name = std::move(name);
    auto ended = [this, self](const std::exception_ptr& failure) {
        report(self->name, failure);
        children_.erase(self);
        if (children_.empty()) idle_.ring();
    };
    asio::co_spawn(loop_, std::move(work), asio::bind_cancellation_slot(self->stop.slot(), std::move(ended)));
}

void task_group::cancel() {
    // A task may end inside emit() and erase itself, so the next one is looked up first.
    for (auto each = children_.begin(); each != children_.end();) {
        const auto here = each++;
        here->stop.emit(asio::cancellation_type::terminal);
    }
}

task<> task_group::join() {
    while (!children_.empty()) co_await idle_.wait();
}

}  // namespace slipway

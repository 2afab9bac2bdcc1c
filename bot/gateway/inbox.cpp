#include "bot/gateway/inbox.hpp"

#include <spdlog/spdlog.h>

#include <exception>

#include "integrations/async/join_within.hpp"
#include "integrations/slack/link_frame.hpp"

namespace slipway::gateway {
inbox::inbox(executor loop, store::store& memory, timers& clock, payload_handler handle, inbox_settings settings)
    : memory_{memory}, clock_{clock}, handle_{std::move(handle)}, settings_{settings}, tasks_{std::move(loop)} {}

task<result<inbox::reception>> inbox::receive(slack::envelope arrived) {
    auto key = slack::repeat_key(arrived);
    store::envelope incoming{.id = std::move(key),
                             .source = inbox_source,
                             .payload = slack::to_json(std::move(arrived)),
                             .received = clock_.now(),
                             .owner = settings_.owner};
    const bool known = !ours_.insert(incoming.id).second;
    auto stored = co_await memory_.receive(incoming);
    const bool doubtful = stored.has_error() && may_have_happened(stored.error().kind());
    if (doubtful) stored = co_await memory_.receive(incoming);
    if (stored.has_error()) {
        // Perhaps it is stored all the same; then the repeat that follows is the one to handle.
        if (doubtful)
            broken_.insert(incoming.id);
        else if (!known)
            ours_.erase(incoming.id);
        co_return stored.error().within("storing what Slack sent");
    }
    // A repeat of something that nobody handles, because its handling broke or because the store's answer to its first
    // arrival was lost, gets its chance; every other repeat is only acknowledged.
    const bool to_handle = *stored == store::arrival::fresh || doubtful || broken_.erase(incoming.id) > 0;
    if (!to_handle && !known) ours_.erase(incoming.id);
    reception made{*stored, std::move(incoming.id), to_handle};
    co_return made;
}

void inbox::handle(std::string id, slack::payload&& what) {
    ours_.insert(id);
    auto name = "envelope " + id;
    tasks_.spawn(std::move(name), handle_one(std::move(id), std::move(what)));
}

void inbox::dismiss(std::string id) {
    ours_.insert(id);
    auto name = "envelope " + id;
    tasks_.spawn(std::move(name), mark(std::move(id)));
}

task<> inbox::handle_one(std::string id, slack::payload what) {
    std::exception_ptr bug;
    try {
        co_await handle_(std::move(what), id);
    } catch (...) {
        bug = std::current_exception();
    }
    if (bug) {
        broken_.insert(id);
        std::rethrow_exception(bug);
    }
    co_await mark(std::move(id));
}

task<> inbox::mark(std::string id) {
    store::batch done;
    done.handled.push_back({inbox_source, id});
    const auto committed = co_await memory_.commit(std::move(done));
    if (committed.has_error())
        spdlog::warn("envelope={} was handled but could not be marked, so the next start handles it again: {}", id,
                     committed.error().sentence());
    else
        ours_.erase(id);
}

task<result<std::size_t>> inbox::recover() {
    // What was acknowledged and not handled is all that is left of a click: no answer of the store, no start.
    auto left = co_await memory_.adopt(inbox_source, settings_.owner);
    if (left.has_error()) co_return left.error().within("reading what was left unhandled");
    std::size_t again = 0;
    for (auto& each : *left)
        if (!ours_.contains(each.id) && handle_again(std::move(each))) ++again;
    co_return again;
}

bool inbox::handle_again(store::envelope stored) {
    if (stored.received + settings_.oldest < clock_.now()) {
        spdlog::warn("envelope={} of {} is too old to be acted upon and is dropped", stored.id,
                     to_iso(stored.received));
        dismiss(std::move(stored.id));
        return false;
    }
    const auto arrived = slack::take_envelope(std::move(stored.payload));
    if (arrived.has_error()) {
        spdlog::warn("envelope={} cannot be read back: {}", stored.id, arrived.error().sentence());
        dismiss(std::move(stored.id));
        return false;
    }
    spdlog::info("envelope={} of {} was left unhandled and is handled now", stored.id, to_iso(stored.received));
    handle(std::move(stored.id), slack::payload_of(*arrived, stored.received));
    return true;
}

task<> inbox::adopt(std::function<bool()> may) {
    while (true) {
        co_await clock_.sleep(settings_.adopt_every);
        if (!may()) continue;
        const auto taken = co_await recover();
        if (taken.has_error()) spdlog::warn("what other bots left behind waits: {}", taken.error().sentence());
    }
}

task<> inbox::sweep() {
    while (true) {
        const auto forgotten = co_await memory_.forget_handled(clock_.now() - settings_.keep_handled);
        if (forgotten.has_error()) spdlog::warn("old envelopes stay for now: {}", forgotten.error().sentence());
        co_await clock_.sleep(settings_.sweep_every);
    }
}

task<> inbox::stop(milliseconds grace) {
    co_await join_within(clock_, tasks_, grace);
}

}  // namespace slipway::gateway

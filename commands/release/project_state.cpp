#include "commands/release/project_state.hpp"

#include <algorithm>

#include "integrations/base/described.hpp"

namespace slipway::release {
namespace {

struct project_applier {
    project_state& state;

    void operator()(const lock_taken& e) { state.lock = e.lock; }
    void operator()(const lock_removed& e) {
        if (state.lock && state.lock->number == e.number) state.lock.reset();
    }
    void operator()(const freeze_declared& e) { state.freeze = e.freeze; }
    void operator()(const freeze_lifted& e) {
        if (state.freeze && state.freeze->number == e.number) state.freeze.reset();
    }
    void operator()(const release_begun& e) { state.last_begun = e.release; }
    void operator()(const start_queued& e) { state.queue.push_back(e.wanted); }
    void operator()(const start_dropped& e) {
        const auto found = std::ranges::find(state.queue, e.version, &queued_start::version);
        if (found != state.queue.end()) state.queue.erase(found);
    }
};

template <class... Known>
result<project_event> read_one(std::string_view name, const json::object& data, std::variant<Known...>*) {
    std::optional<project_event> read;
    const auto attempt = [&]<class One>(std::type_identity<One>) {
        if (!read && name == One::name) read = from_described<One>(json::value(data));
    };
    (attempt(std::type_identity<Known>{}), ...);
    if (read) return *read;
    return failure{errc::invalid, "this version does not know the project event `" + std::string{name} +
                                      "`; start the version that wrote it"};
}

struct project_describer {
    std::string operator()(const take_lock& c) const { return c.force ? "lock by force" : "lock"; }
    std::string operator()(const remove_lock& c) const { return "unlock " + std::to_string(c.number); }
    std::string operator()(const declare_freeze&) const { return "freeze"; }
    std::string operator()(const lift_freeze&) const { return "lift the freeze"; }
    std::string operator()(const queue_start&) const { return "queue a start"; }
    std::string operator()(const drop_start&) const { return "drop a queued start"; }
};

}  // namespace

std::string name_of(const project_event& happened) {
    return std::visit([](const auto& each) { return std::string{each.name}; }, happened);
}

json::object data_of(const project_event& happened) {
    return std::visit([](const auto& each) { return to_described(each).get_object(); }, happened);
}

result<project_event> project_event_from(std::string_view name, const json::object& data) {
    return read_one(name, data, static_cast<project_event*>(nullptr));
}

project_state apply(project_state state, const project_event& happened) {
    std::visit(project_applier{state}, happened);
    ++state.journal;
    return state;
}

std::string words_of(const project_command& asked) {
    return std::visit(project_describer{}, asked);
}

}  // namespace slipway::release

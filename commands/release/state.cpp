#include "commands/release/state.hpp"

#include <algorithm>

#include "integrations/base/described.hpp"
#include "integrations/base/json.hpp"

namespace slipway::release {
namespace {

bool any(const release_state& state, std::initializer_list<step_status> wanted) {
    return std::ranges::any_of(state.steps,
                               [&](const step_state& each) { return std::ranges::count(wanted, each.status) > 0; });
}

bool has_unknown_item(const release_state& state) {
    return std::ranges::any_of(state.steps, [](const step_state& step) {
        return std::ranges::any_of(step.items,
                                   [](const item_state& item) { return item.status == item_status::unknown_outcome; });
    });
}

bool watches(const release_state& state) {
    return std::ranges::any_of(state.steps, [&](const step_state& each) {
        const auto* rule = state.plan.find(each.id);
        return rule != nullptr && rule->kind == "telemetry_watch" &&
               (each.status == step_status::running || each.status == step_status::looking);
    });
}

bool first_stage_is_over(const release_state& state) {
    if (state.plan.stages.empty()) return false;
    const auto& first = state.plan.stages.front().id;
    return std::ranges::all_of(state.steps, [&](const step_state& each) {
        const auto* rule = state.plan.find(each.id);
        return rule == nullptr || rule->stage != first || each.is_settled();
    });
}

std::string spaced(std::string name) {
    std::ranges::replace(name, '_', ' ');
    return name;
}

}  // namespace

const item_state* step_state::item(std::string_view item_id) const noexcept {
    const auto found = std::ranges::find(items, item_id, &item_state::id);
    return found == items.end() ? nullptr : &*found;
}

std::vector<person_id> item_state::entitled(const choice& offered) const {
    auto all = offered.people;
    if (!all.empty() && delegated) all.push_back(delegated->to);
    return all;
}

std::vector<person_id> item_state::asked() const {
    auto all = asks;
    if (delegated && std::ranges::find(all, delegated->to) == all.end()) all.push_back(delegated->to);
    return all;
}

const choice* item_state::find(std::string_view choice_id) const noexcept {
    const auto found = std::ranges::find(choices, choice_id, &choice::id);
    return found == choices.end() ? nullptr : &*found;
}

const step_state* release_state::step(std::string_view step_id) const noexcept {
    const auto found = std::ranges::find(steps, step_id, &step_state::id);
    return found == steps.end() ? nullptr : &*found;
}

step_state* release_state::step(std::string_view step_id) noexcept {
    const auto found = std::ranges::find(steps, step_id, &step_state::id);
    return found == steps.end() ? nullptr : &*found;
}

std::string release_state::fact(std::string_view name) const {
    return text_at(facts, name);
}

release_status status_of(const release_state& state) noexcept {
    switch (state.ended) {
        case ending::done:
            return release_status::done;
        case ending::cancelled:
            return release_status::cancelled;
        case ending::failed:
            return release_status::failed;
        case ending::rolled_back:
            return release_status::rolled_back;
        case ending::live:
            break;
    }
    if (state.rolling_back) return release_status::rolling_back;
    if (any(state, {step_status::unknown_outcome}) || has_unknown_item(state)) return release_status::unknown_outcome;
    if (state.aborting) return release_status::cancelling;
    if (state.held) return release_status::held;
    if (watches(state)) return release_status::watching;
    if (any(state, {step_status::running, step_status::looking}))
        return first_stage_is_over(state) ? release_status::running : release_status::preparing;
    if (any(state, {step_status::asking})) return release_status::awaiting_gate;
    if (any(state, {step_status::failed, step_status::errored})) return release_status::blocked;
    return first_stage_is_over(state) ? release_status::running : release_status::preparing;
}

std::string to_words(release_status status) {
    return spaced(boost::describe::enum_to_string(status, "unknown"));
}
std::string to_words(step_status status) {
    return spaced(boost::describe::enum_to_string(status, "unknown"));
}

line_count count_lines(const release_state& state, std::string_view stage) {
    line_count made;
    for (const auto& line : state.plan.lines()) {
        if (!stage.empty() && state.plan.steps[line.front()].stage != stage) continue;
        ++made.all;
        const bool settled = std::ranges::all_of(line, [&](std::size_t each) {
            const auto* step = state.step(state.plan.steps[each].id);
            return step != nullptr && step->is_settled();
        });
        made.settled += settled ? 1 : 0;
    }
    return made;
}

std::vector<std::string> what_happened(const release_state& state) {
    std::vector<std::string> all;
    for (const auto& each : state.steps) {
        const auto* rule = state.plan.find(each.id);
        if (rule == nullptr || rule->effect == side_effect::none) continue;
        if (each.status == step_status::done) all.push_back(rule->title + (each.text.empty() ? "" : ": " + each.text));
        for (const auto& item : each.items)
            if (item.status == item_status::done && !each.is_settled())
                all.push_back(rule->title + ", " + item.id + (item.text.empty() ? "" : ": " + item.text));
    }
    return all;
}

bool has_deployed(const release_state& state) {
    if (!state.fact("deployed_at").empty()) return true;
    if (state.plan.stages.size() < 2) return false;
    const auto& first = state.plan.stages.front().id;
    return std::ranges::any_of(state.steps, [&](const step_state& each) {
        const auto* rule = state.plan.find(each.id);
        return rule != nullptr && rule->stage != first && rule->effect == side_effect::irreversible && each.intent;
    });
}

std::string snapshot(const release_state& state) {
    return json::serialize(to_described(state));
}

}  // namespace slipway::release

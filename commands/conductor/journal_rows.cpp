// What travels with the events of a release in their commit: work rows, claims, messages.
#include <algorithm>

#include "commands/conductor/journal.hpp"
#include "commands/conductor/journal_names.hpp"
#include "commands/release/usual.hpp"

namespace slipway::conductor {
namespace {

json::object step_payload(const std::string& id, const std::string& step, int attempt, const char* what) {
    json::object payload;
    payload["release"] = id;
    payload["step"] = step;
    payload["attempt"] = attempt;
    payload["what"] = what;
    return payload;
}

store::work_put row(const release::release_state& of, const std::string& step, int attempt, const char* what,
                    std::int64_t number, instant now) {
    const auto* rule = of.plan.find(step);
    return {of.id + "/" + step + "/" + std::to_string(attempt) + "/" + what + "/" + std::to_string(number),
            rule != nullptr ? work::step_of(rule->kind) : std::string{work::step},
            step_payload(of.id, step, attempt, what), now};
}

json::object release_payload(const std::string& id) {
    json::object payload;
    payload["release"] = id;
    return payload;
}

std::string watch_of(const std::string& id, const std::string& step) {
    return id + "/" + step + "/watch";
}

/// How soon somebody who waits for a resource looks again.
constexpr milliseconds resource_poll{2'000};

/// What a step takes while it acts is taken with its intent and given back with its outcome. An unknown outcome keeps
/// it: nobody can say that it is no longer in use.
void add_resources(store::batch& changes, const release::release_state& after, const release::event& happened) {
    const auto each_of = [&](const std::string& step, auto&& use) {
        if (const auto* rule = after.plan.find(step))
            for (const auto& name : rule->resources) use(store::claim{resource_claim(name), after.id + "/" + step});
    };
    if (const auto* act = std::get_if<release::step_intended>(&happened))
        each_of(act->step, [&](store::claim taken) { changes.claims.push_back(std::move(taken)); });
    if (const auto* end = std::get_if<release::step_ended>(&happened))
        if (end->status != release::step_status::unknown_outcome)
            each_of(end->step, [&](store::claim given) { changes.released.push_back(std::move(given)); });
    if (const auto* again = std::get_if<release::step_reset>(&happened))
        each_of(again->step, [&](store::claim given) { changes.released.push_back(std::move(given)); });
    if (std::holds_alternative<release::release_ended>(happened))
        for (const auto& step : after.steps)
            each_of(step.id, [&](store::claim given) { changes.released.push_back(std::move(given)); });
}

/// Looks at a step again when it would be late.
std::string late_row(const std::string& release_id, const std::string& step) {
    return release_id + "/" + step + "/late";
}

}  // namespace

void journal::add_work(store::batch& changes, const release::release_state& before, const release::release_state& after,
                       const std::vector<release::event>& events, instant now) const {
    auto number = before.journal;
    for (const auto& each : events) {
        ++number;
        add_resources(changes, after, each);
        if (const auto* look = std::get_if<release::look_started>(&each)) {
            changes.work.push_back(row(after, look->step, look->attempt, "look", number, now));
        } else if (const auto* act = std::get_if<release::step_intended>(&each)) {
            changes.work.push_back(row(after, act->step, act->attempt, "perform", number, now));
            changes.work.back().payload["key"] = act->key;
            const auto* step = after.step(act->step);
            if (const auto late = step != nullptr ? release::late_at(after, *step) : std::nullopt)
                changes.work.push_back({late_row(after.id, act->step), work::tick, release_payload(after.id), *late});
        } else if (const auto* over = std::get_if<release::step_ended>(&each)) {
            if (release::usual_time(after, over->step)) changes.dropped_work.push_back(late_row(after.id, over->step));
        } else if (const auto* item = std::get_if<release::item_intended>(&each)) {
            const auto* step = after.step(item->step);
            changes.work.push_back(row(after, item->step, step != nullptr ? step->attempt : 1, "item", number, now));
            changes.work.back().payload["item"] = item->item;
            changes.work.back().payload["key"] = item->key;
        } else if (const auto* gate = std::get_if<release::gate_opened>(&each)) {
            const auto name = after.id + "/" + gate->step + "/gate/" + std::to_string(gate->gate.number);
            changes.work.push_back({name, work::tick, release_payload(after.id), gate->gate.expires});
            if (const auto remind = release::reminder_of(gate->gate))
                changes.work.push_back({name + "/remind", work::tick, release_payload(after.id), *remind});
        } else if (const auto* locked = std::get_if<release::release_locked>(&each)) {
            changes.work.push_back({after.id + "/lock", work::tick, release_payload(after.id), locked->lock.until});
        } else if (const auto* frozen = std::get_if<release::stage_frozen>(&each)) {
            // Without an end in sight the poll looks again; the calendar may be changed.
            const auto due = frozen->stop.until > now ? frozen->stop.until : now + std::chrono::hours{1};
            changes.work.push_back({after.id + "/freeze", work::tick, release_payload(after.id), due});
        } else if (const auto* waits = std::get_if<release::resource_awaited>(&each)) {
            auto payload = release_payload(after.id);
            payload["step"] = waits->step;
            changes.work.push_back(
                {after.id + "/" + waits->step + "/resource", work::resource, std::move(payload), now + resource_poll});
        } else if (std::holds_alternative<release::rollback_begun>(each)) {
            // The release that undoes this one takes its place, in this very commit.
            changes.dropped_work.push_back(after.id + "/drift");
            changes.released.push_back({claim_of(after.project), after.id});
        } else if (std::holds_alternative<release::release_started>(each)) {
            changes.work.push_back({after.id + "/drift", work::drift, release_payload(after.id), now});
        } else if (std::holds_alternative<release::release_ended>(each)) {
            changes.dropped_work.push_back(after.id + "/drift");
            for (const auto& step : after.steps)
                if (!step.items.empty()) changes.dropped_work.push_back(watch_of(after.id, step.id));
            changes.released.push_back({claim_of(after.project), after.id});
        }
    }
}

void journal::add_watches(store::batch& changes, const release::release_state& before,
                          const release::release_state& after, instant now) const {
    for (const auto& step : after.steps) {
        const auto* earlier = before.step(step.id);
        if (!release::is_worth_watching(after, step)) continue;
        if (earlier != nullptr && release::is_worth_watching(before, *earlier)) continue;
        auto payload = release_payload(after.id);
        payload["step"] = step.id;
        const auto project = projects_(after.project);
        changes.work.push_back(
            {watch_of(after.id, step.id), work::watch, std::move(payload), now + poll_of(project.get())});
    }
}

}  // namespace slipway::conductor

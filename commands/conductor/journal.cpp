#include "commands/conductor/journal.hpp"

#include <spdlog/spdlog.h>

#include "integrations/base/described.hpp"

namespace slipway::conductor {

namespace json = boost::json;

namespace {

constexpr int most_conflicts = 20;

std::string claim_of(const std::string& project) {
    return "live/" + project;
}

std::string watch_of(const std::string& id, const std::string& step) {
    return id + "/" + step + "/watch";
}

json::object step_payload(const std::string& id, const std::string& step, int attempt, const char* what) {
    json::object payload;
    payload["release"] = id;
    payload["step"] = step;
    payload["attempt"] = attempt;
    payload["what"] = what;
    return payload;
}

store::work_put row(const std::string& id, const std::string& step, int attempt, const char* what, std::int64_t number,
                    instant now) {
    return {id + "/" + step + "/" + std::to_string(attempt) + "/" + what + "/" + std::to_string(number), work::step,
            step_payload(id, step, attempt, what), now};
}

json::object release_payload(const std::string& id) {
    json::object payload;
    payload["release"] = id;
    return payload;
}

}  // namespace

std::string stream_of(const std::string& release_id) {
    return "release/" + release_id;
}

milliseconds poll_of(const release::project_settings* project) {
    return project != nullptr ? project->drift_poll : milliseconds{60'000};
}

journal::journal(store::store& memory, timers& time, project_lookup projects, renderer render,
                 const release::kinds& kinds)
    : memory_{memory}, time_{time}, projects_{std::move(projects)}, render_{std::move(render)}, kinds_{kinds} {}

task<result<state_pointer>> journal::load(std::string id) {
    const auto cached = cache_.find(id);
    auto state = cached == cache_.end() ? std::make_shared<const release::release_state>() : cached->second;
    const auto known = state->journal;
    const auto more = co_await memory_.read(stream_of(id), known);
    if (!more) co_return more.error().within("reading the journal of release " + id);
    if (known == 0 && more->empty())
        co_return failure{errc::not_found, "There is no release `" + id + "`. `/release history` lists them."};
    if (more->empty()) co_return state;
    auto next = *state;
    for (const auto& each : *more) {
        const auto happened = release::event_from(each.event.type, each.event.data);
        if (!happened) co_return happened.error();
        next = release::apply(std::move(next), *happened);
    }
    state = std::make_shared<const release::release_state>(std::move(next));
    // Another load may have come further while this one waited; the newer one stays.
    auto& kept = cache_[id];
    if (!kept || kept->journal < state->journal) kept = state;
    co_return kept;
}

task<result<std::vector<std::string>>> journal::ids(std::string project) {
    const auto prefix = stream_of(project.empty() ? "" : project + "-");
    auto names = co_await memory_.streams(prefix);
    if (!names) co_return names.error();
    std::vector<std::string> all;
    for (const auto& each : *names) all.push_back(each.substr(stream_of("").size()));
    co_return all;
}

task<result<std::optional<std::string>>> journal::live(std::string project) {
    auto holder = co_await memory_.holder_of(claim_of(project));
    co_return holder;
}

void journal::add_work(store::batch& changes, const release::release_state& before, const release::release_state& after,
                       const std::vector<release::event>& events, instant now) const {
    auto number = before.journal;
    for (const auto& each : events) {
        ++number;
        if (const auto* look = std::get_if<release::look_started>(&each)) {
            changes.work.push_back(row(after.id, look->step, look->attempt, "look", number, now));
        } else if (const auto* act = std::get_if<release::step_intended>(&each)) {
            changes.work.push_back(row(after.id, act->step, act->attempt, "perform", number, now));
            changes.work.back().payload["key"] = act->key;
        } else if (const auto* item = std::get_if<release::item_intended>(&each)) {
            const auto* step = after.step(item->step);
            changes.work.push_back(row(after.id, item->step, step != nullptr ? step->attempt : 1, "item", number, now));
            changes.work.back().payload["item"] = item->item;
            changes.work.back().payload["key"] = item->key;
        } else if (const auto* gate = std::get_if<release::gate_opened>(&each)) {
            changes.work.push_back({after.id + "/" + gate->step + "/gate/" + std::to_string(gate->gate.number),
                                    work::tick, release_payload(after.id), gate->gate.expires});
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

task<result<>> journal::commit(state_pointer before, std::string id, std::vector<release::event> events,
                               release::actor who, std::string cause, companions with, instant now) {
    store::batch changes;
    changes.finished = std::move(with.finished);
    changes.handled = std::move(with.handled);
    changes.outbox = std::move(with.messages);
    auto after = *before;
    store::append journal_part{stream_of(id), before->journal, {}};
    for (const auto& each : events) {
        after = release::apply(std::move(after), each);
        journal_part.events.push_back(
            {release::name_of(each), release::data_of(each), release::to_string(who.who), cause, now});
    }
    if (!events.empty()) changes.appends.push_back(std::move(journal_part));
    add_work(changes, *before, after, events, now);
    add_watches(changes, *before, after, now);
    if (!events.empty() && std::holds_alternative<release::release_started>(events.front()))
        changes.claims.push_back({claim_of(after.project), after.id});
    const auto project = projects_(after.project);
    if (project && !events.empty())
        put_changed(changes, render_, before->journal == 0 ? nullptr : before.get(), after, *project);
    const auto committed = co_await memory_.commit(std::move(changes));
    if (!committed) co_return committed.error();
    for (const auto& each : events)
        spdlog::info("event={} release={} actor={} cause={} journal={}", release::name_of(each), id,
                     release::to_string(who.who), cause, after.journal);
    auto& kept = cache_[id];
    if (!kept || kept->journal < after.journal) kept = std::make_shared<const release::release_state>(std::move(after));
    co_return result<>{};
}

task<result<state_pointer>> journal::ask(std::string id, release::command asked, release::actor who, std::string cause,
                                         companions with) {
    for (int conflict = 0; conflict < most_conflicts; ++conflict) {
        const auto state = co_await load(id);
        if (!state) co_return state.error();
        const auto now = time_.now();
        auto decided = release::decide_and_advance(**state, asked, who, now, kinds_);
        std::optional<failure> refusal;
        std::vector<release::event> events;
        if (decided) {
            events = std::move(*decided);
        } else {
            refusal = decided.error();
            if (!who.is_robot)
                events.push_back(release::refusal_noted{who.who, release::words_of(asked), refusal->sentence(), now});
        }
        if (events.empty() && with.finished.empty() && with.handled.empty() && with.messages.empty()) co_return *state;
        auto batch = with;
        if (refusal && with.when_refused)
            for (auto& each : with.when_refused(*refusal)) batch.messages.push_back(std::move(each));
        const auto committed = co_await commit(*state, id, std::move(events), who, cause, std::move(batch), now);
        if (committed) {
            if (refusal) co_return *refusal;
            const auto after = co_await load(id);
            co_return after;
        }
        if (!(committed.error() == errc::moved)) co_return committed.error();
        // Either the stream moved (decide again on what is there now) or a lease went away: then the stream stands
        // still.
        const auto again = co_await load(id);
        if (!again) co_return again.error();
        if ((*again)->journal == (*state)->journal) co_return committed.error();
    }
    co_return failure{errc::unavailable,
                      "release " + id + " changes too quickly to decide; nothing was done, try again"};
}

task<result<state_pointer>> journal::begin(release::start wanted, release::actor who, std::string cause,
                                           companions with) {
    const auto now = time_.now();
    const auto holder = co_await live(wanted.project);
    if (!holder) co_return holder.error();
    if (*holder) {
        failure busy{errc::exists, "A release of " + wanted.project + " is already under way."};
        busy.code = **holder;
        co_return busy;
    }
    auto decided = release::decide_start(wanted, who, now);
    if (!decided) co_return decided.error();
    auto events = std::move(*decided);
    auto state = std::make_shared<const release::release_state>();
    release::release_state after = release::apply(*state, events.front());
    const auto more = release::decide_and_advance(after, release::advance{}, release::machine(), now, kinds_);
    if (!more) co_return more.error();
    events.insert(events.end(), more->begin(), more->end());
    const auto id = wanted.id;
    auto committed = co_await commit(state, id, std::move(events), who, cause, std::move(with), now);
    if (!committed && committed.error() == errc::moved) {
        failure busy{errc::exists, "A release of " + wanted.project + " has just been started by somebody else."};
        busy.code = id;
        co_return busy;
    }
    if (!committed) co_return committed.error();
    const auto begun = co_await load(id);
    co_return begun;
}

}  // namespace slipway::conductor

// Projects in the store: their own stream, through which every start and every lock passes, so that none of them can
// overtake another.
#include <spdlog/spdlog.h>

#include "commands/conductor/durations.hpp"
#include "commands/conductor/journal.hpp"
#include "commands/conductor/journal_names.hpp"
#include "commands/conductor/refusals.hpp"
#include "commands/release/usual.hpp"

namespace slipway::conductor {
namespace {

std::map<std::string, std::vector<std::string>> rights_of(const release::project_settings* project) {
    return project == nullptr || project->rights.empty() ? release::default_rights() : project->rights;
}

/// What the running release has to know of an event of its project.
std::optional<release::command> heard_by_release(const release::project_event& happened) {
    if (const auto* taken = std::get_if<release::lock_taken>(&happened)) return release::lock_seen{taken->lock};
    if (const auto* removed = std::get_if<release::lock_removed>(&happened))
        return release::unlock_seen{removed->number};
    if (std::holds_alternative<release::freeze_declared>(happened) ||
        std::holds_alternative<release::freeze_lifted>(happened))
        return release::advance{};
    return std::nullopt;
}

}  // namespace

task<result<house_pointer>> journal::load_project(std::string name) {
    const auto cached = houses_.find(name);
    release::project_state state;
    if (cached != houses_.end()) state = *cached->second;
    state.name = name;
    const auto more = co_await memory_.read(house_stream_of(name), state.journal);
    if (!more) co_return more.error().within("reading the journal of the project " + name);
    for (const auto& each : *more) {
        const auto happened = release::project_event_from(each.event.type, each.event.data);
        if (!happened) co_return happened.error();
        state = release::apply(std::move(state), *happened);
    }
    auto& kept = houses_[name];
    if (!kept || kept->journal < state.journal) kept = std::make_shared<const release::project_state>(std::move(state));
    co_return kept;
}

task<result<house_pointer>> journal::ask_project(std::string name, release::project_command asked, release::actor who,
                                                 std::string cause, companions with) {
    for (int conflict = 0; conflict < most_conflicts; ++conflict) {
        const auto house = co_await load_project(name);
        if (!house) co_return house.error();
        const auto holder = co_await live(name);
        if (!holder) co_return holder.error();
        const auto now = time_.now();
        const auto project = projects_(name);
        auto judged = release::decide(**house, asked, who, now, rights_of(project.get()));
        auto batch = with;
        decided all;
        if (!judged) {
            if (with.when_refused)
                for (auto& each : with.when_refused(judged.error())) batch.messages.push_back(std::move(each));
        } else {
            all.house = house_part{*house, *judged};
            if (with.when_decided)
                for (auto& each : with.when_decided(**house, *judged)) batch.messages.push_back(std::move(each));
            if (*holder) {
                const auto running = co_await load(**holder);
                if (!running) co_return running.error();
                if (const auto known = knows(**running); !known) co_return known.error();
                auto later = **house;
                for (const auto& each : *judged) later = release::apply(std::move(later), each);
                const auto seen =
                    co_await around(**running, std::make_shared<const release::project_state>(later), now);
                if (!seen) co_return seen.error();
                part told{**holder, *running, {}};
                for (const auto& each : *judged) {
                    const auto heard = heard_by_release(each);
                    if (!heard) continue;
                    const auto moved = release::decide_and_advance(**running, *heard, who, now, kinds_, *seen);
                    if (moved) told.events = *moved;
                }
                if (!told.events.empty()) all.releases.push_back(std::move(told));
            }
        }
        const auto committed = co_await commit(std::move(all), who, cause, std::move(batch), now);
        if (committed && !judged) {
            const release::refusal_noted noted{who.who, release::words_of(asked), judged.error().sentence(), now};
            if (!who.is_robot) co_await note_refusal(memory_, name, noted, cause, project);
            co_return judged.error();
        }
        if (committed) {
            const auto after = co_await load_project(name);
            co_return after;
        }
        if (!(committed.error() == errc::moved)) co_return committed.error();
    }
    co_return failure{errc::unavailable,
                      "the project " + name + " changes too quickly to decide; nothing was done, try again"};
}

task<result<state_pointer>> journal::begin(release::start wanted, release::actor who, std::string cause,
                                           companions with) {
    auto usual = co_await usual_times(memory_, wanted.project);
    if (!usual.empty()) wanted.facts[release::usual_fact] = std::move(usual);
    for (int conflict = 0; conflict < most_conflicts; ++conflict) {
        const auto now = time_.now();
        const auto house = co_await load_project(wanted.project);
        if (!house) co_return house.error();
        const auto holder = co_await live(wanted.project);
        if (!holder) co_return holder.error();
        const bool takes_over = wanted.kind == "rollback" && *holder && **holder == wanted.parent;
        if (*holder && !takes_over) {
            failure busy{errc::exists, "A release of " + wanted.project + " is already under way."};
            busy.code = **holder;
            co_return busy;
        }
        release::release_state begun;
        begun.project = wanted.project;
        begun.facts = wanted.facts;
        begun.plan = wanted.plan;
        begun.id = wanted.id;
        const auto seen = co_await around(begun, *house, now);
        if (!seen) co_return seen.error();
        auto judged = release::decide_start(wanted, who, now, **house, *seen);
        if (!judged) {
            const release::refusal_noted noted{who.who, "start " + wanted.version, judged.error().sentence(), now};
            if (!who.is_robot) co_await note_refusal(memory_, wanted.project, noted, cause, projects_(wanted.project));
            co_return judged.error();
        }
        auto events = std::move(*judged);
        const auto nothing = std::make_shared<const release::release_state>();
        const auto first = release::apply(*nothing, events.front());
        const auto more =
            release::decide_and_advance(first, release::advance{}, release::machine(), now, kinds_, *seen);
        if (!more) co_return more.error();
        events.insert(events.end(), more->begin(), more->end());
        decided all;
        all.releases.push_back({wanted.id, nothing, std::move(events)});
        auto parts = with;
        if (takes_over) {
            const auto parent = co_await load(wanted.parent);
            if (!parent) co_return parent.error();
            const auto why = wanted.facts.if_contains("why");
            const release::go_back back{wanted.id, wanted.version,
                                        why != nullptr && why->is_string() ? std::string{why->get_string()} : ""};
            const auto stopped = release::decide(**parent, back, who, now, kinds_);
            if (!stopped) co_return stopped.error();
            all.releases.push_back({wanted.parent, *parent, *stopped});
        }
        all.house = house_part{*house, {release::release_begun{wanted.id, wanted.kind, now}}};
        for (const auto& each : (*house)->queue)
            if (each.version == wanted.version && wanted.kind == "release")
                all.house->events.push_back(release::start_dropped{each.version, who.who, "begun", now});
        const auto committed = co_await commit(std::move(all), who, cause, std::move(parts), now);
        if (committed) {
            const auto after = co_await load(wanted.id);
            co_return after;
        }
        if (!(committed.error() == errc::moved) && !(committed.error() == errc::exists)) co_return committed.error();
        // Somebody else started, locked or ended something in between: judge again on what is there now.
    }
    co_return failure{errc::unavailable,
                      "the project " + wanted.project + " changes too quickly to decide; nothing was done, try again"};
}

}  // namespace slipway::conductor

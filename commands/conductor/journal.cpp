#include "commands/conductor/journal.hpp"

#include <spdlog/spdlog.h>

#include "commands/conductor/journal_names.hpp"

namespace slipway::conductor {

std::string work::step_of(std::string_view step_kind) {
    return "step/" + std::string{step_kind};
}

bool work::is_step(std::string_view kind) noexcept {
    return kind == step || kind.starts_with("step/");
}

std::string claim_of(const std::string& project) {
    return "live/" + project;
}

std::string stream_of(const std::string& release_id) {
    return "release/" + release_id;
}

milliseconds poll_of(const release::project_settings* project) {
    return project != nullptr ? project->drift_poll : milliseconds{60'000};
}

journal::journal(store::store& memory, timers& time, project_lookup projects, renderer render,
                 const release::kinds& kinds, freeze_lookup freezes)
    : memory_{memory},
      time_{time},
      projects_{std::move(projects)},
      render_{std::move(render)},
      kinds_{kinds},
      freezes_{std::move(freezes)} {}

task<result<state_pointer>> journal::load(std::string id) {
    const auto* cached = states_.find(id);
    auto state = cached == nullptr ? std::make_shared<const release::release_state>() : *cached;
    const auto known = state->journal;
    const auto more = co_await memory_.read(stream_of(id), known);
    if (!more) co_return more.error().within("reading the journal of release " + id);
    if (known == 0 && more->empty())
        co_return failure{errc::not_found, "There is no release `" + id + "`. `/release history` lists them."};
    if (more->empty()) co_return state;
    if (known > 0) {
        const auto same = co_await is_what_was_read(id, known);
        if (!same) co_return same.error();
        if (!*same) {
            spdlog::error("release={} has another history than the one read before: the database went back", id);
            forget(id);
            auto anew = co_await load(id);
            co_return anew;
        }
    }
    if (auto& head = heads_[id]; head.version < more->back().version) head = {more->back().version, more->back().hash};
    auto next = *state;
    for (const auto& each : *more) {
        const auto happened = release::event_from(each.event.type, each.event.data);
        if (!happened) co_return happened.error();
        next = release::apply(std::move(next), *happened);
    }
    co_return keep(id, std::move(next));
}

/// The database may have gone back to a state before, and on from there: a standby that was behind took over, or a
/// backup was brought back. What is kept here is of another history then.
task<result<bool>> journal::is_what_was_read(std::string id, std::int64_t version) {
    const auto head = heads_.find(id);
    if (head == heads_.end() || head->second.version != version) co_return true;
    const auto hash = head->second.hash;
    const auto there = co_await memory_.read(stream_of(id), version - 1);
    if (!there) co_return there.error().within("reading the journal of release " + id);
    co_return !there->empty() && there->front().version == version && there->front().hash == hash;
}

void journal::forget(const std::string& id) {
    states_.drop(id);
    shown_.drop(id);
    heads_.erase(id);
    records_.erase(id);
}

state_pointer journal::keep(const std::string& id, release::release_state after) {
    // Another load may have come further while this one waited; the newer one stays.
    const auto* kept = states_.find(id);
    if (kept != nullptr && (*kept)->journal >= after.journal) return *kept;
    return states_.put(id, std::make_shared<const release::release_state>(std::move(after)));
}

result<> journal::knows(const release::release_state& state) const {
    for (const auto& each : state.plan.steps)
        if (!kinds_.contains(each.kind))
            return failure{errc::unavailable,
                           "This bot does not know the step kind `" + each.kind + "` of release " + state.id +
                               ", which another version of Slipway began: nothing was changed. During an update try "
                               "again in a minute; when no bot of that version is left, start one."};
    return {};
}

task<result<std::size_t>> journal::show_again(std::string id) {
    for (int conflict = 0; conflict < most_conflicts; ++conflict) {
        const auto state = co_await load(id);
        if (!state) co_return state.error();
        const auto project = projects_((*state)->project);
        if (!project || !render_) co_return std::size_t{0};
        store::batch changes;
        // No event, only its version: what was rendered must not replace what a newer state shows.
        changes.appends.push_back({stream_of(id), (*state)->journal, {}});
        for (auto& each : render_(**state, *project).messages) {
            if (!waits_for_people(each.body)) continue;
            each.again = true;
            changes.outbox.push_back(std::move(each));
        }
        const auto count = changes.outbox.size();
        const auto kept = co_await memory_.commit(std::move(changes));
        if (kept) co_return count;
        if (!(kept.error() == errc::moved)) co_return kept.error();
    }
    co_return failure{errc::moved, "release " + id + " changes too quickly to be shown again"};
}

task<result<std::optional<std::string>>> journal::live(std::string project) {
    auto holder = co_await memory_.holder_of(claim_of(project));
    co_return holder;
}

}  // namespace slipway::conductor

// Decide and commit: what a command does to one release, to the project around it, and to the release it takes back.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "commands/conductor/durations.hpp"
#include "commands/conductor/journal.hpp"
#include "commands/conductor/journal_names.hpp"
#include "commands/conductor/refusals.hpp"
#include "integrations/store/event_chain.hpp"

namespace slipway::conductor {
namespace {

bool holds_end(const std::vector<release::event>& events) {
    return std::ranges::any_of(events,
                               [](const auto& each) { return std::holds_alternative<release::release_ended>(each); });
}

std::set<std::string> resources_of(const release::release_state& state) {
    std::set<std::string> names;
    for (const auto& each : state.plan.steps) names.insert(each.resources.begin(), each.resources.end());
    return names;
}

void tell(const moment_hook& hook, const std::vector<release::event>& events, std::string_view around_intent,
          std::string_view around_outcome) {
    if (!hook) return;
    for (const auto& each : events) {
        if (const auto* begun = std::get_if<release::step_intended>(&each)) hook(around_intent, begun->step);
        if (const auto* begun = std::get_if<release::item_intended>(&each))
            hook(around_intent, begun->step + "/" + begun->item);
        if (const auto* over = std::get_if<release::step_ended>(&each)) hook(around_outcome, over->step);
        if (const auto* over = std::get_if<release::item_ended>(&each))
            hook(around_outcome, over->step + "/" + over->item);
    }
}

/// What the added events do to the hash chain; "" when the one before is not known.
std::string hash_after(std::string head, const store::append& added) {
    auto version = added.expected_version;
    for (const auto& each : added.events) {
        const auto data = store::canonical(each.data);
        head = store::hash_of({head, added.stream, ++version, each.type, data, each.actor, each.cause, each.at});
    }
    return head;
}

/// What people are shown of a release that is over names where its journal ends.
release::release_state with_head(release::release_state state, const std::string& head) {
    if (!state.is_live() && !head.empty()) state.facts["journal_head"] = head;
    return state;
}

/// A commit that failed because something moved or was taken meanwhile: read again, decide again.
bool is_conflict(const failure& why) {
    return why == errc::moved || why == errc::exists;
}

}  // namespace

std::shared_ptr<const rendering> journal::shown_before(
    const part& each, const std::string& head, const std::shared_ptr<const release::project_settings>& project) {
    const auto* kept = shown_.find(each.id);
    if (kept != nullptr && kept->version == each.before->journal && kept->project == project) return kept->what;
    return std::make_shared<const rendering>(render_(with_head(*each.before, head), *project));
}

journal::part_ending journal::add_part(store::batch& changes, const part& each, const release::release_state& after,
                                       std::string actor, std::string cause, instant now) {
    if (each.events.empty()) return {};
    store::append added{stream_of(each.id), each.before->journal, {}};
    for (const auto& happened : each.events)
        added.events.push_back({release::name_of(happened), release::data_of(happened), actor, cause, now});
    const bool is_new = each.before->journal == 0;
    const auto known = heads_.find(each.id);
    const bool is_known = known != heads_.end() && known->second.version == each.before->journal;
    const auto head = is_known ? known->second.hash : std::string{};
    part_ending ends{{after.journal, {}}, {}};
    if (is_known || is_new) ends.head.hash = hash_after(head, added);
    changes.appends.push_back(std::move(added));
    add_work(changes, *each.before, after, each.events, now);
    add_watches(changes, *each.before, after, now);
    if (std::holds_alternative<release::release_started>(each.events.front()))
        changes.claims.push_back({claim_of(after.project), after.id});
    const auto project = projects_(after.project);
    if (!project || !render_) return ends;
    const auto before = is_new ? std::make_shared<const rendering>() : shown_before(each, head, project);
    auto fresh = std::make_shared<const rendering>(render_(with_head(after, ends.head.hash), *project));
    put_changed(changes, *before, *fresh);
    ends.shown = {after.journal, project, std::move(fresh)};
    return ends;
}

task<result<>> journal::commit(decided what, release::actor who, std::string cause, companions with, instant now) {
    store::batch changes;
    changes.finished = std::move(with.finished);
    changes.handled = std::move(with.handled);
    changes.outbox = std::move(with.messages);
    const auto actor = release::to_string(who.who);
    std::vector<release::release_state> after;
    std::vector<part_ending> ends;
    for (const auto& each : what.releases) {
        auto state = *each.before;
        for (const auto& happened : each.events) state = release::apply(std::move(state), happened);
        ends.push_back(add_part(changes, each, state, actor, cause, now));
        auto counted = co_await with_durations(memory_, std::move(changes), *each.before, each.events);
        auto watched = co_await with_refusals(memory_, std::move(counted), each.events, projects_(state.project));
        changes = std::move(watched);
        after.push_back(std::move(state));
    }
    if (what.house && !what.house->events.empty()) {
        store::append added{house_stream_of(what.house->before->name), what.house->before->journal, {}};
        for (const auto& happened : what.house->events) {
            added.events.push_back({release::name_of(happened), release::data_of(happened), actor, cause, now});
            if (std::holds_alternative<release::start_queued>(happened))
                changes.work.push_back(queue_row(what.house->before->name, now));
        }
        changes.appends.push_back(std::move(added));
    }
    if (!what.wakes_queue.empty()) changes.work.push_back(queue_row(what.wakes_queue, now));
    for (const auto& each : what.releases) tell(moments_, each.events, "before intent", "after effect");
    const auto committed = co_await memory_.commit(std::move(changes));
    if (!committed) co_return committed.error();
    for (const auto& each : what.releases) tell(moments_, each.events, "after intent", "after outcome");
    for (std::size_t i = 0; i < after.size(); ++i) {
        for (const auto& happened : what.releases[i].events)
            spdlog::info("event={} release={} actor={} cause={} journal={}", release::name_of(happened),
                         what.releases[i].id, actor, cause, after[i].journal);
        const auto& id = what.releases[i].id;
        auto& [head, shown] = ends[i];
        if (!head.hash.empty() && heads_[id].version < head.version) heads_[id] = std::move(head);
        if (shown.what) shown_.put(id, std::move(shown));
        if (!what.releases[i].events.empty()) keep(id, std::move(after[i]));
    }
    if (what.house)
        for (const auto& happened : what.house->events)
            spdlog::info("event={} project={} actor={} cause={}", release::name_of(happened), what.house->before->name,
                         actor, cause);
    co_return result<>{};
}

task<result<release::circumstances>> journal::around(release::release_state state, house_pointer house, instant now) {
    release::circumstances seen;
    const auto project = projects_(state.project);
    const auto* promoted = state.facts.if_contains("promoted");
    const bool by_robot = promoted != nullptr && promoted->is_bool() && promoted->get_bool();
    if (project && freezes_) seen.frozen = freezes_(*project, by_robot, now);
    if (house->freeze && house->freeze->holds_at(now))
        seen.frozen = release::freeze_now{house->freeze->reason, house->freeze->until, /*overrun=*/false};
    for (const auto& name : resources_of(state)) {
        const auto holder = co_await memory_.holder_of(resource_claim(name));
        if (!holder) co_return holder.error();
        if (*holder) seen.taken[name] = **holder;
    }
    co_return seen;
}

task<result<>> journal::add_consequences(decided& all, instant now) {
    auto& mine = all.releases.front();
    if (!holds_end(mine.events)) co_return result<>{};
    auto after = *mine.before;
    for (const auto& each : mine.events) after = release::apply(std::move(after), each);
    if (after.kind != "rollback") co_return result<>{};
    const bool ok = after.ended == release::ending::done;
    const auto text = ok ? "rolled back to " + after.version + " by " + after.id
                         : "the rollback to " + after.version + " did not get to its end: " + after.ended_text;
    if (!after.parent.empty()) {
        const auto parent = co_await load(after.parent);
        if (!parent && !(parent.error() == errc::not_found)) co_return parent.error();
        if (parent) {
            const auto told =
                release::decide(**parent, release::way_back_ended{ok, text}, release::machine(), now, kinds_);
            if (told && !told->empty()) all.releases.push_back({after.parent, *parent, *told});
        }
    }
    const auto house = co_await load_project(after.project);
    if (!house) co_return house.error();
    const auto* parent = all.releases.size() > 1 ? all.releases.back().before.get() : nullptr;
    const auto from = parent != nullptr ? parent->version : std::string{"what ran"};
    const auto why = after.facts.if_contains("why");
    const auto cause = why != nullptr && why->is_string() ? ": " + std::string{why->get_string()} : std::string{};
    release::take_lock lock{(ok ? from + " was rolled back to " + after.version : text) + cause,
                            release::lock_after_rollback, /*force=*/true, /*automatic=*/true};
    auto locked = release::decide(**house, lock, release::machine(), now, after.rights);
    if (!locked) co_return locked.error();
    all.house = house_part{*house, std::move(*locked)};
    co_return result<>{};
}

task<result<bool>> journal::reads_otherwise(std::vector<std::pair<std::string, std::int64_t>> releases,
                                            std::string project, std::int64_t house) {
    bool otherwise = false;
    for (const auto& [each, version] : releases) {
        forget(each);
        const auto anew = co_await load(each);
        if (!anew) co_return anew.error();
        otherwise = otherwise || (*anew)->journal != version;
    }
    houses_.erase(project);
    const auto anew = co_await load_project(project);
    if (!anew) co_return anew.error();
    co_return otherwise || (*anew)->journal != house;
}

task<result<state_pointer>> journal::ask(std::string id, release::command asked, release::actor who, std::string cause,
                                         companions with) {
    for (int conflict = 0; conflict < most_conflicts; ++conflict) {
        const auto state = co_await load(id);
        if (!state) co_return state.error();
        if (const auto known = knows(**state); !known) co_return known.error();
        const auto house = co_await load_project((*state)->project);
        if (!house) co_return house.error();
        const auto now = time_.now();
        const auto seen = co_await around(**state, *house, now);
        if (!seen) co_return seen.error();
        auto judged = release::decide_and_advance(**state, asked, who, now, kinds_, *seen);
        std::optional<failure> refusal;
        std::vector<release::event> events;
        if (judged) {
            events = std::move(*judged);
        } else {
            refusal = judged.error();
            if (!who.is_robot)
                events.push_back(release::refusal_noted{who.who, release::words_of(asked), refusal->sentence(), now});
        }
        if (events.empty() && with.finished.empty() && with.handled.empty() && with.messages.empty()) co_return *state;
        auto batch = with;
        if (refusal && with.when_refused)
            for (auto& each : with.when_refused(*refusal)) batch.messages.push_back(std::move(each));
        decided all;
        if (holds_end(events) && !(*house)->queue.empty()) all.wakes_queue = (*state)->project;
        all.releases.push_back({id, *state, std::move(events)});
        const auto followed = co_await add_consequences(all, now);
        if (!followed) co_return followed.error();
        std::vector<std::pair<std::string, std::int64_t>> seen_at;
        for (const auto& each : all.releases) seen_at.emplace_back(each.id, each.before->journal);
        const auto house_at = (*house)->journal;
        const auto committed = co_await commit(std::move(all), who, cause, std::move(batch), now);
        if (committed) {
            // The same sentence as in Slack and in the journal (R3.14).
            if (refusal && !who.is_robot)
                spdlog::info("refused=\"{}\" release={} actor={} cause={} rule=\"{}\"", release::words_of(asked), id,
                             release::to_string(who.who), cause, refusal->sentence());
            if (refusal) co_return *refusal;
            const auto after = co_await load(id);
            co_return after;
        }
        if (!is_conflict(committed.error())) co_return committed.error();
        // Either a stream moved or a resource was taken (decide again on what is there now), or a lease went away: then
        // everything stands still.
        bool moved = committed.error() == errc::exists;
        for (const auto& [each, journal] : seen_at) {
            const auto again = co_await load(each);
            if (!again) co_return again.error();
            moved = moved || (*again)->journal != journal;
        }
        const auto house_again = co_await load_project((*state)->project);
        if (!house_again) co_return house_again.error();
        if (moved || (*house_again)->journal != house_at) continue;
        const auto went_back = co_await reads_otherwise(seen_at, (*state)->project, house_at);
        if (!went_back) co_return went_back.error();
        if (!*went_back) co_return committed.error();
        spdlog::error("release={} has another history than the one read before: the database went back", id);
    }
    co_return failure{errc::unavailable,
                      "release " + id + " changes too quickly to decide; nothing was done, try again"};
}

}  // namespace slipway::conductor

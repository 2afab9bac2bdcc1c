#include "commands/conductor/conductor.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <filesystem>

#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/desired_message.hpp"

namespace slipway::conductor {
namespace {

using release::step_status;

constexpr milliseconds report_pause{1'000};

release::item_status as_item(step_status status) {
    switch (status) {
        case step_status::done:
            return release::item_status::done;
        case step_status::failed:
            return release::item_status::failed;
        case step_status::unknown_outcome:
            return release::item_status::unknown_outcome;
        default:
            return release::item_status::errored;
    }
}

std::vector<store::outbox_put> as_messages(const std::vector<steps::attachment>& files, const store::work_row& row,
                                           const release::release_state& state) {
    std::vector<store::outbox_put> all;
    for (const auto& each : files) {
        slack::desired_file file;
        file.channel = state.channel;
        file.thread_of = each.thread.empty() ? board_key(state.id) : state.id + "/" + each.thread;
        file.filename = each.name;
        file.title = each.title;
        file.content = each.content;
        file.binary = each.binary;
        all.push_back(
            {row.id + "/" + each.name, state.channel, slack::priority::detail, slack::to_json(file), std::nullopt});
    }
    return all;
}

release::command as_report(const store::work_row& row, verdict made) {
    if (text_at(row.payload, "what") == "item") {
        release::item_finished told;
        told.step = text_at(row.payload, "step");
        told.item = text_at(row.payload, "item");
        told.key = text_at(row.payload, "key");
        told.status = as_item(made.status);
        told.text = std::move(made.text);
        told.data = std::move(made.data);
        told.facts = std::move(made.facts);
        return told;
    }
    release::step_finished told;
    told.step = text_at(row.payload, "step");
    told.attempt = static_cast<int>(number_at(row.payload, "attempt", 1));
    told.status = made.status;
    told.text = std::move(made.text);
    told.detail = std::move(made.detail);
    told.data = std::move(made.data);
    told.facts = std::move(made.facts);
    return told;
}

release::command as_report(const store::work_row& row, steps::look_outcome seen, instant now) {
    release::look_finished told;
    told.step = text_at(row.payload, "step");
    told.attempt = static_cast<int>(number_at(row.payload, "attempt", 1));
    told.found = std::move(seen.found);
    told.found.at = now;
    told.complete = seen.complete;
    told.items = std::move(seen.items);
    told.data = std::move(seen.data);
    told.facts = std::move(seen.facts);
    return told;
}

/// Is the row still what the release waits for?
bool is_current(const store::work_row& row, const release::step_state& step) {
    if (number_at(row.payload, "attempt", 1) != step.attempt) return false;
    const auto what = text_at(row.payload, "what");
    if (what == "look") return step.status == step_status::looking || step.status == step_status::asking;
    if (what == "perform")
        return step.status == step_status::running && step.intent && step.intent->key == text_at(row.payload, "key");
    const auto* item = step.item(text_at(row.payload, "item"));
    return item != nullptr && item->status == release::item_status::running && item->key == text_at(row.payload, "key");
}

}  // namespace

conductor::conductor(executor loop, journal& releases, store::store& memory, timers& time, chance roll,
                     const kind_map& kinds, project_lookup projects, services_lookup services, drift_check drifts,
                     conductor_settings settings)
    : loop_{loop},
      releases_{releases},
      memory_{memory},
      patience_{store::create_patience(memory, time)},
      time_{time},
      kinds_{kinds},
      projects_{std::move(projects)},
      services_{std::move(services)},
      drifts_{std::move(drifts)},
      settings_{std::move(settings)},
      runner_{time, patience_->clock(), std::move(roll), settings_.runner},
      can_do_{work::known_to(kinds)},
      tasks_{loop} {}

task<> conductor::resume_all() {
    const auto ids = co_await releases_.ids("");
    if (!ids) {
        spdlog::error("resuming releases failed: {}", ids.error().sentence());
        co_return;
    }
    for (const auto& id : *ids) {
        const auto state = co_await releases_.load(id);
        if (!state) {
            spdlog::error("release={} cannot be resumed: {}", id, state.error().sentence());
            continue;
        }
        if (!(*state)->is_live()) continue;
        if (const auto known = releases_.knows(**state); !known) {
            spdlog::warn("release={} is left to others: {}", id, known.error().sentence());
            continue;
        }
        const auto going = co_await releases_.ask(id, release::advance{}, release::machine(), "restart", {});
        if (!going)
            spdlog::error("release={} cannot be resumed: {}", id, going.error().sentence());
        else
            spdlog::info("release={} resumed status={}", id, release::to_words(release::status_of(**going)));
    }
}

task<> conductor::run() {
    co_await resume_all();
    for (;;) {
        const auto room = settings_.at_once > held_.size() ? settings_.at_once - held_.size() : 0;
        const auto asked = time_.now();
        auto leased = result<std::vector<store::work_row>>{std::vector<store::work_row>{}};
        if (room > 0) leased = co_await memory_.lease_work(settings_.owner, can_do_, room, settings_.lease);
        if (!leased) {
            spdlog::error("leasing work failed: {}", leased.error().sentence());
            co_await time_.sleep(report_pause);
            continue;
        }
        for (auto& row : *leased) {
            if (const auto running = held_.find(row.id); running != held_.end()) {
                // Our lease ran out while we were busy, or the outcome has just been stored and this is what comes
                // next: whoever is busy with the row knows when they are through.
                running->second->fence = row.fence;
                running->second->renewed = asked;
                running->second->again = std::move(row);
                continue;
            }
            auto mine = std::make_shared<hold>(hold{row.fence, false, false, asked, 0, std::nullopt});
            held_[row.id] = mine;
            const auto name = row.id;
            tasks_.spawn(name, handle(std::move(row), mine));
        }
        if (!leased->empty()) continue;
        co_await wait_for_work(asked);
    }
}

task<> conductor::wait_for_work(instant looked) {
    // Of the kinds that we can do: what only another version knows is due all the time (R11.5).
    const auto due = co_await memory_.next_work_due(can_do_);
    auto nap = settings_.longest_nap;
    if (due && *due)
        nap = std::clamp(std::chrono::duration_cast<milliseconds>(**due - time_.now()), milliseconds{100}, nap);
    while (nap > milliseconds{0}) {
        const auto by = co_await memory_.wait_for_news(store::topic::work, nap);
        // What this bot puts, for a click or a step that has ended, goes on at once. What others put is theirs as much
        // as ours: however much it is, the database is asked about it once in a while.
        if (by != store::heard::from_others || !settings_.shares_work) co_return;
        nap = std::min(looked + settings_.look_interval - time_.now(), settings_.look_interval);
    }
}

task<> conductor::stop() {
    tasks_.cancel();
    co_await tasks_.join();
}

task<> conductor::handle(store::work_row row, hold_pointer mine) {
    struct forget {
        std::map<std::string, hold_pointer>& held;
        std::string id;
        ~forget() { held.erase(id); }
    } const when_done{held_, row.id};
    for (;;) {
        co_await handle_once(row, mine);
        // Fences only grow: a lease newer than that of the outcome is work that nobody has done.
        if (!mine->again || mine->again->fence <= mine->stored) co_return;
        row = std::move(*mine->again);
        *mine = hold{row.fence, false, false, mine->renewed, mine->stored, std::nullopt};
    }
}

task<bool> conductor::is_left_to_others(store::work_row row, hold_pointer mine) {
    constexpr milliseconds again_after{2'000};
    const auto id = text_at(row.payload, "release");
    if (id.empty()) co_return false;
    const auto state = co_await releases_.load(id);
    if (!state || releases_.knows(**state)) co_return false;
    store::batch given_back;
    given_back.finished.push_back({row.id, mine->fence, time_.now() + again_after});
    const auto free = co_await memory_.commit(std::move(given_back));
    if (!free) spdlog::warn("work={} is free for others once its lease ends: {}", row.id, free.error().sentence());
    co_return true;
}

task<> conductor::handle_once(store::work_row row, hold_pointer mine) {
    const bool is_foreign = co_await is_left_to_others(row, mine);
    if (is_foreign) co_return;
    if (work::is_step(row.kind)) {
        co_await handle_step(row, mine);
    } else if (row.kind == work::tick) {
        co_await report(text_at(row.payload, "release"), release::tick{row.due}, row.id, mine, {}, std::nullopt);
    } else if (row.kind == work::drift) {
        co_await handle_drift(row, mine);
    } else if (row.kind == work::watch) {
        co_await handle_watch(row, mine);
    } else if (row.kind == work::resource) {
        co_await handle_resource(row, mine);
    } else if (row.kind == work::queue) {
        co_await handle_queue(row, mine);
    }
}

task<bool> conductor::is_aborting(std::string release_id) {
    const auto state = co_await releases_.load(release_id);
    co_return state && (*state)->aborting.has_value();
}

result<steps::context> conductor::context_of(const store::work_row& row, state_pointer state) {
    steps::context here;
    const auto name = text_at(row.payload, "step");
    const auto* step = state->step(name);
    const auto* rule = state->plan.find(name);
    if (step == nullptr || rule == nullptr) return failure{errc::not_found, "the release has no step `" + name + "`"};
    const auto* services = services_(state->project);
    here.project = projects_(state->project);
    if (services == nullptr || !here.project)
        return failure{errc::refused,
                       "The project file of " + state->project +
                           " cannot be used right now; `slipway check` says why. The step waits for it."};
    here.state = state;
    here.rule = *rule;
    here.step = *step;
    here.with = *services;
    if (here.with.store != nullptr) here.with.store = &patience_->memory();
    const auto directory = settings_.log_directory + "/" + state->id;
    std::error_code ignored;
    std::filesystem::create_directories(directory, ignored);
    here.log_file = directory + "/" + name + "-" + std::to_string(step->attempt) + ".log";
    here.log = [id = state->id, name](const std::string& line) {
        spdlog::info("release={} step={} output={}", id, name, line);
    };
    here.is_aborting = [this, id = state->id] { return is_aborting(id); };
    return here;
}

task<> conductor::handle_step(store::work_row row, hold_pointer mine) {
    const auto id = text_at(row.payload, "release");
    const auto state = co_await releases_.load(id);
    if (!state) {
        spdlog::error("work={} cannot be begun: {}", row.id, state.error().sentence());
        co_await time_.sleep(settings_.lease);
        co_return;
    }
    const auto* step = (*state)->step(text_at(row.payload, "step"));
    // What somebody chose of an item is done also when the release has ended meanwhile (a lasting choice).
    const bool wanted = (*state)->is_live() || text_at(row.payload, "what") == "item";
    if (step == nullptr || !wanted || !is_current(row, *step)) {
        co_await report(id, release::advance{}, row.id, mine, {}, std::nullopt);
        co_return;
    }
    auto here = context_of(row, *state);
    if (!here) {
        spdlog::error("work={} waits: {}", row.id, here.error().sentence());
        co_await time_.sleep(settings_.lease);
        co_return;
    }
    co_await run_step(row, mine, *state, std::move(*here));
}

task<> conductor::run_step(store::work_row row, hold_pointer mine, state_pointer state, steps::context here) {
    using namespace boost::asio::experimental::awaitable_operators;
    const auto found = kinds_.find(here.rule.kind);
    if (found == kinds_.end()) {
        verdict unknown;
        unknown.status = step_status::failed;
        unknown.text = "This version of Slipway has no step kind `" + here.rule.kind +
                       "`; start the version that began the release.";
        co_await report(state->id, as_report(row, std::move(unknown)), row.id, mine, {}, std::nullopt);
        co_return;
    }
    auto& kind = *found->second;
    mine->outlives_us = kind.facts().ends_itself;
    const bool interruptible =
        here.rule.effect != release::side_effect::irreversible && state->is_live() && !kind.facts().ends_itself;
    if (text_at(row.payload, "what") == "look") {
        auto outcome = co_await (runner_.look(kind, here) || keep_lease(row.id, state->id, true, mine));
        if (auto* ended = std::get_if<0>(&outcome)) {
            if (!ended->seen) {
                co_await report(state->id, as_report(row, std::move(ended->refused)), row.id, mine, {}, std::nullopt);
                co_return;
            }
            // A step that goes on looking keeps its row: the next look begins where this one was told.
            const auto again = ended->seen->found.more ? std::optional{time_.now()} : std::nullopt;
            auto messages = as_messages(ended->seen->files, row, *state);
            auto told = as_report(row, std::move(*ended->seen), time_.now());
            co_await report(state->id, std::move(told), row.id, mine, std::move(messages), again);
            co_return;
        }
        if (mine->lost) co_return;
        verdict stopped;
        stopped.status = step_status::errored;
        stopped.text = std::get<1>(outcome);
        co_await report(state->id, as_report(row, std::move(stopped)), row.id, mine, {}, std::nullopt);
        co_return;
    }
    steps::act intent;
    auto effect = here.rule.effect;
    intent.key = text_at(row.payload, "key");
    intent.item = text_at(row.payload, "item");
    if (const auto* item = here.step.item(intent.item); item != nullptr && !intent.item.empty()) {
        intent.intended = item->at;
        intent.choice = item->chosen;
        intent.by = item->by;
        intent.reason = item->reason;
        for (const auto& each : item->choices)
            if (each.id == item->chosen) effect = each.effect;
    } else if (here.step.intent) {
        intent.intended = here.step.intent->at;
    }
    const begin_check may = [this, id = row.id, mine] { return may_begin(id, mine); };
    auto outcome =
        co_await (runner_.act(kind, here, intent, effect, may) || keep_lease(row.id, state->id, interruptible, mine));
    if (mine->lost) co_return;
    verdict made;
    if (auto* ended = std::get_if<0>(&outcome)) {
        made = std::move(*ended);
    } else {
        made.status = step_status::errored;
        made.text = std::get<1>(outcome);
    }
    auto messages = as_messages(made.files, row, *state);
    co_await report(state->id, as_report(row, std::move(made)), row.id, mine, std::move(messages), std::nullopt);
}

task<> conductor::report(std::string release_id, release::command told, std::string row, hold_pointer mine,
                         std::vector<store::outbox_put> messages, std::optional<instant> again) {
    for (;;) {
        companions with;
        const auto fence = mine->fence;
        with.finished.push_back({row, fence, again});
        with.messages = messages;
        const auto done = co_await releases_.ask(release_id, told, release::machine(), "work " + row, std::move(with));
        if (done) mine->stored = fence;
        if (done) co_return;
        if (done.error() == errc::moved || done.error() == errc::not_found || done.error() == errc::refused ||
            done.error() == errc::invalid) {
            spdlog::warn("work={} result not taken: {}", row, done.error().sentence());
            co_return;
        }
        // The store is away or did not answer: the outcome is only in our hands, so keep trying while we hold the row.
        spdlog::error("work={} result cannot be stored yet: {}", row, done.error().sentence());
        co_await time_.sleep(report_pause);
    }
}

task<> conductor::handle_watch(store::work_row row, hold_pointer mine) {
    using namespace boost::asio::experimental::awaitable_operators;
    const auto id = text_at(row.payload, "release");
    const auto state = co_await releases_.load(id);
    const auto* step = state ? (*state)->step(text_at(row.payload, "step")) : nullptr;
    if (step == nullptr || !release::is_worth_watching(**state, *step)) {
        // A store that does not answer now is asked again; what is over is not.
        if (!state && !(state.error() == errc::not_found)) co_await time_.sleep(settings_.lease);
        if (state) co_await report(id, release::advance{}, row.id, mine, {}, std::nullopt);
        co_return;
    }
    const auto project = projects_((*state)->project);
    const auto next = time_.now() + poll_of(project.get());
    auto here = context_of(row, *state);
    const auto kind = here ? kinds_.find(here->rule.kind) : kinds_.end();
    const bool looks_already = step->status == step_status::looking;
    if (kind == kinds_.end() || looks_already) {
        co_await report(id, release::advance{}, row.id, mine, {}, next);
        co_return;
    }
    row.payload["attempt"] = step->attempt;
    auto outcome = co_await (runner_.look(*kind->second, *here) || keep_lease(row.id, id, true, mine));
    if (mine->lost) co_return;
    auto* ended = std::get_if<0>(&outcome);
    if (ended == nullptr || !ended->seen) {
        if (ended != nullptr)
            spdlog::warn("release={} step={} could not be looked at again: {}", id, step->id, ended->refused.text);
        co_await report(id, release::advance{}, row.id, mine, {}, next);
        co_return;
    }
    co_await report(id, as_report(row, std::move(*ended->seen), time_.now()), row.id, mine, {}, next);
}

task<> conductor::look_at_members(state_pointer state) {
    const auto asks = [](const release::step_state& step) {
        return step.gate && step.gate->status == release::gate_status::open;
    };
    if (!settings_.members || !state->is_live() || std::ranges::none_of(state->steps, asks)) co_return;
    release::members_seen seen;
    seen.users = co_await settings_.members(state->project);
    const auto noted = co_await releases_.ask(state->id, std::move(seen), release::machine(), "drift poll", {});
    if (!noted) spdlog::warn("release={} members not noted: {}", state->id, noted.error().sentence());
}

task<> conductor::handle_drift(store::work_row row, hold_pointer mine) {
    const auto id = text_at(row.payload, "release");
    const auto state = co_await releases_.load(id);
    if (!state) co_return;
    const auto* services = services_((*state)->project);
    const auto project = projects_((*state)->project);
    const auto next = time_.now() + poll_of(project.get());
    if (services != nullptr && project && drifts_) {
        const auto seen = co_await drifts_(*state, *services, project);
        if (!seen)
            spdlog::warn("release={} drift could not be checked: {}", id, seen.error().sentence());
        else
            for (const auto& each : *seen) {
                const auto noted = co_await releases_.ask(id, each, release::machine(), "drift poll", {});
                if (!noted) spdlog::warn("release={} drift not noted: {}", id, noted.error().sentence());
            }
    }
    co_await look_at_members(*state);
    co_await report(id, release::advance{}, row.id, mine, {}, next);
}

task<> conductor::handle_resource(store::work_row row, hold_pointer mine) {
    constexpr milliseconds again_after{2'000};
    const auto id = text_at(row.payload, "release");
    const auto state = co_await releases_.load(id);
    if (!state && !(state.error() == errc::not_found)) {
        co_await time_.sleep(settings_.lease);
        co_return;
    }
    const auto* step = state ? (*state)->step(text_at(row.payload, "step")) : nullptr;
    const bool waits = step != nullptr && (*state)->is_live() && !step->awaits.empty();
    const auto next = waits ? std::optional{time_.now() + again_after} : std::nullopt;
    co_await report(id, release::advance{}, row.id, mine, {}, next);
}

task<> conductor::handle_queue(store::work_row row, hold_pointer mine) {
    constexpr milliseconds janitor{15'000};
    const auto name = text_at(row.payload, "project");
    const auto house = co_await releases_.load_project(name);
    const auto holder = co_await releases_.live(name);
    auto next = std::optional{time_.now() + janitor};
    if (house && (*house)->queue.empty()) next = std::nullopt;
    const bool is_free = house && holder && !*holder && !(*house)->queue.empty();
    if (is_free && settings_.promote) {
        const auto begun = co_await settings_.promote(name);
        if (!begun) spdlog::warn("project={} the next of the queue waits: {}", name, begun.error().sentence());
    }
    store::batch ended;
    const auto fence = mine->fence;
    ended.finished.push_back({row.id, fence, next});
    const auto committed = co_await memory_.commit(std::move(ended));
    if (committed) mine->stored = fence;
    if (!committed) spdlog::warn("work={} could not be ended: {}", row.id, committed.error().sentence());
}

}  // namespace slipway::conductor

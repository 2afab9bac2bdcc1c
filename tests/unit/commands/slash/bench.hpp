// A desk with nothing behind it but a store in memory, a Slack that remembers and a world of fake steps: what people
// type and click goes in as payloads, what they read comes out of the outbox.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>

#include "commands/slash/slash.hpp"
#include "commands/views/modals.hpp"
#include "integrations/base/json.hpp"
#include "tests/fakes/fake_slack.hpp"
#include "tests/fakes/fake_step.hpp"
#include "tests/fakes/hand_clock.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/small_release.hpp"

namespace slipway::slash {

struct bench {
    bench() = default;
    bench(const bench&) = delete;
    bench& operator=(const bench&) = delete;
    ~bench() { run(memory->close()); }

    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }

    // ── people ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// "/release <words>": what only the person reads.
    std::string type(const std::string& words, const std::string& user = "UANA", const std::string& channel = "C1") {
        slack::slash_command typed;
        typed.from = from(user, channel);
        typed.command = "/release";
        typed.text = untrusted{words};
        return give(typed);
    }
    /// The same from another workspace that shares the channel.
    std::string type_in(const std::string& team, const std::string& words, const std::string& user) {
        slack::slash_command typed;
        typed.from = from(user, "C1");
        typed.from.team = team;
        typed.command = "/release";
        typed.text = untrusted{words};
        return give(typed);
    }
    std::string click_value(const std::string& value, const std::string& kind, const std::string& user) {
        slack::block_action clicked;
        clicked.from = from(user, "C1");
        clicked.action_id = "slipway." + kind;
        clicked.value = value;
        return give(clicked);
    }
    std::string click(const release::button& pressed, const std::string& user) {
        return click_value(release::id_of(pressed), pressed.kind, user);
    }
    /// The form behind a button, sent with these words.
    std::string submit(const release::button& pressed, const std::string& user, const std::string& reason,
                       const std::string& version = "") {
        slack::view_submission sent;
        sent.from = from(user, "");
        sent.view.callback_id = "slipway." + pressed.kind;
        sent.view.private_metadata = release::id_of(pressed);
        sent.state.all.push_back({views::input::reason, "value", "plain_text_input", {reason}});
        if (!version.empty()) sent.state.all.push_back({views::input::version, "value", "plain_text_input", {version}});
        return give(sent);
    }
    /// The answer as JSON text, "" when there was none.
    std::string give(slack::payload what) {
        const auto id = "E" + std::to_string(++envelopes);
        store::envelope arrived{id, "slack", {}, clock.now()};
        REQUIRE(run(memory->receive(arrived)));
        run(handle(with, std::move(what), id));
        const auto row = *run(memory->outbox_row_of("answer/" + id));
        return row ? json::serialize(row->body) : std::string{};
    }

    // ── the release ──────────────────────────────────────────────────────────────────────────────────────────────

    release::release_state state(const std::string& id = "shop-1.4.0-1") { return **run(releases.load(id)); }
    int event_count(const std::string& type, const std::string& id = "shop-1.4.0-1") {
        int found = 0;
        for (const auto& each : *run(memory->read("release/" + id))) found += each.event.type == type ? 1 : 0;
        return found;
    }
    void ended(const std::string& step, release::step_status how = release::step_status::done,
               json::object facts = {}) {
        release::step_finished told;
        told.step = step;
        told.attempt = state().step(step)->attempt;
        told.status = how;
        told.text = "ended";
        told.facts = std::move(facts);
        REQUIRE(run(releases.ask("shop-1.4.0-1", told, release::machine(), "test", {})));
    }
    void looked(std::vector<release::item_state> items) {
        release::look_finished seen;
        seen.step = "merges";
        seen.found.summary = "looked";
        seen.complete = items.empty();
        seen.items = std::move(items);
        REQUIRE(run(releases.ask("shop-1.4.0-1", seen, release::machine(), "test", {})));
    }
    /// Started by Ana, up to the open question of `push`; `facts` are known by then.
    void go_to_push(json::object facts = {}) {
        type("start 1.4.0");
        ended("announce");
        looked({});
        ended("tests");
        click(button("approve", "read"), "UDEE");
        ended("commit", release::step_status::done, std::move(facts));
        REQUIRE(state().step("push")->gate);
    }
    /// The button as the cards of this moment carry it.
    release::button button(const std::string& kind, const std::string& step, const std::string& item = "",
                           const std::string& choice = "") {
        for (const auto& each : conductor::render_release(state(), fakes::small_project()).buttons)
            if (each.kind == kind && each.step == step && each.item == item &&
                (choice.empty() || each.choice == choice))
                return each;
        FAIL("no card has the button " << kind << " of " << step);
        return {};
    }
    std::int64_t board_revision() {
        const auto row = *run(memory->outbox_row_of(conductor::board_key("shop-1.4.0-1")));
        return row ? row->wanted : 0;
    }

    project_pointer project_named(const std::string& name) {
        const auto found = projects.find(name);
        if (found == projects.end()) return nullptr;
        return std::make_shared<release::project_settings>(found->second);
    }

    asio::io_context loop;
    fakes::hand_clock clock;
    fakes::world outside;
    fakes::fake_slack slack{clock};
    std::map<std::string, release::project_settings> projects{{"shop", fakes::small_project()}};
    std::map<std::string, std::string> disabled;
    release::kinds table = fakes::small_kinds();
    release::checklist plan = fakes::small_plan();  ///< of what starts next
    conductor::kind_map kinds = fakes::fake_kinds(outside, table);
    fakes::memory_books books;
    std::unique_ptr<store::store> memory =
        std::make_unique<fakes::memory_store>(loop.get_executor(), books, [this] { return clock.now(); });
    steps::services nothing;  ///< every client null
    conductor::journal releases{*memory, clock, [this](const std::string& name) { return project_named(name); },
                                conductor::render_release, table};
    desk with{
        releases,
        *memory,
        clock,
        slack,
        kinds,
        table,
        [this](const std::string& name) { return project_named(name); },
        [this](const std::string& name) { return projects.contains(name) ? &nothing : nullptr; },
        [this] {
            std::vector<std::string> names;
            for (const auto& [name, settings] : projects) names.push_back(name);
            return names;
        },
        [this](const std::string& name) {
            const auto found = disabled.find(name);
            return found == disabled.end() ? std::string{} : found->second;
        },
        [this](const release::project_settings&) -> result<release::checklist> { return plan; },
        [this](const release::project_settings&, const std::string&) -> result<release::checklist> { return plan; }};
    int envelopes = 0;

private:
    static slack::origin from(const std::string& user, const std::string& channel) {
        slack::origin made;
        made.team = "T1";
        made.user = user;
        made.channel = channel;
        made.trigger_id = "trigger";
        return made;
    }
};

}  // namespace slipway::slash

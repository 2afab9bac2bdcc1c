// A release of seven steps in two stages and the people around it: small enough to hold in one's head, with every class
// of step in it. `story` plays commands against the rules and keeps every event, as the journal would.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "commands/release/project.hpp"
#include "commands/release/rules.hpp"
#include "tests/fakes/show_result.hpp"

namespace slipway::fakes {

inline const instant small_start = *from_iso("2026-11-23T12:00:00Z");

inline release::person_id person(const std::string& user) {
    return {"T1", user};
}
inline release::actor someone(const std::string& user, std::set<std::string> roles) {
    return {.who = person(user), .roles = std::move(roles), .roles_known = true, .is_robot = false};
}
/// Ana manages and asks for the release; Dee and Eve develop; Quinn tests; Nora has no role.
inline release::actor ana() {
    return someone("UANA", {"release-manager"});
}
inline release::actor dee() {
    return someone("UDEE", {"developer"});
}
inline release::actor eve() {
    return someone("UEVE", {"developer"});
}
inline release::actor quinn() {
    return someone("UQUINN", {"qa"});
}
inline release::actor nora() {
    return someone("UNORA", {});
}

inline release::project_settings small_project() {
    release::project_settings made;
    made.name = "shop";
    made.title = "Demo shop";
    made.channel = "C1";
    made.roles = {{"release-manager", {"UANA"}}, {"developer", {"UDEE", "UEVE"}}, {"qa", {"UQUINN"}}};
    made.people = {{"UANA", "ana", "Ana", {}}, {"UDEE", "dee", "Dee", {}}, {"UEVE", "eve", "Eve", {}}};
    return made;
}

inline release::step_rule small_step(const std::string& id, const std::string& stage, const std::string& kind,
                                     std::vector<std::string> needs) {
    release::step_rule made;
    made.id = id;
    made.stage = stage;
    made.kind = kind;
    made.title = "Do " + id;
    made.needs = std::move(needs);
    return made;
}

inline release::gate_rule small_gate(std::map<std::string, int> seats) {
    release::gate_rule made;
    made.seats = std::move(seats);
    return made;
}

/// A form with a field of every type: a ticket like OPS-17, minutes from 1 to 90, a choice, a box that must be ticked.
inline std::vector<release::form_field> small_form() {
    using release::field_type;
    std::vector<release::form_field> made(4);
    made[0] = {"ticket", "Change ticket", field_type::text, true, "OPS-[0-9]+", {}, {}, 20, "As in the tracker"};
    made[1] = {"minutes", "Expected downtime", field_type::number, false, "", {}, 1, 90, ""};
    made[2] = {"window", "Time of day", field_type::choice, true, "", {"morning", "night"}, {}, {}, ""};
    made[3] = {"told", "Support was told", field_type::checkbox, true, "", {}, {}, {}, ""};
    return made;
}

/// announce → merges → read ─┐
///         └→ tests ─────────┴→ commit → push (developer + qa) → home
inline release::checklist small_plan() {
    release::checklist made;
    made.name = "small";
    made.stages = {{"prepare", "Prepare"}, {"deploy", "Deploy"}};
    made.steps = {small_step("announce", "prepare", "tell", {}),
                  small_step("merges", "prepare", "merge", {"announce"}),
                  small_step("tests", "prepare", "check", {"announce"}),
                  small_step("read", "prepare", "ask", {"merges"}),
                  small_step("commit", "prepare", "act", {"tests", "read"}),
                  small_step("push", "deploy", "act", {"commit"}),
                  small_step("home", "deploy", "check", {"push"})};
    made.steps[1].effect = release::side_effect::irreversible;
    made.steps[3].gate = {small_gate({{"developer", 1}})};
    made.steps[4].effect = release::side_effect::reversible;
    made.steps[5].gate = {small_gate({{"developer", 1}, {"qa", 1}})};
    made.steps[5].effect = release::side_effect::irreversible;
    return made;
}

inline release::kinds small_kinds() {
    using release::step_class;
    release::kinds made;
    made["tell"] = {"tell", step_class::notify, false, false, release::side_effect::none, {}, {}};
    made["merge"] = {"merge", step_class::action, true, true, release::side_effect::irreversible, {}, {}};
    made["check"] = {"check", step_class::check, false, false, release::side_effect::none, {"program"}, {}};
    made["ask"] = {"ask", step_class::confirm, false, false, release::side_effect::none, {}, {}};
    made["act"] = {"act", step_class::action, false, true, release::side_effect::reversible, {}, {}};
    return made;
}

inline release::start small_wish(release::checklist plan = small_plan()) {
    release::start made;
    made.id = "shop-1.4.0-1";
    made.project = "shop";
    made.version = "1.4.0";
    made.channel = "C1";
    made.team = "T1";
    made.plan = std::move(plan);
    made.rights = release::default_rights();
    made.facts["candidate"] = "c0ffee";
    made.facts["base"] = "ba5e";
    return made;
}

/// One merge request with a merge button for developers and a move-out button that wants a reason.
inline release::item_state small_item(const std::string& id, const std::string& fingerprint = "f1") {
    release::item_state made;
    made.id = id;
    made.title = untrusted{"Change " + id};
    made.fingerprint = fingerprint;
    made.choices = {{"merge", "Merge", "primary", false, {"developer"}, true, release::side_effect::irreversible},
                    {"move-out", "Move out", "", true, {}, true, release::side_effect::reversible}};
    return made;
}

class story {
public:
    explicit story(release::start wanted = small_wish()) {
        const auto begun = release::decide_start(wanted, ana(), now);
        REQUIRE(begun);
        keep(*begun);
        keep(*release::decide_and_advance(state, release::advance{}, release::machine(), now, known));
    }

    /// What one click leads to: the events of its commit, already applied; or the refusal.
    result<std::vector<release::event>> ask(const release::command& asked, const release::actor& who) {
        auto decided = release::decide_and_advance(state, asked, who, now, known);
        if (decided) keep(*decided);
        return decided;
    }
    void must(const release::command& asked, const release::actor& who) { REQUIRE(ask(asked, who)); }
    /// The sentence of the refusal; the state must not have moved.
    failure refused(const release::command& asked, const release::actor& who) {
        const auto before = release::snapshot(state);
        const auto decided = ask(asked, who);
        REQUIRE_FALSE(decided);
        CHECK(release::snapshot(state) == before);
        return decided.error();
    }

    void ended(const std::string& step, release::step_status how = release::step_status::done,
               const std::string& text = "") {
        release::step_finished told;
        told.step = step;
        told.attempt = at(step).attempt;
        told.status = how;
        told.text = text.empty() ? step + " ended" : text;
        must(told, release::machine());
    }
    void looked(std::vector<release::item_state> items, const std::string& fingerprint = "l1", bool complete = false) {
        release::look_finished seen;
        seen.step = "merges";
        seen.attempt = at("merges").attempt;
        seen.found.fingerprint = fingerprint;
        seen.found.at = now;
        seen.found.summary = std::to_string(items.size()) + " merge requests";
        seen.items = std::move(items);
        seen.complete = complete;
        must(seen, release::machine());
    }
    void item_ended(const std::string& item, release::item_status how = release::item_status::done) {
        release::item_finished told;
        told.step = "merges";
        told.item = item;
        told.key = at("merges").item(item)->key;
        told.status = how;
        told.text = "it ended";
        must(told, release::machine());
    }
    /// Up to the open question of `push`, the good way.
    void go_to_push() {
        ended("announce");
        looked({}, "l1", true);
        ended("tests");
        must(release::approve{"read", fingerprint("read")}, dee());
        ended("commit");
        REQUIRE(at("push").gate);
    }
    void approve_push() {
        must(release::approve{"push", fingerprint("push")}, dee());
        must(release::approve{"push", fingerprint("push")}, quinn());
    }

    const release::step_state& at(const std::string& step) const { return *state.step(step); }
    std::string fingerprint(const std::string& step) const { return at(step).gate ? at(step).gate->fingerprint : ""; }
    release::step_status status(const std::string& step) const { return at(step).status; }
    std::string word() const { return release::to_words(release::status_of(state)); }

    release::kinds known = small_kinds();
    instant now = small_start;
    release::release_state state;
    std::vector<release::event> journal;

private:
    void keep(const std::vector<release::event>& happened) {
        for (const auto& each : happened) {
            state = release::apply(std::move(state), each);
            journal.push_back(each);
        }
    }
};

/// How many events of one type there are.
template <class Event>
int count(const std::vector<release::event>& all) {
    int found = 0;
    for (const auto& each : all) found += std::holds_alternative<Event>(each) ? 1 : 0;
    return found;
}

inline bool says(const std::string& text, std::string_view wanted) {
    return text.find(wanted) != std::string::npos;
}

}  // namespace slipway::fakes

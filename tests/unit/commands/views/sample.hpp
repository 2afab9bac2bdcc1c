// A release to look at: six steps in two stages, a project with five people, and helpers that read messages.
#pragma once

#include <string>
#include <vector>

#include "commands/release/event.hpp"
#include "commands/release/project.hpp"
#include "commands/release/rules.hpp"
#include "commands/views/release_view.hpp"
#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/limits.hpp"
#include "integrations/slack/blocks/message.hpp"

namespace sample {

using namespace slipway;

inline const instant noon = *from_iso("2026-11-23T12:00:00Z");

inline release::person_id person(const std::string& user) {
    return {"T1", user};
}

inline release::project_settings project() {
    release::project_settings made;
    made.name = "shop";
    made.title = "Demo shop";
    made.channel = "C1";
    made.roles = {{"release-manager", {"UANA"}}, {"dba", {"UBO", "UCHI"}}, {"developer", {"UDEE", "UEVE"}}};
    made.people = {{"UANA", "ana", "Ana", {}},
                   {"UBO", "bo", "Bo", {}},
                   {"UCHI", "chi", "Chi", {}},
                   {"UDEE", "dee", "Dee", {}},
                   {"UEVE", "eve", "Eve", {}}};
    return made;
}

inline release::step_rule rule(const std::string& id, const std::string& line, const std::string& stage,
                               const std::string& kind, const std::string& title) {
    release::step_rule made;
    made.id = id;
    made.line = line;
    made.stage = stage;
    made.kind = kind;
    made.title = title;
    return made;
}

inline release::gate_rule gate(std::map<std::string, int> seats, const std::string& question) {
    release::gate_rule made;
    made.seats = std::move(seats);
    made.question = question;
    return made;
}

inline release::checklist plan() {
    release::checklist made;
    made.name = "default";
    made.stages = {{"prepare", "Prepare"}, {"deploy", "Deploy"}};
    made.steps = {rule("announce", "P1", "prepare", "notify", "Tell the channel"),
                  rule("merge-requests", "P2", "prepare", "merge_requests", "Merge what belongs to it"),
                  rule("tests", "P11", "prepare", "run", "Run the tests"),
                  rule("first-read", "P12", "prepare", "confirm", "Read the diff"),
                  rule("build", "D6", "deploy", "salt_state", "Build on the servers"),
                  rule("errors-to-issues", "D12", "deploy", "error_issues", "Errors become issues")};
    made.steps[0].text = "Build starting for {version}, check your labels: {milestone_url}";
    made.steps[1].effect = release::side_effect::irreversible;
    made.steps[3].gate = {gate({{"developer", 1}}, "")};
    made.steps[4].gate = {gate({{"dba", 1}, {"release-manager", 1}}, "Deploy {version} to production?")};
    made.steps[4].effect = release::side_effect::irreversible;
    return made;
}

inline release::release_state started() {
    release::release_started begun;
    begun.id = "shop-1.4.0-1";
    begun.project = "shop";
    begun.version = "1.4.0";
    begun.kind = "release";
    begun.channel = "C1";
    begun.team = "T1";
    begun.requester = person("UDEE");
    begun.plan = release::to_json(plan());
    begun.plan_hash = release::plan_hash(plan());
    begun.facts["candidate"] = "0123456789abcdef0123456789abcdef01234567";
    begun.facts["gitlab_url"] = "https://git.example/shop";
    begun.facts["milestone_title"] = "Platform-1.4.0";
    begun.facts["milestone_url"] = "https://git.example/shop/-/milestones/4";
    begun.facts["previous_tag"] = "1.3.2";
    begun.at = noon;
    return release::apply({}, begun);
}

inline release::gate_state open_gate(const std::string& question, std::vector<release::seat> seats) {
    release::gate_state made;
    made.fingerprint = "f00dfeedf00dfeed";
    made.commit = "0123456789abcdef0123456789abcdef01234567";
    made.question = question;
    made.seats = std::move(seats);
    made.opened_at = noon;
    made.expires = noon + milliseconds{4 * 3'600'000};
    return made;
}

/// Waits for the gate of the build: one dba, one release manager.
inline release::release_state at_gate() {
    return release::apply(
        started(),
        release::gate_opened{"build", open_gate("Deploy {version} to production?",
                                                {{"dba", std::nullopt, {}}, {"release-manager", std::nullopt, {}}})});
}

inline release::item_state merge_request(int number, const std::string& title) {
    release::item_state made;
    made.id = "!" + std::to_string(number);
    made.title = untrusted{title};
    made.url = "https://git.example/shop/-/merge_requests/" + std::to_string(number);
    made.details = {"by eve", "ready to merge", "approved by dee", "pipeline success"};
    made.fingerprint = "fp" + std::to_string(number);
    release::choice merge{"merge", "Merge", "primary", false, {}, true, release::side_effect::irreversible};
    release::choice out{"move-out", "Move out", "", true, {}, true, release::side_effect::reversible};
    made.choices = {merge, out};
    return made;
}

inline release::release_state with_merge_requests(int count) {
    release::look_recorded seen;
    seen.step = "merge-requests";
    seen.found.summary = std::to_string(count) + " merge requests still open";
    for (int i = 0; i < count; ++i)
        seen.items.push_back(merge_request(i + 1, "Change number " + std::to_string(i + 1)));
    return release::apply(started(), seen);
}

inline release::release_state ended_step(const std::string& step, release::step_status status, const std::string& text,
                                         const std::string& detail = {}) {
    auto state = release::apply(started(), release::step_intended{step, 1, "key", noon});
    release::step_ended ended;
    ended.step = step;
    ended.status = status;
    ended.text = text;
    ended.detail = detail;
    ended.at = noon;
    return release::apply(std::move(state), ended);
}

inline release::release_state over(release::release_state state, release::ending how, const std::string& text) {
    return release::apply(std::move(state), release::release_ended{how, text, noon + milliseconds{3'600'000}});
}

// ── reading messages ─────────────────────────────────────────────────────────────────────────────────────────────

inline void collect_words(const json::value& value, std::string& words) {
    if (const auto* object = value.if_object()) {
        for (const auto& each : *object)
            if (each.key() == "text" && each.value().is_string())
                words += text_at(*object, "text") + "\n";
            else
                collect_words(each.value(), words);
    } else if (const auto* array = value.if_array()) {
        for (const auto& each : *array) collect_words(each, words);
    }
}

/// Everything a reader sees in the blocks, one text a line.
inline std::string words_of(const json::array& blocks) {
    std::string words;
    for (const auto& each : blocks) collect_words(each, words);
    return words;
}
inline std::string words_of(const slack::rendered& message) {
    return words_of(message.blocks);
}

inline bool has(const std::string& words, std::string_view wanted) {
    return words.find(wanted) != std::string::npos;
}

inline void collect_buttons(const json::value& value, std::vector<std::string>& labels) {
    if (const auto* object = value.if_object()) {
        if (text_at(*object, "type") == "button") labels.push_back(text_at(*object, "text.text"));
        for (const auto& each : *object) collect_buttons(each.value(), labels);
    } else if (const auto* array = value.if_array()) {
        for (const auto& each : *array) collect_buttons(each, labels);
    }
}

/// The labels of all buttons, in order.
inline std::vector<std::string> buttons_of(const json::array& blocks) {
    std::vector<std::string> labels;
    for (const auto& each : blocks) collect_buttons(each, labels);
    return labels;
}
inline std::vector<std::string> buttons_of(const slack::rendered& message) {
    return buttons_of(message.blocks);
}

inline const slack::desired_message* message(const views::release_view& view, std::string_view key) {
    for (const auto& each : view.messages)
        if (each.key == key) return std::get_if<slack::desired_message>(&each.wish);
    return nullptr;
}

inline json::object as_json(const slack::desired_message& wish) {
    json::object made;
    made["text"] = wish.text;
    made["blocks"] = wish.blocks;
    return made;
}

using problems = std::vector<std::string>;

}  // namespace sample

// The dispatch, and what every rule needs: rights, keys, names.
#include "commands/release/rules.hpp"

#include <algorithm>
#include <cstdio>

#include "commands/release/rules_parts.hpp"
#include "integrations/base/described.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::release {
namespace rules {

failure refuse(std::string sentence) {
    return failure{errc::refused, std::move(sentence)};
}

std::string clock_time(instant at) {
    return to_iso(at).substr(11, 5) + " UTC";
}

std::string name(const person_id& who) {
    return "@" + who.user;
}

std::string one_of(const std::vector<std::string>& roles) {
    std::string text;
    for (std::size_t i = 0; i < roles.size(); ++i) {
        if (i > 0) text += i + 1 == roles.size() ? " or " : ", ";
        text += roles[i];
    }
    return text;
}

std::string title_of(const release_state& state, std::string_view step) {
    const auto* rule = state.plan.find(step);
    return "“" + (rule != nullptr ? rule->title : std::string{step}) + "”";
}

const kind_facts* kind_of(const question& q, const step_state& step) {
    const auto* rule = q.state.plan.find(step.id);
    const auto found = rule != nullptr ? q.known.find(rule->kind) : q.known.end();
    return found == q.known.end() ? nullptr : &found->second;
}

bool is_open(item_status status) {
    return status == item_status::open || status == item_status::failed || status == item_status::errored;
}

bool has_open_blocking_item(const step_state& step) {
    return std::ranges::any_of(
        step.items, [](const item_state& each) { return each.blocking && each.status != item_status::done; });
}

bool has_running_item(const step_state& step) {
    return std::ranges::any_of(step.items, [](const item_state& each) { return each.status == item_status::running; });
}

std::string names_of(const std::vector<person_id>& people) {
    std::vector<std::string> all;
    all.reserve(people.size());
    for (const auto& each : people) all.push_back(name(each));
    return one_of(all);
}

namespace {

std::ptrdiff_t visible_letters(std::string_view text) {
    return std::ranges::count_if(text, [](char c) { return c != ' ' && c != '\n' && c != '\t'; });
}

}  // namespace

result<> check_full_reason(std::string_view reason, std::string_view what_for) {
    constexpr std::ptrdiff_t least = 10;
    if (visible_letters(reason) >= least) return {};
    return refuse("Please give a reason for " + std::string{what_for} +
                  " in at least ten characters; it is shown beside the answer and stays in the release's history.");
}

result<> check_reason(std::string_view reason, std::string_view what_for) {
    if (visible_letters(reason) >= 3) return {};
    return refuse("Please give a reason for " + std::string{what_for} + "; it stays in the release's history.");
}

result<> check_account(const actor& who) {
    if (who.is_robot && who.who.user == "slipway") return {};
    if (!who.roles_known)
        return refuse(
            "I cannot verify your roles right now because their source does not answer; nothing was changed. Try again "
            "in a minute.");
    if (who.is_robot) return refuse("Bot accounts decide nothing; a person has to.");
    if (!who.barred.empty())
        return refuse("Accounts of " + who.barred + " decide nothing here; a full member of the workspace has to.");
    return {};
}

std::set<std::string> unverified_of(const actor& who, const std::vector<std::string>& roles) {
    std::set<std::string> open;
    for (const auto& each : roles) {
        if (each == "*") return who.unverified;
        if (who.unverified.contains(each)) open.insert(each);
    }
    return open;
}

failure cannot_verify(const std::set<std::string>& roles) {
    return refuse("I cannot verify right now whether you have the role " +
                  one_of(std::vector<std::string>(roles.begin(), roles.end())) +
                  ", because its source does not answer; nothing was changed. Try again in a minute.");
}

result<> check_live(const release_state& state) {
    if (state.is_live()) return {};
    return refuse("The release " + state.version + " is over: " + std::string{to_words(status_of(state))} + " since " +
                  clock_time(state.ended_at) + ". `/release status` shows what is running now.");
}

result<> check_not_stopped(const release_state& state) {
    if (state.held)
        return refuse("The release is on hold since " + clock_time(state.held->at) + " by " + name(state.held->by) +
                      "; nothing starts until somebody types `/release resume`.");
    if (state.aborting) return refuse("The release is being aborted; nothing new starts.");
    if (state.rolling_back)
        return refuse("The release is being rolled back to " + state.rolling_back->version + " by " +
                      name(state.rolling_back->by) + "; nothing of it goes on.");
    return {};
}

}  // namespace rules

std::map<std::string, std::vector<std::string>> default_rights() {
    const std::vector<std::string> managers{"release-manager"};
    const std::vector<std::string> anybody{"*"};
    return {{"start", managers},    {"resume", managers}, {"abort", managers}, {"skip", managers},
            {"retry", managers},    {"decide", managers}, {"hold", anybody},   {"note", anybody},
            {"rollback", managers}, {"hotfix", managers}, {"lock", managers},  {"freeze", managers},
            {"break-glass", {}}};
}

result<> may(const std::map<std::string, std::vector<std::string>>& rights, std::string_view verb, const actor& who) {
    if (const auto known = rules::check_account(who); !known) return known;
    if (who.is_robot) return {};
    const auto found = rights.find(std::string{verb});
    const auto allowed = found != rights.end() ? found->second : std::vector<std::string>{};
    for (const auto& role : allowed)
        if (role == "*" ? !who.roles.empty() : who.roles.contains(role)) return {};
    if (const auto open = rules::unverified_of(who, allowed); !open.empty()) return rules::cannot_verify(open);
    if (allowed.empty())
        return rules::refuse("Nobody has the right to “" + std::string{verb} +
                             "” in this project; add a role for it under `rights` of the project file.");
    if (allowed == std::vector<std::string>{"*"})
        return rules::refuse(
            "You have no role in this project, so you may look but not act. A release manager can add you under "
            "`roles` of the project file.");
    return rules::refuse("To “" + std::string{verb} + "” a release you need the role " + rules::one_of(allowed) +
                         ". Ask somebody who has it.");
}

std::string idempotency_key(const release_state& state, const step_state& step, std::string_view purpose) {
    return fingerprint({state.id, step.id, std::to_string(step.attempt), purpose}).substr(0, 32);
}

std::map<std::string, std::string> gate_inputs(const release_state& state, const step_state& step, const kinds& known) {
    std::map<std::string, std::string> shown{
        {"candidate", state.fact("candidate")}, {"base", state.fact("base")}, {"plan", state.plan_hash}};
    if (step.look) shown["what " + rules::title_of(state, step.id) + " showed"] = step.look->fingerprint;
    for (const auto& each : state.drifts) shown[each.what] = each.to;
    const auto* rule = state.plan.find(step.id);
    if (rule == nullptr) return shown;
    const auto needs = rules::all_needs(state, *rule);
    for (const auto& each : state.plan.steps) {
        const auto kind = known.find(each.kind);
        const auto* checked = state.step(each.id);
        if (kind == known.end() || kind->second.what != step_class::check || !needs.contains(each.id)) continue;
        // What it found, not when: a check that runs again with the same result voids nothing.
        if (checked != nullptr)
            shown["the result of " + rules::title_of(state, each.id)] =
                to_words(checked->status) + (checked->look ? " " + checked->look->fingerprint : std::string{});
    }
    return shown;
}

std::string gate_fingerprint(const release_state& state, const step_state& step,
                             const std::map<std::string, std::string>& shown) {
    const auto attempt = std::to_string(step.attempt);
    auto print = fingerprint({state.id, step.id, attempt});
    for (const auto& [what, value] : shown) print = fingerprint({print, what, value});
    return print.substr(0, 32);
}

std::string id_of(const button& pressed) {
    return fingerprint({pressed.release, pressed.kind, pressed.step, pressed.item, pressed.choice, pressed.fingerprint})
        .substr(0, 40);
}

result<std::vector<event>> decide(const release_state& state, const command& asked, const actor& who, instant now,
                                  const kinds& known, const circumstances& around) {
    const rules::question q{state, who, now, known, around};
    return std::visit([&](const auto& each) { return rules::decide(q, each); }, asked);
}

result<std::vector<event>> decide_and_advance(const release_state& state, const command& asked, const actor& who,
                                              instant now, const kinds& known, const circumstances& around) {
    auto decided = decide(state, asked, who, now, known, around);
    if (!decided) return decided;
    auto all = std::move(*decided);
    if (all.empty() && !std::holds_alternative<advance>(asked) && !std::holds_alternative<tick>(asked)) return all;
    constexpr int most_rounds = 100;  // a whole checklist whose steps are not needed, one after the other
    auto after = state;
    for (const auto& each : all) after = apply(std::move(after), each);
    // What starts now may make more start (a release that ends, a gate that opens): repeat until nothing moves.
    for (int round = 0; round < most_rounds; ++round) {
        const auto more = decide(after, advance{}, machine(), now, known, around);
        if (!more || more->empty()) break;
        for (const auto& each : *more) {
            after = apply(std::move(after), each);
            all.push_back(each);
        }
    }
    return all;
}

}  // namespace slipway::release

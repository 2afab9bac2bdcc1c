// One step of a checklist: read as a whole, or changed by the file of a project.
#include "commands/release/read_step.hpp"

#include <algorithm>

#include "commands/release/condition.hpp"
#include "commands/release/read_form.hpp"

namespace slipway::release {
namespace {

using place = yaml_value;

bool is_identifier(std::string_view text) {
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !text.empty() && text.size() <= 60 && text.front() != '-' && std::ranges::all_of(text, fits);
}

json::value to_plain_json(const YAML::Node& node) {
    if (node.IsMap()) {
        json::object all;
        for (const auto& each : node) all[each.first.Scalar()] = to_plain_json(each.second);
        return all;
    }
    if (node.IsSequence()) {
        json::array all;
        for (const auto& each : node) all.push_back(to_plain_json(each));
        return all;
    }
    if (!node.IsScalar()) return nullptr;
    bool flag = false;
    std::int64_t number = 0;
    const bool quoted = node.Tag() == "!";
    if (!quoted && YAML::convert<std::int64_t>::decode(node, number)) return number;
    if (!quoted && (node.Scalar() == "true" || node.Scalar() == "false")) {
        flag = node.Scalar() == "true";
        return flag;
    }
    return json::value(node.Scalar());
}

gate_rule read_gate(const place& at, const std::map<std::string, int>& roles) {
    at.only({"seats", "question", "expires", "four_eyes", "fields"});
    gate_rule gate;
    gate.question = at.at("question").text();
    gate.expires = at.at("expires").duration(gate.expires);
    gate.four_eyes = at.at("four_eyes").flag(true);
    gate.fields = read_fields(at.at("fields"));
    for (const auto& [role, count] : at.required("seats").entries()) {
        gate.seats[role] = static_cast<int>(count.number(1, 1, 20));
        const auto known = roles.find(role);
        if (known == roles.end())
            count.problem("the role `" + role +
                          "` has no people in this project; add it under `roles` of the project file");
        else if (known->second < gate.seats[role])
            count.problem("the gate wants " + std::to_string(gate.seats[role]) + " from `" + role +
                          "`, which has only " + std::to_string(known->second) + "; nobody could ever open it");
    }
    if (gate.seats.empty() && at.at("seats").present()) at.problem("a gate needs at least one seat");
    return gate;
}

void check_roles(const place& with, const kind_facts& facts, const std::map<std::string, int>& roles) {
    for (const auto& name : facts.role_settings) {
        const auto role = with.at(name);
        if (!role.is_text()) continue;
        const auto known = roles.find(role.text());
        if (known == roles.end() || known->second == 0)
            role.problem("the role `" + role.text() +
                         "` has no people in this project; add it under `roles` of the project file");
    }
}

void check_settings(const place& at, const step_rule& step, const kind_facts& facts,
                    const std::map<std::string, int>& roles) {
    std::vector<std::string_view> allowed{facts.settings.begin(), facts.settings.end()};
    if (const auto with = at.at("with")) {
        with.only(allowed);
        if (facts.check != nullptr) facts.check(with);
        check_roles(with, facts, roles);
    }
    for (const auto& name : facts.required_settings)
        if (!step.with.contains(name))
            at.problem("step `" + step.id + "` of kind `" + step.kind + "` needs `with." + name + "`");
}

/// What a kind asks of the step as a whole; `at` is where it was written, or what changed it.
void check_kind(const place& at, const step_rule& step, const kind_map& kinds,
                const std::map<std::string, int>& roles) {
    const auto found = kinds.find(step.kind);
    if (found == kinds.end()) {
        std::vector<std::string_view> names;
        for (const auto& [name, facts] : kinds) names.push_back(name);
        const auto near = nearest_word(step.kind, names);
        at.at("kind").problem("there is no step kind `" + step.kind + "`" +
                              (near.empty() ? std::string{} : "; did you mean `" + std::string{near} + "`?"));
        return;
    }
    const auto& facts = found->second;
    check_settings(at, step, facts, roles);
    if (step.effect < facts.at_least)
        at.at("side_effect")
            .problem("a step of kind `" + step.kind + "` has a bigger side effect than this; write " +
                     std::string{boost::describe::enum_to_string(facts.at_least, "")});
    if (step.probe == "built-in" && !facts.has_probe)
        at.at("probe").problem("the kind `" + step.kind +
                               "` has no built-in probe; say how to find out whether it already happened");
    if (facts.what == step_class::confirm && step.gate.empty())
        at.problem("step `" + step.id +
                   "` asks people but has no `gate`; say whose word counts: gate: {seats: {role: 1}}");
}

void check_says_how(const place& at, const step_rule& step, const kind_map& kinds) {
    const auto found = kinds.find(step.kind);
    if (found == kinds.end() || found->second.what != step_class::action) return;
    for (const auto* key : {"side_effect", "timeout", "probe"})
        if (!at.at(key).present())
            at.problem("step `" + step.id + "` changes the outside world and must say `" + key + "`");
}

/// Fields beside the gate mean the same as in it.
void take_step_fields(const place& at, step_rule& step) {
    const auto fields = at.at("fields");
    if (!fields) return;
    if (step.gate.empty())
        return fields.problem("only people can fill in a form: step `" + step.id + "` has no `gate` that asks them");
    if (at.at("gate").at("fields").present())
        return fields.problem("step `" + step.id + "` has `fields` twice, here and in its gate; keep one of them");
    step.gate.front().fields = read_fields(fields);
}

milliseconds read_fresh(const place& at, const step_rule& step, const kind_map& kinds) {
    constexpr milliseconds least{60'000};
    const auto limit = at.duration(milliseconds{0});
    const auto found = kinds.find(step.kind);
    const bool reads = found != kinds.end() && (found->second.what == step_class::check || found->second.looks);
    if (found != kinds.end() && !reads)
        at.problem("only a check can be run again for free; a step of kind `" + step.kind + "` takes no `fresh`");
    else if (limit < least && at.is_text())
        at.problem("a check that is stale after less than a minute would never be done; write at least 1m");
    return limit;
}

std::vector<std::string> read_resources(const place& at) {
    auto names = at.texts();
    for (const auto& each : names)
        if (!is_identifier(each))
            at.problem("`" + each + "` is no name of a resource: use lower-case letters, digits and dashes");
    std::ranges::sort(names);
    return names;
}

/// Everything that is written at `at` goes into the step; what is not stays.
void take_fields(const place& at, step_rule& step, const std::map<std::string, int>& roles, const kind_map& kinds) {
    if (at.at("title")) step.title = at.at("title").name();
    if (at.at("line")) step.line = at.at("line").text();
    if (at.at("text")) step.text = at.at("text").text();
    if (at.at("needs")) step.needs = at.at("needs").texts();
    if (at.at("probe")) step.probe = at.at("probe").text();
    step.timeout = at.at("timeout").duration(step.timeout);
    step.required = at.at("required").flag(step.required);
    if (at.at("resources")) step.resources = read_resources(at.at("resources"));
    if (at.at("side_effect"))
        boost::describe::enum_from_string(
            at.at("side_effect").one_of({"none", "reversible", "irreversible"}, "none").c_str(), step.effect);
    if (const auto gate = at.at("gate")) step.gate = {read_gate(gate, roles)};
    take_step_fields(at, step);
    if (const auto with = at.at("with"))
        if (with.is_map()) {
            const auto written = to_plain_json(with.node());  // outlives the loop over it
            for (const auto& each : written.get_object()) step.with[each.key()] = each.value();
        }
    if (const auto when = at.at("when")) step.when = read_condition(when);
    if (const auto fresh = at.at("fresh")) step.fresh = read_fresh(fresh, step, kinds);
}

/// A project may ask more people than the base, never fewer (R9.3).
void check_seats(const place& at, const step_rule& before, const step_rule& after) {
    if (before.gate.empty()) return;
    for (const auto& [role, count] : before.gate.front().seats) {
        const auto now = after.gate.front().seats.find(role);
        if (now == after.gate.front().seats.end() || now->second < count)
            at.at("gate").problem("step `" + after.id + "` asks " + std::to_string(count) + " from `" + role +
                                  "` in the base; a project may add seats, never take them away");
    }
    if (before.gate.front().four_eyes && !after.gate.front().four_eyes)
        at.at("gate").problem("step `" + after.id + "` takes four eyes in the base; a project cannot lift that");
}

}  // namespace

step_rule read_step(const place& at, const std::string& file, const std::string& stage,
                    const std::map<std::string, int>& roles, const kind_map& kinds, std::string_view place_key) {
    std::vector<std::string_view> known{"id",   "line",        "kind",    "title",    "text",     "needs",
                                        "gate", "side_effect", "timeout", "probe",    "required", "with",
                                        "when", "fresh",       "fields",  "resources"};
    if (!place_key.empty()) known.push_back(place_key);
    at.only(known);
    step_rule step;
    step.stage = stage;
    step.id = at.required("id").name();
    if (!step.id.empty() && !is_identifier(step.id))
        at.at("id").problem("`" + step.id + "` is no id: use lower-case letters, digits and dashes");
    step.kind = at.required("kind").name();
    step.origin = file + ":" + std::to_string(at.line());
    at.required("title");
    take_fields(at, step, roles, kinds);
    check_kind(at, step, kinds, roles);
    check_says_how(at, step, kinds);
    return step;
}

void change_step(const place& at, const std::string& file, step_rule& step, const std::map<std::string, int>& roles,
                 const kind_map& kinds) {
    at.only({"line", "title", "text", "needs", "gate", "side_effect", "timeout", "probe", "required", "with", "when",
             "fresh", "fields", "resources"});
    const auto before = step;
    take_fields(at, step, roles, kinds);
    step.origin = file + ":" + std::to_string(at.line());
    if (at.at("gate").present() && !step.gate.empty()) check_seats(at, before, step);
    if (before.required && !step.required)
        at.at("required").problem("step `" + step.id + "` is required by the base; a project cannot lift that");
    if (step.effect < before.effect)
        at.at("side_effect")
            .problem("step `" + step.id +
                     "` has a bigger side effect in the base; a project cannot "
                     "make it smaller");
    check_kind(at, step, kinds, roles);
}

}  // namespace slipway::release

// Reading a checklist file: shape first, then what can only be judged with all steps in hand.
#include "commands/release/checklist.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "commands/release/condition.hpp"
#include "commands/release/read_form.hpp"
#include "commands/release/yaml.hpp"
#include "integrations/base/described.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::release {
namespace {

using place = yaml_value;
using kind_map = std::map<std::string, kind_facts>;

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

void check_kind(const place& at, const step_rule& step, const kind_map& kinds) {
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
    std::vector<std::string_view> allowed{facts.settings.begin(), facts.settings.end()};
    if (const auto with = at.at("with")) {
        with.only(allowed);
        if (facts.check != nullptr) facts.check(with);
    }
    for (const auto& name : facts.required_settings)
        if (!step.with.contains(name))
            at.problem("step `" + step.id + "` of kind `" + step.kind + "` needs `with." + name + "`");
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
    if (facts.what != step_class::action) return;
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
    if (found != kinds.end() && found->second.what != step_class::check)
        at.problem("only a check can be run again for free; a step of kind `" + step.kind + "` takes no `fresh`");
    else if (limit < least && at.is_text())
        at.problem("a check that is stale after less than a minute would never be done; write at least 1m");
    return limit;
}

step_rule read_step(const place& at, const std::string& file, const std::string& stage,
                    const std::map<std::string, int>& roles, const kind_map& kinds) {
    at.only({"id", "line", "kind", "title", "text", "needs", "gate", "side_effect", "timeout", "probe", "required",
             "with", "when", "fresh", "fields"});
    step_rule step;
    step.stage = stage;
    step.id = at.required("id").name();
    if (!step.id.empty() && !is_identifier(step.id))
        at.at("id").problem("`" + step.id + "` is no id: use lower-case letters, digits and dashes");
    step.kind = at.required("kind").name();
    step.title = at.required("title").name();
    step.line = at.at("line").text();
    step.text = at.at("text").text();
    step.needs = at.at("needs").texts();
    step.probe = at.at("probe").text();
    step.timeout = at.at("timeout").duration(step.timeout);
    step.required = at.at("required").flag();
    step.origin = file + ":" + std::to_string(at.line());
    boost::describe::enum_from_string(
        at.at("side_effect").one_of({"none", "reversible", "irreversible"}, "none").c_str(), step.effect);
    if (const auto gate = at.at("gate")) step.gate.push_back(read_gate(gate, roles));
    take_step_fields(at, step);
    if (const auto with = at.at("with"))
        if (with.is_map()) step.with = to_plain_json(with.node()).get_object();
    if (const auto when = at.at("when")) step.when = read_condition(when);
    if (const auto fresh = at.at("fresh")) step.fresh = read_fresh(fresh, step, kinds);
    check_kind(at, step, kinds);
    return step;
}

/// The ids on a circle of needs, or nothing.
std::vector<std::string> find_circle(const std::vector<step_rule>& steps) {
    std::map<std::string, const step_rule*> by_id;
    for (const auto& each : steps) by_id[each.id] = &each;
    std::set<std::string> finished;
    std::vector<std::string> path;
    std::vector<std::string> circle;
    const std::function<void(const std::string&)> visit = [&](const std::string& id) {
        if (!circle.empty() || finished.contains(id) || !by_id.contains(id)) return;
        if (const auto seen = std::ranges::find(path, id); seen != path.end()) {
            circle.assign(seen, path.end());
            return;
        }
        path.push_back(id);
        for (const auto& need : by_id[id]->needs) visit(need);
        path.pop_back();
        finished.insert(id);
    };
    for (const auto& each : steps) visit(each.id);
    return circle;
}

void check_together(const checklist& list, const std::map<std::string, place>& places, const place& root) {
    for (const auto& step : list.steps)
        for (const auto& need : step.needs)
            if (list.find(need) == nullptr)
                places.at(step.id).at("needs").problem("step `" + step.id + "` needs `" + need +
                                                       "`, which is not in this checklist");
    if (places.size() != list.steps.size()) return;  // an id that stands twice is said already, and is no circle
    const auto circle = find_circle(list.steps);
    if (circle.empty()) return;
    std::string names;
    for (const auto& each : circle) names += each + " → ";
    const auto where = places.find(circle.front());
    (where == places.end() ? root : where->second)
        .problem("these steps wait for each other for ever: " + names + circle.front());
}

}  // namespace

const step_rule* checklist::find(std::string_view id) const noexcept {
    const auto found = std::ranges::find(steps, id, &step_rule::id);
    return found == steps.end() ? nullptr : &*found;
}

const std::vector<form_field>& checklist::fields_of(std::string_view id) const noexcept {
    static const std::vector<form_field> none;
    const auto* step = find(id);
    return step == nullptr || step->gate.empty() ? none : step->gate.front().fields;
}

checked_checklist read_checklist(std::string_view yaml, const std::string& file, const std::vector<kind_facts>& kinds,
                                 const std::map<std::string, int>& roles) {
    kind_map table;
    for (const auto& each : kinds) table[each.name] = each;
    yaml_reader reader{file};
    const auto root = reader.parse(yaml);
    checked_checklist read;
    std::map<std::string, place> places;
    std::string last_of_previous_stage;
    if (root) {
        root.only({"name", "stages"});
        read.list.name = root.required("name").name();
    }
    for (const auto& stage : root ? root.required("stages").items() : std::vector<place>{}) {
        stage.only({"id", "title", "steps"});
        const stage_rule rule{stage.required("id").name(), stage.required("title").name()};
        read.list.stages.push_back(rule);
        std::string above = last_of_previous_stage;
        for (const auto& at : stage.required("steps").items()) {
            auto step = read_step(at, file, rule.id, roles, table);
            if (!at.at("needs").present() && !above.empty()) step.needs = {above};
            if (!places.emplace(step.id, at).second)
                at.problem("the id `" + step.id + "` stands twice in this checklist");
            above = step.id;
            read.list.steps.push_back(std::move(step));
        }
        last_of_previous_stage = above;
    }
    if (reader.good() && read.list.steps.empty()) root.problem("the checklist has no steps");
    if (root) check_together(read.list, places, root);
    read.problems = reader.problems();
    return read;
}

json::object to_json(const checklist& list) {
    return to_described(list).get_object();
}

checklist checklist_from_json(const json::object& frozen) {
    return from_described<checklist>(json::value(frozen));
}

std::string plan_hash(const checklist& list) {
    auto plain = list;
    for (auto& each : plain.steps) each.origin.clear();
    return sha256_hex(json::serialize(to_described(plain)));
}

}  // namespace slipway::release

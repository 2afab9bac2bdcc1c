// Reading a checklist file: shape first, then what can only be judged with all steps in hand.
#include "commands/release/checklist.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "commands/release/read_step.hpp"
#include "commands/release/yaml.hpp"
#include "integrations/base/described.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::release {
namespace {

using place = yaml_value;

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

}  // namespace

void check_needs(const checklist& list, const std::map<std::string, yaml_value>& places, const yaml_value& root) {
    const auto at_of = [&](const std::string& id) {
        const auto found = places.find(id);
        return found == places.end() ? root : found->second;
    };
    for (const auto& step : list.steps)
        for (const auto& need : step.needs)
            if (list.find(need) == nullptr)
                at_of(step.id).at("needs").problem("step `" + step.id + "` needs `" + need +
                                                   "`, which is not in this checklist");
    std::set<std::string> ids;
    for (const auto& each : list.steps) ids.insert(each.id);
    if (ids.size() != list.steps.size()) return;  // an id that stands twice is said already, and is no circle
    const auto circle = find_circle(list.steps);
    if (circle.empty()) return;
    std::string names;
    for (const auto& each : circle) names += each + " → ";
    const auto where = places.find(circle.front());
    (where == places.end() ? root : where->second)
        .problem("these steps wait for each other for ever: " + names + circle.front());
}

const step_rule* checklist::find(std::string_view id) const noexcept {
    const auto found = std::ranges::find(steps, id, &step_rule::id);
    return found == steps.end() ? nullptr : &*found;
}

std::vector<std::vector<std::size_t>> checklist::lines() const {
    std::vector<std::vector<std::size_t>> all;
    std::map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const auto& line = steps[i].line;
        const auto [where, fresh] = known.emplace(line, all.size());
        if (line.empty() || fresh)
            all.push_back({i});
        else
            all[where->second].push_back(i);
    }
    return all;
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
    if (root) check_needs(read.list, places, root);
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

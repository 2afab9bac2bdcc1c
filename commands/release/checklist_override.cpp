#include "commands/release/checklist_override.hpp"

#include <algorithm>

#include "commands/release/read_step.hpp"

namespace slipway::release {
namespace {

using place = yaml_value;

std::string near_step(const checklist& list, const std::string& id) {
    std::vector<std::string_view> names;
    names.reserve(list.steps.size());
    for (const auto& each : list.steps) names.push_back(each.id);
    const auto near = nearest_word(id, names);
    return near.empty() ? std::string{} : "; did you mean `" + std::string{near} + "`?";
}

void replace_need(checklist& list, const std::string& gone, const std::vector<std::string>& instead) {
    for (auto& step : list.steps) {
        const auto found = std::ranges::find(step.needs, gone);
        if (found == step.needs.end()) continue;
        step.needs.erase(found);
        for (const auto& each : instead)
            if (std::ranges::find(step.needs, each) == step.needs.end()) step.needs.push_back(each);
    }
}

void remove_steps(const place& at, checklist& list) {
    for (const auto& each : at.items()) {
        const auto id = each.name();
        const auto found = std::ranges::find(list.steps, id, &step_rule::id);
        if (found == list.steps.end()) {
            each.problem("the base has no step `" + id + "` to remove" + near_step(list, id));
            continue;
        }
        if (found->required) {
            each.problem("step `" + id + "` is required by the base and cannot be removed");
            continue;
        }
        if (!found->gate.empty()) {
            each.problem("step `" + id + "` asks people in the base; a project may add seats, never take them away");
            continue;
        }
        const auto needs = found->needs;
        list.steps.erase(found);
        replace_need(list, id, needs);
    }
}

void add_step(const place& at, const std::string& file, checklist& list, const std::map<std::string, int>& roles,
              const kind_map& kinds, std::map<std::string, place>& places) {
    const auto after = at.required("after").name();
    const auto above = std::ranges::find(list.steps, after, &step_rule::id);
    if (above == list.steps.end()) {
        at.at("after").problem("the checklist has no step `" + after + "`" + near_step(list, after));
        return;
    }
    auto step = read_step(at, file, above->stage, roles, kinds, "after");
    if (list.find(step.id) != nullptr) {
        at.at("id").problem("the base has a step `" + step.id +
                            "` already; change it under `steps`, or take another id");
        return;
    }
    if (!at.at("needs").present()) {
        // In the line between the step above and all that followed it.
        for (auto& each : list.steps)
            if (std::ranges::find(each.needs, after) != each.needs.end()) each.needs.push_back(step.id);
        step.needs = {after};
    }
    places.emplace(step.id, at);
    list.steps.insert(std::next(above), std::move(step));
}

}  // namespace

std::string base_of(std::string_view yaml) {
    yaml_reader reader{"checklist"};
    const auto root = reader.parse(yaml);
    return root && root.is_map() ? root.at("extends").text() : std::string{};
}

checked_checklist read_checklist_over(std::string_view yaml, const std::string& file, std::string_view base_yaml,
                                      const std::string& base_file, const std::vector<kind_facts>& kinds,
                                      const std::map<std::string, int>& roles) {
    auto read = read_checklist(base_yaml, base_file, kinds, roles);
    yaml_reader reader{file};
    const auto root = reader.parse(yaml);
    if (!root) {
        read.problems = reader.problems();
        return read;
    }
    root.only({"extends", "name", "steps", "remove", "add"});
    root.required("extends").name();
    if (!base_of(base_yaml).empty())
        root.at("extends").problem("`" + base_file + "` extends another checklist itself; a base stands for itself");
    if (root.at("name")) read.list.name = root.at("name").name();
    kind_map table;
    for (const auto& each : kinds) table[each.name] = each;
    std::map<std::string, place> places;
    for (const auto& [id, change] : root.at("steps").entries()) {
        const auto found = std::ranges::find(read.list.steps, id, &step_rule::id);
        if (found == read.list.steps.end()) {
            change.problem("the base has no step `" + id + "`" + near_step(read.list, id));
            continue;
        }
        change_step(change, file, *found, roles, table);
        places.emplace(id, change);
    }
    remove_steps(root.at("remove"), read.list);
    for (const auto& each : root.at("add").items()) add_step(each, file, read.list, roles, table, places);
    if (read.problems.empty()) check_needs(read.list, places, root);
    const auto mine = reader.problems();
    read.problems.insert(read.problems.end(), mine.begin(), mine.end());
    return read;
}

}  // namespace slipway::release

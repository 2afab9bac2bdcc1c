#include "commands/release/authors.hpp"

#include <algorithm>
#include <map>

#include "integrations/base/described.hpp"
#include "integrations/base/json.hpp"

namespace slipway::release {

std::vector<authored> authors_by_person(const std::vector<change_author>& authors) {
    std::map<std::string, authored> known, strangers;
    for (const auto& each : authors) {
        auto& person = each.slack.empty() ? strangers[each.gitlab] : known[each.slack];
        if (person.what.empty()) person = {each.slack, each.gitlab, {}};
        if (std::ranges::find(person.what, each.what) == person.what.end()) person.what.push_back(each.what);
    }
    std::vector<authored> all;
    for (auto* some : {&known, &strangers})
        for (auto& [name, person] : *some) all.push_back(std::move(person));
    return all;
}

std::vector<change_author> authors_of_migrations(const release_state& state) {
    std::vector<change_author> all;
    for (const auto* fact : {migration_authors_fact, train_authors_fact})
        for (const auto& each : array_at(state.facts, fact)) all.push_back(from_described<change_author>(each));
    std::map<std::string, std::string> persons;  // account in GitLab → user id
    for (const auto& each : all)
        if (!each.slack.empty()) persons.emplace(each.gitlab, each.slack);
    for (auto& each : all)
        if (const auto found = persons.find(each.gitlab); each.slack.empty() && found != persons.end())
            each.slack = found->second;
    return all;
}

bool lets_deploy(const release_state& state, const step_rule& rule) {
    if (state.plan.stages.empty() || rule.stage == state.plan.stages.front().id) return false;
    if (rule.effect == side_effect::irreversible) return true;
    return std::ranges::any_of(state.plan.steps, [&](const step_rule& each) {
        return each.effect == side_effect::irreversible && each.gate.empty() &&
               std::ranges::find(each.needs, rule.id) != each.needs.end();
    });
}

bool asks_who_deploys(const release_state& state) {
    return std::ranges::any_of(state.plan.steps, [&](const step_rule& rule) {
        const auto* step = state.step(rule.id);
        if (step == nullptr || step->status != step_status::asking || !step->gate || !step->gate->four_eyes)
            return false;
        const auto status = step->gate->status;
        return (status == gate_status::open || status == gate_status::approved) && lets_deploy(state, rule);
    });
}

std::string words_of(std::vector<change_author> authors) {
    std::vector<std::string> each_one;
    each_one.reserve(authors.size());
    for (const auto& each : authors)
        each_one.push_back(each.gitlab + (each.slack.empty() ? "" : " (@" + each.slack + ")") + " " + each.what);
    std::ranges::sort(each_one);
    each_one.erase(std::ranges::unique(each_one).begin(), each_one.end());
    std::string text;
    for (const auto& each : each_one) text.append(text.empty() ? "" : ", ").append(each);
    return text.empty() ? "nobody" : text;
}

std::string listed(const std::vector<std::string>& all) {
    std::string text;
    for (std::size_t i = 0; i < all.size(); ++i)
        text.append(i == 0 ? "" : i + 1 == all.size() ? " and " : ", ").append(all[i]);
    return text;
}

}  // namespace slipway::release

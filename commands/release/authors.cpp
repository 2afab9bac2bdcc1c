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

std::string listed(const std::vector<std::string>& all) {
    std::string text;
    for (std::size_t i = 0; i < all.size(); ++i)
        text.append(i == 0 ? "" : i + 1 == all.size() ? " and " : ", ").append(all[i]);
    return text;
}

}  // namespace slipway::release

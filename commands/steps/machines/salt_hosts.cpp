#include "commands/steps/machines/salt_hosts.hpp"

#include <algorithm>

#include "integrations/async/timers.hpp"
#include "integrations/base/json.hpp"
#include "integrations/store/store.hpp"

namespace slipway::steps {
namespace {

constexpr const char* hosts_collection = "deployed_hosts";

std::string fact_name(std::string_view step) {
    return "hosts_done/" + std::string{step};
}

}  // namespace

bool among(const std::vector<std::string>& all, const std::string& one) {
    return std::ranges::find(all, one) != all.end();
}

json::array as_json(const std::vector<std::string>& names) {
    return json::array(names.begin(), names.end());
}

std::vector<std::string> names_in(const json::array& all) {
    std::vector<std::string> names;
    for (const auto& each : all)
        if (each.is_string()) names.emplace_back(each.get_string());
    return names;
}

std::vector<std::string> pinned_hosts(const release::release_state& state) {
    return names_in(array_at(state.facts, "hosts"));
}

std::vector<std::string> done_hosts(const release::release_state& state, std::string_view step,
                                    const std::string& commit) {
    const auto* fact = state.facts.if_contains(fact_name(step));
    if (fact == nullptr || text_at(*fact, "commit") != commit) return {};
    return names_in(array_at(*fact, "hosts"));
}

json::object done_fact(const release::release_state& state, std::string_view step, const std::string& commit,
                       const std::vector<std::string>& more) {
    auto all = done_hosts(state, step, commit);
    for (const auto& each : more)
        if (!among(all, each)) all.push_back(each);
    std::ranges::sort(all);
    json::object fact, facts;
    fact["commit"] = commit;
    fact["hosts"] = as_json(all);
    facts[fact_name(step)] = std::move(fact);
    return facts;
}

std::vector<std::string> hosts_to_do(const release::release_state& state, std::string_view step,
                                     const std::string& commit) {
    const auto pinned = pinned_hosts(state);
    const auto done = done_hosts(state, step, commit);
    std::vector<std::string> left;
    for (const auto& each : pinned)
        if (!among(done, each)) left.push_back(each);
    return left.empty() ? pinned : left;
}

task<result<deployed_hosts>> hosts_of_last_deploy(context here) {
    if (here.with.store == nullptr) co_return deployed_hosts{};
    const auto kept = co_await here.with.store->document_of(hosts_collection, here.project->name);
    if (!kept) co_return kept.error();
    deployed_hosts before;
    if (*kept) {
        before.hosts = names_in(array_at(**kept, "hosts"));
        before.version = text_at(**kept, "version");
    }
    co_return before;
}

task<result<>> remember_deploy(context here, std::vector<std::string> hosts) {
    json::object body;
    body["hosts"] = as_json(hosts);
    body["version"] = here.state->version;
    body["at"] = to_iso(here.with.time->now());
    store::batch changes;
    changes.documents.push_back({hosts_collection, here.project->name, std::move(body)});
    auto kept = co_await here.with.store->commit(std::move(changes));
    co_return kept;
}

}  // namespace slipway::steps

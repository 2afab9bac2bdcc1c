#include "commands/steps/machines/three_commits.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "commands/steps/common.hpp"

namespace slipway::steps {
namespace {

std::string words(const std::string& commit) {
    return commit.empty() ? "nothing" : short_id(commit);
}

}  // namespace

std::string disagreement(const three_commits& seen, const std::string& version, const std::string& stable) {
    const bool is_approved = seen.approved.empty() || seen.holds_approved;
    if (is_approved && seen.tagged == seen.merged && seen.deployed == seen.merged) return {};
    return fmt::format(
        "The servers would not get what was approved: people approved {}, which this release merged as {}; tag {} is "
        "at "
        "{} and {} at {}. Nothing was sent to the servers. Find out who moved it (`git log {}`), then retry this step, "
        "or "
        "abort the release.",
        words(seen.approved), words(seen.merged), version, words(seen.tagged), stable, words(seen.deployed), stable);
}

std::string approved_commit(const release::release_state& state, std::string_view step_id) {
    const release::gate_state* newest = nullptr;
    for (const auto& each : state.steps) {
        if (each.id == step_id) break;
        if (!each.gate || each.gate->status != release::gate_status::approved || each.gate->commit.empty()) continue;
        if (newest == nullptr || newest->closed_at <= each.gate->closed_at) newest = &*each.gate;
    }
    return newest == nullptr ? std::string{} : newest->commit;
}

task<result<>> check_three_commits(context here) {
    const auto& state = *here.state;
    three_commits seen;
    seen.merged = state.fact("stable_commit");
    if (seen.merged.empty() || state.fact("tag_pushed").empty()) co_return result<>{};
    if (here.with.transport == nullptr || here.with.clone == nullptr)
        co_return not_configured("The repository", "repository.url");
    seen.approved = approved_commit(state, here.rule.id);
    const auto clone = co_await here.with.clone->ready();
    if (!clone) co_return clone.error();
    const auto merged = co_await (*clone)->read_commit(seen.merged);
    if (!merged) co_return merged.error();
    seen.holds_approved =
        merged->id == seen.approved || std::ranges::find(merged->parents, seen.approved) != merged->parents.end();
    const auto remote = co_await here.with.transport->list_remote(here.with.clone->url());
    if (!remote) co_return remote.error();
    for (const auto& each : *remote) {
        if (each.name == tag_ref(state)) seen.tagged = each.commit;
        if (each.name == stable_ref(*here.project)) seen.deployed = each.commit;
    }
    const auto why = disagreement(seen, state.version, here.project->repository.stable);
    if (!why.empty()) co_return failure{errc::refused, why};
    co_return result<>{};
}

}  // namespace slipway::steps

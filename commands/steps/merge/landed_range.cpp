#include "commands/steps/merge/landed_range.hpp"

#include <algorithm>

#include "commands/changelog/messages.hpp"
#include "commands/changelog/version.hpp"
#include "commands/steps/common.hpp"

namespace slipway::steps {
namespace {

using changelog::range_landing;

constexpr std::size_t releases_back = 3;
constexpr std::size_t most_tags_tried = 12;
constexpr std::size_t most_picks = 30;

/// Commits of this project's version tags, newest version first.
task<result<std::vector<std::string>>> version_tags(context here, git::repository* repository) {
    const auto grammar = changelog::version_grammar::create(here.project->version.grammar);
    if (!grammar) co_return grammar.error();
    const auto tags = co_await repository->references("refs/tags/");
    if (!tags) co_return tags.error();
    std::map<std::string, std::string> commit_of;
    std::vector<std::string> names;
    for (const auto& each : *tags) {
        if (each.commit.empty()) continue;
        names.push_back(each.name.substr(std::string_view{"refs/tags/"}.size()));
        commit_of[names.back()] = each.commit;
    }
    std::vector<std::string> commits;
    for (const auto& each : changelog::versions_in(names, *grammar, here.project->version.tag_prefix))
        commits.push_back(commit_of[here.project->tag_name(grammar->text(each))]);
    std::ranges::reverse(commits);
    co_return commits;
}

/// Branches of the remote, trunk first, then the tags: where a commit can have landed.
task<result<std::vector<std::string>>> landing_places(context here, git::repository* repository) {
    std::vector<std::string> heads;
    for (const char* prefix : {"refs/remotes/origin/", "refs/heads/", "refs/tags/"}) {
        const auto some = co_await repository->references(prefix);
        if (!some) co_return some.error();
        for (const auto& each : *some) {
            const bool is_trunk = each.name.ends_with("/" + here.project->repository.trunk);
            if (!each.commit.empty()) heads.insert(is_trunk ? heads.begin() : heads.end(), each.commit);
        }
    }
    co_return heads;
}

/// The first-parent step that brought the commit to the first of `heads` that contains it.
task<result<std::optional<git::landing>>> step_of(git::repository* repository, std::string id,
                                                  std::vector<std::string> heads) {
    std::optional<git::landing> none;
    for (const auto& head : heads) {
        const auto tip = co_await repository->landing_of(id, head);
        if (!tip && tip.error() == errc::not_found) continue;
        if (!tip) co_return tip.error();
        const auto commit = co_await repository->read_commit(*tip);
        if (!commit) co_return commit.error();
        const auto base = commit->parents.empty() ? std::string{} : commit->parents.front();
        const auto steps = co_await repository->landings(base, *tip);
        if (!steps) co_return steps.error();
        if (!steps->empty()) co_return std::optional{steps->front()};
    }
    co_return none;
}

/// An earlier release has it; `base` "" = there is none.
task<result<bool>> contains(git::repository* repository, std::string base, std::string id) {
    if (base.empty()) co_return false;
    co_return co_await repository->is_ancestor(std::move(id), std::move(base));
}

struct pick {
    std::string commit;
    std::vector<std::string> sources;
};

std::vector<pick> picks_in(const std::vector<git::landing>& steps) {
    std::vector<pick> found;
    const auto look = [&found](const git::commit& at) {
        if (at.message.raw().find("(cherry") == std::string::npos) return;
        auto sources = changelog::detail::facts_in(at.message.raw()).sources;
        if (!sources.empty()) found.push_back({at.id, std::move(sources)});
    };
    for (const auto& step : steps) {
        look(step.tip);
        std::ranges::for_each(step.brought, look);
    }
    return found;
}

bool is_in(const std::vector<git::landing>& steps, const std::string& id) {
    const auto same = [&id](const git::commit& each) { return each.id.starts_with(id); };
    return std::ranges::any_of(
        steps, [&](const git::landing& each) { return same(each.tip) || std::ranges::any_of(each.brought, same); });
}

}  // namespace

task<result<std::vector<range_landing>>> as_range(git::repository* repository, std::vector<git::landing> steps,
                                                  changelog::attribution_settings settings) {
    std::vector<range_landing> range;
    for (const auto& each : steps) {
        range_landing landing{as_range_commit(each.tip), {}, {}};
        for (const auto& commit : each.brought) landing.brought.push_back(as_range_commit(commit));
        const bool has_parent = !each.tip.parents.empty();
        if (changelog::needs_paths(landing.tip, settings)) {
            auto touched = co_await repository->touched_paths(each.tip.id);
            if (!touched) co_return touched.error();
            landing.tip.paths = std::move(*touched);
        }
        for (const auto one : changelog::brought_that_need_paths(landing, settings)) {
            auto touched = co_await repository->touched_paths(landing.brought[one].id);
            if (!touched) co_return touched.error();
            landing.brought[one].paths = std::move(*touched);
        }
        if (has_parent && each.tip.parents.size() > 1 && each.brought.empty()) {
            const auto parent = co_await repository->read_commit(each.tip.parents.front());
            if (!parent) co_return parent.error();
            landing.first_parent_tree = parent->tree;
        }
        range.push_back(std::move(landing));
    }
    co_return range;
}

task<result<std::vector<range_landing>>> look_back(context here, git::repository* repository, std::string base,
                                                   changelog::attribution_settings settings) {
    if (base.empty()) co_return std::vector<range_landing>{};
    const auto tags = co_await version_tags(here, repository);
    if (!tags) co_return tags.error();
    std::string from;
    std::size_t met = 0;
    std::size_t tried = 0;
    for (const auto& each : *tags) {
        if (each == base) continue;
        if (++tried > most_tags_tried || met == releases_back) break;
        const auto inside = co_await repository->is_ancestor(each, base);
        if (!inside) co_return inside.error();
        if (!*inside) continue;
        from = each;
        ++met;
    }
    const auto steps = co_await repository->landings(from, base);
    if (!steps) co_return steps.error();
    auto range = co_await as_range(repository, *steps, std::move(settings));
    co_return range;
}

task<result<pick_sources>> find_pick_sources(context here, git::repository* repository, std::vector<git::landing> steps,
                                             std::string base, changelog::attribution_settings settings) {
    pick_sources found;
    auto picks = picks_in(steps);
    if (picks.size() > most_picks) picks.resize(most_picks);
    if (picks.empty()) co_return found;
    const auto heads = co_await landing_places(here, repository);
    if (!heads) co_return heads.error();
    std::vector<git::landing> sources;
    for (const auto& pick : picks) {
        for (auto source = pick.sources.rbegin(); source != pick.sources.rend(); ++source) {
            if (is_in(steps, *source)) break;  // the range tells by itself
            const auto id = co_await repository->resolve(*source);
            if (!id && !(id.error() == errc::not_found)) co_return id.error();
            if (!id) {
                found.unknown.push_back(*source);
                continue;
            }
            const auto shipped = co_await contains(repository, base, *id);
            if (!shipped) co_return shipped.error();
            if (*shipped) found.shipped.push_back(pick.commit);
            auto step = co_await step_of(repository, *id, *heads);
            if (!step) co_return step.error();
            if (*step) sources.push_back(std::move(**step));
            break;
        }
    }
    auto range = co_await as_range(repository, std::move(sources), std::move(settings));
    if (!range) co_return range.error();
    found.landings = std::move(*range);
    co_return found;
}

loose_ends loose_ends_of(const std::vector<git::landing>& steps, const std::vector<changelog::landed_change>& changes) {
    loose_ends found;
    for (const auto& each : changes) found.reverts = found.reverts || !each.earlier.empty() || each.empty;
    found.picks = !picks_in(steps).empty();
    return found;
}

}  // namespace slipway::steps

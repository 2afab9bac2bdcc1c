#include "commands/steps/dependencies/stable_merge.hpp"

#include "commands/steps/common.hpp"
#include "integrations/base/described.hpp"

namespace slipway::steps {
namespace {

json::array texts(const std::vector<std::string>& from) {
    return json::array(from.begin(), from.end());
}

std::vector<std::string> texts_at(const json::object& from, std::string_view name) {
    std::vector<std::string> all;
    for (const auto& each : array_at(from, name))
        if (each.is_string()) all.emplace_back(each.as_string());
    return all;
}

std::string name_of_author(const context& here, const git::signature& who) {
    const auto* known = here.project->by_email(who.email);
    return known != nullptr ? "@" + known->slack : who.name;
}

git::new_commit merge_commit(const context& here, const merge_plan& plan, std::size_t at, const std::string& base,
                             const std::string& tree, instant when) {
    git::new_commit wanted;
    wanted.parents = {base, plan.sources[at]};
    wanted.base_tree = tree;
    wanted.author = wanted.committer = pinned_signature(*here.project, when);
    wanted.message = "Merge " + plan.names[at] + " into '" + plan.stable_branch + "'\n\nFor " +
                     here.project->gitlab.project + " " + here.state->version + "\n\nRelease-Id: " + here.state->id +
                     "\n";
    return wanted;
}

/// The remote's stable branch, and the clone with everything of it.
struct present {
    git::repository* repository = nullptr;
    std::string directory;
    std::string stable;
};

task<result<present>> fetch_present(context here, merge_plan plan) {
    if (here.with.dependencies == nullptr) co_return not_configured("The repository", "repository.url");
    const auto clone = here.with.dependencies->at(plan.path, plan.url);
    if (!clone) co_return clone.error();
    const auto got = co_await (*clone)->fetch();
    if (!got) co_return got.error();
    const auto open = co_await (*clone)->ready();
    if (!open) co_return open.error();
    present made;
    made.repository = *open;
    made.directory = (*clone)->directory();
    made.stable = head_of(got->remote, plan.stable_branch);
    co_return made;
}

task<result<std::string>> somebody_moved(context here, merge_plan plan, present now) {
    const auto title = "`" + plan.stable_branch + "` of " + plan.path;
    if (now.stable.empty()) co_return failure{errc::moved, title + " is gone from the remote; nothing was pushed."};
    const auto head = co_await now.repository->read_commit(now.stable);
    const auto who = head ? name_of_author(here, head->committer) : std::string{"somebody"};
    co_return failure{errc::moved, title + " moved from " + short_id(plan.stable) + " to " + short_id(now.stable) +
                                       " (committed by " + who + ") since it was shown; nothing was pushed. Look at " +
                                       "the list again and press again."};
}

}  // namespace

json::object to_json(const merge_plan& plan) {
    json::object made;
    made["path"] = plan.path;
    made["url"] = plan.url;
    made["stable_branch"] = plan.stable_branch;
    made["stable"] = plan.stable;
    made["sources"] = texts(plan.sources);
    made["names"] = texts(plan.names);
    return made;
}

merge_plan plan_from_json(const json::object& kept) {
    merge_plan made;
    made.path = text_at(kept, "path");
    made.url = text_at(kept, "url");
    made.stable_branch = text_at(kept, "stable_branch");
    made.stable = text_at(kept, "stable");
    made.sources = texts_at(kept, "sources");
    made.names = texts_at(kept, "names");
    made.names.resize(made.sources.size());
    return made;
}

std::string head_of(const std::vector<git::remote_ref>& remote, const std::string& branch) {
    for (const auto& each : remote)
        if (each.name == "refs/heads/" + branch) return each.target;
    return {};
}

task<result<built_merge>> build_merge(context here, git::repository* repository, merge_plan plan, instant when) {
    built_merge made;
    made.head = plan.stable;
    for (std::size_t at = 0; at < plan.sources.size(); ++at) {
        const auto inside = co_await repository->is_ancestor(plan.sources[at], made.head);
        if (!inside) co_return inside.error();
        if (*inside) continue;
        const auto merged = co_await repository->merge(made.head, plan.sources[at]);
        if (!merged) co_return merged.error();
        if (!merged->clean()) {
            made.conflicts = merged->conflicts;
            made.conflicting = plan.names[at];
            made.conflicting_source = plan.sources[at];
            co_return made;
        }
        auto wanted = merge_commit(here, plan, at, made.head, merged->tree, when);
        const auto commit = co_await repository->create_commit(std::move(wanted));
        if (!commit) co_return commit.error();
        made.head = *commit;
    }
    co_return made;
}

task<result<std::string>> push_merge(context here, merge_plan plan, instant when) {
    const auto now = co_await fetch_present(here, plan);
    if (!now) co_return now.error();
    if (now->stable != plan.stable) co_return co_await somebody_moved(here, plan, *now);
    const auto built = co_await build_merge(here, now->repository, plan, when);
    if (!built) co_return built.error();
    if (!built->conflicts.empty())
        co_return failure{errc::refused, "Merging " + built->conflicting + " into `" + plan.stable_branch + "` of " +
                                             plan.path + " conflicts; nothing was pushed."};
    if (built->head == plan.stable) co_return built->head;
    std::vector<git::push_ref> refs(1);
    refs.front() = {"refs/heads/" + plan.stable_branch, built->head, plan.stable};
    const auto pushed = co_await here.with.transport->push(now->directory, plan.url, std::move(refs));
    if (!pushed) co_return pushed.error();
    const auto remote = co_await here.with.transport->list_remote(plan.url);
    if (!remote)
        co_return failure{errc::lost, "The push to " + plan.path +
                                          " was accepted, but reading it back failed: " + remote.error().sentence()};
    const auto there = head_of(*remote, plan.stable_branch);
    if (there != built->head)
        co_return failure{errc::lost, "The push to " + plan.path + " was accepted, but the remote shows " +
                                          (there.empty() ? "no such branch" : short_id(there)) + " instead of " +
                                          short_id(built->head)};
    co_return built->head;
}

task<result<std::string>> find_pushed(context here, merge_plan plan, instant when) {
    const auto now = co_await fetch_present(here, plan);
    if (!now) co_return now.error();
    if (now->stable.empty() || now->stable == plan.stable) co_return std::string{};
    const auto built = co_await build_merge(here, now->repository, plan, when);
    if (!built) co_return built.error();
    if (!built->conflicts.empty() || built->head == plan.stable) co_return std::string{};
    const auto inside = co_await now->repository->is_ancestor(built->head, now->stable);
    if (!inside) co_return inside.error();
    if (!*inside) co_return std::string{};
    co_return built->head;
}

task<result<std::string>> last_author(context here, git::repository* repository, std::string base, std::string head,
                                      std::string file) {
    constexpr std::size_t most_commits = 500;
    const auto all = co_await repository->range(base, head);
    if (!all) co_return all.error();
    std::size_t looked_at = 0;
    for (const auto& each : *all) {
        if (each.parents.size() != 1) continue;
        if (++looked_at > most_commits) break;
        git::diff_options options;
        options.lines = git::line_counts::skipped;
        options.paths.push_back(file);
        const auto changed = co_await repository->diff(each.parents.front(), each.id, std::move(options));
        if (!changed) co_return changed.error();
        if (!changed->empty()) co_return name_of_author(here, each.author);
    }
    co_return std::string{};
}

}  // namespace slipway::steps

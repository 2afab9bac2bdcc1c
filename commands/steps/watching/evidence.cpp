#include "commands/steps/watching/evidence.hpp"

#include <algorithm>

#include "commands/changelog/landed.hpp"
#include "commands/errors/paths.hpp"
#include "integrations/async/timers.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t around = 3;          ///< lines of context on each side of the failing one
constexpr std::size_t most_commits = 400;  ///< of a range whose changes are read one by one
constexpr std::size_t most_patch = 400'000;

struct range_facts {
    std::map<std::string, errors::commit_fact> commits;
    std::map<std::string, std::vector<std::string>> touched;  ///< path → commits of the range
};

errors::commit_fact as_fact(const git::commit& from, bool in_range) {
    errors::commit_fact fact;
    fact.id = from.id;
    fact.title = from.subject().raw();
    fact.author = {from.author.name, from.author.email, ""};
    fact.when = from_unix_ms(from.author.time * 1000);
    fact.in_range = in_range;
    fact.merge_or_bot = from.parents.size() > 1;
    return fact;
}

/// Every commit of the range with the merge request that brought it and the paths it changed.
task<result<range_facts>> read_range(git::repository* repository, std::string base, std::string head) {
    range_facts facts;
    const auto landings = co_await repository->landings(base, head);
    if (!landings) co_return landings.error();
    for (const auto& landing : *landings) {
        std::int64_t request = 0;
        for (const auto& each : changelog::references_in(landing.tip.message.raw()))
            if (request == 0) request = each.iid;
        auto all = landing.brought;
        all.push_back(landing.tip);
        for (const auto& commit : all) {
            auto fact = as_fact(commit, true);
            if (fact.request == 0) fact.request = request;
            const auto known = facts.commits.find(commit.id);
            if (known == facts.commits.end() || known->second.request == 0) facts.commits[commit.id] = std::move(fact);
        }
    }
    std::size_t read = 0;
    for (auto& [id, fact] : facts.commits) {
        if (fact.merge_or_bot || ++read > most_commits) continue;
        const auto commit = co_await repository->read_commit(id);
        if (!commit) co_return commit.error();
        if (commit->parents.empty()) continue;
        git::diff_options options;
        options.lines = git::line_counts::skipped;
        const auto changes = co_await repository->diff(commit->parents.front(), id, options);
        if (!changes) co_return changes.error();
        fact.files = std::max<std::size_t>(1, changes->size());
        for (const auto& each : *changes) facts.touched[each.new_path].push_back(id);
    }
    co_return facts;
}

task<result<errors::frame_fact>> read_frame(git::repository* repository, telemetry::frame frame, std::string path,
                                            std::string base, std::string head) {
    errors::frame_fact fact;
    fact.frame = frame;
    fact.path = path;
    if (path.empty() || frame.line <= 0) co_return fact;
    git::blame_question question;
    question.path = path;
    question.newest = head;
    question.oldest = base;
    const auto line = static_cast<std::size_t>(frame.line);
    question.first_line = line > around ? line - around : 1;
    question.last_line = line + around;
    const auto blamed = co_await repository->blame(question);
    // A trace may name a line that this file does not have (a generated or cached copy): no evidence, no failure.
    if (!blamed) co_return fact;
    for (const auto& each : *blamed) fact.lines.push_back({static_cast<int>(each.number), each.commit, false});
    co_return fact;
}

/// Commits of the range that removed a line holding the missing name.
task<result<std::vector<errors::removed_fact>>> find_removals(git::repository* repository, std::string symbol,
                                                              range_facts range) {
    std::vector<errors::removed_fact> found;
    for (const auto& [path, commits] : range.touched)
        for (const auto& id : commits) {
            const auto commit = co_await repository->read_commit(id);
            if (!commit || commit->parents.empty()) continue;
            const auto patch = co_await repository->patch(commit->parents.front(), id, path, most_patch);
            if (!patch) continue;
            std::size_t at = 0;
            const auto& text = patch->text.raw();
            while (at < text.size()) {
                const auto end = std::min(text.find('\n', at), text.size());
                const std::string_view row{text.data() + at, end - at};
                if (row.starts_with('-') && !row.starts_with("---") && row.find(symbol) != std::string_view::npos) {
                    found.push_back({symbol, path, id});
                    break;
                }
                at = end + 1;
            }
        }
    co_return found;
}

std::vector<errors::path_rule> rules_of(const release::project_settings& project) {
    std::vector<errors::path_rule> rules;
    for (const auto& each : project.ingest.strip_prefixes) rules.push_back({each, ""});
    return rules;
}

}  // namespace

task<result<errors::suspect_input>> collect_evidence(context here, git::repository* repository,
                                                     telemetry::event sample) {
    const auto head = here.state->fact("stable_commit");
    const auto base = here.state->fact("previous_commit");
    errors::suspect_input input;
    input.now = here.with.time->now();
    const auto range = co_await read_range(repository, base, head);
    if (!range) co_return range.error();
    const auto tree = co_await repository->paths(head);
    if (!tree) co_return tree.error();
    const auto rules = rules_of(*here.project);
    for (const auto& frame : errors::blame_frames(sample)) {
        auto path = errors::map_path(frame.abs_path.empty() ? frame.filename : frame.abs_path, *tree, rules);
        if (!path) path = errors::map_path(frame.filename, *tree, rules);
        auto fact = co_await read_frame(repository, frame, path.value_or(""), base, head);
        if (!fact) co_return fact.error();
        if (path)
            if (const auto touched = range->touched.find(*path); touched != range->touched.end())
                fact->range_commits = touched->second;
        input.frames.push_back(std::move(*fact));
    }
    input.commits = range->commits;
    for (const auto& frame : input.frames)
        for (const auto& line : frame.lines)
            if (!input.commits.contains(line.commit)) {
                const auto commit = co_await repository->read_commit(line.commit);
                if (commit) input.commits[line.commit] = as_fact(*commit, false);
            }
    if (const auto symbol = errors::missing_symbol(sample)) {
        const auto removed = co_await find_removals(repository, *symbol, *range);
        if (!removed) co_return removed.error();
        input.removed = *removed;
    }
    co_return input;
}

}  // namespace slipway::steps

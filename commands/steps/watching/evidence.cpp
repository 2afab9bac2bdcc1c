#include "commands/steps/watching/evidence.hpp"

#include <algorithm>

#include "commands/errors/function_lines.hpp"
#include "commands/errors/paths.hpp"
#include "commands/steps/watching/range_facts.hpp"
#include "integrations/async/timers.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t around = 3;  ///< lines of context on each side of the failing one

std::vector<errors::path_rule> rules_of(const release::project_settings& project) {
    std::vector<errors::path_rule> rules;
    for (const auto& each : project.ingest.strip_prefixes) rules.push_back({each, ""});
    return rules;
}

bool is_ignored(const release::project_settings& project, const std::string& path) {
    return std::ranges::any_of(project.suspects.ignore_paths,
                               [&path](const std::string& each) { return lies_in(path, each); });
}

/// The frames worth blaming with their paths in the repository.
std::vector<errors::frame_fact> map_frames(const context& here, const telemetry::event& sample,
                                           const std::vector<std::string>& tree) {
    const auto rules = rules_of(*here.project);
    std::vector<errors::frame_fact> frames;
    for (const auto& frame : errors::blame_frames(sample)) {
        auto path = errors::map_path(frame.abs_path.empty() ? frame.filename : frame.abs_path, tree, rules);
        if (!path) path = errors::map_path(frame.filename, tree, rules);
        if (path && is_ignored(*here.project, *path)) path.reset();
        errors::frame_fact fact;
        fact.frame = frame;
        fact.path = path.value_or("");
        frames.push_back(std::move(fact));
    }
    return frames;
}

/// The failing line with its neighbours, and the function around it when that can be told.
task<result<std::vector<git::file_window>>> windows_of(git::repository* repository,
                                                       std::vector<errors::frame_fact> frames, std::string head) {
    std::map<std::string, std::string> files;
    std::vector<git::file_window> windows;
    for (const auto& each : frames) {
        git::file_window window;
        window.path = each.path;
        if (each.path.empty() || each.frame.line <= 0) {
            window.path.clear();
            windows.push_back(std::move(window));
            continue;
        }
        const auto line = static_cast<std::size_t>(each.frame.line);
        window.first_line = line > around ? line - around : 1;
        window.last_line = line + around;
        if (!files.contains(each.path)) {
            auto text = co_await repository->read_file(head, each.path);
            if (!text && !(text.error() == errc::not_found)) co_return text.error();
            files[each.path] = text ? std::move(*text) : std::string{};
        }
        if (const auto body = errors::function_around(files[each.path], each.frame.line, each.frame.function)) {
            window.first_line = std::min(window.first_line, static_cast<std::size_t>(body->first));
            window.last_line = std::max(window.last_line, static_cast<std::size_t>(body->last));
        }
        windows.push_back(std::move(window));
    }
    co_return windows;
}

/// Lines of the range alone: what is older has no author here.
task<result<>> blame_frames(git::repository* repository, std::string base, std::string head,
                            errors::suspect_input& into) {
    const auto windows = co_await windows_of(repository, into.frames, head);
    if (!windows) co_return windows.error();
    git::blame_questions questions;
    questions.newest = head;
    questions.oldest = base;
    questions.windows = *windows;
    questions.ignore_white_space = true;
    const auto blamed = co_await repository->blame_all(questions);
    if (!blamed) co_return blamed.error();
    std::vector<std::string> paths;
    for (std::size_t each = 0; each < into.frames.size(); ++each) {
        auto& frame = into.frames[each];
        for (const auto& line : (*blamed)[each]) {
            if (!line.in_range) continue;
            const auto number = static_cast<int>(line.number);
            const bool near = std::abs(number - frame.frame.line) <= static_cast<int>(around);
            frame.lines.push_back({number, line.commit, !near});
        }
        if (!frame.path.empty() && std::ranges::find(paths, frame.path) == paths.end()) paths.push_back(frame.path);
    }
    const auto touching = co_await repository->commits_touching(paths, base, head);
    if (!touching) co_return touching.error();
    for (auto& frame : into.frames)
        for (std::size_t each = 0; each < paths.size(); ++each)
            if (frame.path == paths[each]) frame.range_commits = (*touching)[each];
    co_return result<>{};
}

/// Nobody of this release: who wrote the crashing line, whenever that was.
task<result<>> ask_the_past(git::repository* repository, std::string head, errors::suspect_input& into) {
    const auto crash = std::ranges::find_if(
        into.frames, [](const errors::frame_fact& each) { return !each.path.empty() && each.frame.line > 0; });
    if (crash == into.frames.end()) co_return result<>{};
    git::blame_questions question;
    question.newest = head;
    const auto line = static_cast<std::size_t>(crash->frame.line);
    question.windows = {{crash->path, line, line}};
    question.ignore_white_space = true;
    const auto blamed = co_await repository->blame_all(question);
    if (!blamed) co_return blamed.error();
    for (const auto& each : blamed->front()) {
        crash->lines.push_back({static_cast<int>(each.number), each.commit, false});
        const auto commit = co_await repository->read_commit(each.commit);
        if (!commit) co_return commit.error();
        into.commits[each.commit] = as_fact(*commit, false);
    }
    co_return result<>{};
}

bool has_evidence(const errors::suspect_input& in) {
    return !in.removed.empty() || std::ranges::any_of(in.frames, [](const errors::frame_fact& each) {
        return !each.lines.empty() || !each.range_commits.empty();
    });
}

}  // namespace

task<result<errors::suspect_input>> collect_evidence(context here, git::repository* repository,
                                                     telemetry::event sample) {
    const auto head = here.state->fact("stable_commit");
    const auto base = here.state->fact("previous_commit");
    errors::suspect_input input;
    input.now = here.with.time->now();
    auto range = co_await read_range(repository, base, head);
    if (!range) co_return range.error();
    input.commits = std::move(*range);
    const auto tree = co_await repository->paths(head);
    if (!tree) co_return tree.error();
    input.frames = map_frames(here, sample, *tree);
    const auto blamed = co_await blame_frames(repository, base, head, input);
    if (!blamed) co_return blamed.error();
    if (const auto symbol = errors::missing_symbol(sample)) {
        auto removed = co_await find_removals(repository, *symbol, base, head);
        if (!removed) co_return removed.error();
        input.removed = std::move(*removed);
    }
    if (!has_evidence(input)) {
        const auto asked = co_await ask_the_past(repository, head, input);
        if (!asked) co_return asked.error();
    }
    const auto complete = co_await complete_facts(here, repository, input);
    if (!complete) co_return complete.error();
    co_return input;
}

}  // namespace slipway::steps

// Who removed what an error says is missing: removed lines of the whole range first, then which commit it was.
#include <algorithm>

#include "commands/errors/function_lines.hpp"
#include "commands/steps/watching/range_facts.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_paths = 20;    ///< files from which the name went; more is a rename of everything
constexpr std::size_t most_commits = 50;  ///< that changed one of these files
constexpr std::size_t most_patch = 400'000;

/// Places where a name stood, or stands now.
struct uses {
    int definitions = 0, others = 0;
    bool any() const noexcept { return definitions + others > 0; }
    void note(std::string_view line, std::string_view name) {
        if (errors::looks_like_definition(line, name))
            ++definitions;
        else if (errors::holds_word(line, name))
            ++others;
    }
};

struct change_of_name {
    uses removed, added;
    /// The name itself was taken away here, not only a use of it.
    bool undefines() const noexcept { return removed.definitions > added.definitions; }
    bool lessens() const noexcept { return removed.definitions + removed.others > added.definitions + added.others; }
};

change_of_name in_patch(std::string_view patch, std::string_view name) {
    change_of_name found;
    while (!patch.empty()) {
        const auto end = std::min(patch.find('\n'), patch.size());
        const auto row = patch.substr(0, end);
        if (row.starts_with('-') && !row.starts_with("---")) found.removed.note(row.substr(1), name);
        if (row.starts_with('+') && !row.starts_with("+++")) found.added.note(row.substr(1), name);
        patch.remove_prefix(std::min(end + 1, patch.size()));
    }
    return found;
}

/// The files of the range from which the name went, those that defined it first.
std::vector<std::string> files_that_lost(const std::vector<git::file_lines>& changes, std::string_view name) {
    std::vector<std::string> defining, using_it;
    for (const auto& file : changes) {
        change_of_name here;
        for (const auto& hunk : file.hunks) {
            for (const auto& line : hunk.removed) here.removed.note(line.text, name);
            for (const auto& line : hunk.added) here.added.note(line.text, name);
        }
        if (here.undefines())
            defining.push_back(file.what.old_path);
        else if (here.lessens())
            using_it.push_back(file.what.old_path);
    }
    auto& found = defining.empty() ? using_it : defining;
    if (found.size() > most_paths) found.clear();
    return found;
}

}  // namespace

task<result<std::vector<errors::removed_fact>>> find_removals(git::repository* repository, std::string symbol,
                                                              std::string base, std::string head) {
    git::line_limits limits;
    limits.renames = git::renames::ignored;  // a moved definition is removed in one place and added in another
    const auto changes = co_await repository->changed_lines(base, head, limits);
    if (!changes) co_return changes.error();
    const auto paths = files_that_lost(*changes, symbol);
    std::vector<errors::removed_fact> defining, lessening;
    if (paths.empty()) co_return defining;
    const auto touching = co_await repository->commits_touching(paths, base, head);
    if (!touching) co_return touching.error();
    for (std::size_t each = 0; each < paths.size(); ++each) {
        std::size_t read = 0;
        for (const auto& id : (*touching)[each]) {
            if (++read > most_commits) break;
            const auto commit = co_await repository->read_commit(id);
            if (!commit) co_return commit.error();
            if (commit->parents.empty()) continue;
            const auto patch = co_await repository->patch(commit->parents.front(), id, paths[each], most_patch);
            if (!patch) co_return patch.error();
            const auto what = in_patch(patch->text.raw(), symbol);
            if (what.undefines())
                defining.push_back({symbol, paths[each], id});
            else if (what.lessens())
                lessening.push_back({symbol, paths[each], id});
        }
    }
    co_return defining.empty() ? lessening : defining;
}

}  // namespace slipway::steps

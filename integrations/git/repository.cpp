#include "integrations/git/repository.hpp"

#include "integrations/async/deadline.hpp"
#include "integrations/git/carrying.hpp"
#include "integrations/git/jobs.hpp"

namespace slipway::git {
namespace {

/// Opens a handle of its own for every call: libgit2's objects must not be shared between threads, and opening is
/// cheap.
class libgit2_repository final : public repository {
public:
    libgit2_repository(asio::thread_pool& pool, std::string directory, ref_gate before_move)
        : pool_{pool}, directory_{std::move(directory)}, before_move_{std::move(before_move)} {}

    const std::string& directory() const noexcept override { return directory_; }

    task<result<object_id>> resolve(std::string revision) override {
        return on_pool([=](git_repository& repo) { return detail::resolve(repo, revision); });
    }
    task<result<std::vector<reference>>> references(std::string prefix) override {
        return on_pool([=](git_repository& repo) { return detail::references(repo, prefix); });
    }
    task<result<commit>> read_commit(object_id id) override {
        return on_pool([=](git_repository& repo) -> result<commit> {
            const auto found = detail::find_commit(repo, id);
            if (!found) return found.error();
            return detail::to_commit(**found);
        });
    }
    task<result<bool>> is_ancestor(object_id ancestor, object_id descendant) override {
        return on_pool([=](git_repository& repo) { return detail::is_ancestor(repo, ancestor, descendant); });
    }
    task<result<object_id>> merge_base(object_id a, object_id b) override {
        return on_pool([=](git_repository& repo) { return detail::merge_base(repo, a, b); });
    }
    task<result<distance>> compare(object_id local, object_id upstream) override {
        return on_pool([=](git_repository& repo) { return detail::compare(repo, local, upstream); });
    }
    task<result<std::string>> read_file(object_id commit_or_tree, std::string path) override {
        return on_pool([=](git_repository& repo) { return detail::read_file(repo, commit_or_tree, path); });
    }
    task<result<std::vector<std::string>>> paths(object_id commit_or_tree) override {
        return on_pool([=](git_repository& repo) { return detail::paths(repo, commit_or_tree); });
    }
    task<result<std::vector<delta>>> diff(object_id from, object_id to, diff_options options) override {
        return on_pool([=](git_repository& repo) { return detail::diff(repo, from, to, options); });
    }
    task<result<patch_text>> patch(object_id from, object_id to, std::string path, std::size_t most_bytes) override {
        return on_pool([=](git_repository& repo) { return detail::patch(repo, from, to, path, most_bytes); });
    }
    task<result<std::vector<file_lines>>> changed_lines(object_id from, object_id to, line_limits limits) override {
        return on_pool([=](git_repository& repo) { return detail::changed_lines(repo, from, to, limits); });
    }
    task<result<std::vector<word_use>>> find_words(object_id commit_or_tree, word_search what) override {
        return on_pool([=](git_repository& repo) { return detail::find_words(repo, commit_or_tree, what); });
    }
    task<result<std::vector<commit>>> range(object_id base, object_id head) override {
        return on_pool([=](git_repository& repo) { return detail::range(repo, base, head); });
    }
    task<result<std::vector<landing>>> landings(object_id base, object_id head) override {
        return on_pool([=](git_repository& repo) { return detail::landings(repo, base, head); });
    }
    task<result<std::vector<submodule_move>>> submodule_moves(object_id base, object_id head) override {
        return on_pool([=](git_repository& repo) { return detail::submodule_moves(repo, base, head); });
    }
    task<result<object_id>> landing_of(object_id id, object_id branch_head) override {
        return on_pool([=](git_repository& repo) { return detail::landing_of(repo, id, branch_head); });
    }
    task<result<std::vector<std::string>>> touched_paths(object_id commit) override {
        return on_pool([=](git_repository& repo) { return detail::touched_paths(repo, commit); });
    }
    task<result<std::vector<blamed_line>>> blame(blame_question question) override {
        return on_pool([=](git_repository& repo) { return detail::blame(repo, question); });
    }
    task<result<std::vector<std::vector<blamed_line>>>> blame_all(blame_questions questions) override {
        return on_pool([=](git_repository& repo) { return detail::blame_all(repo, questions); });
    }
    task<result<std::vector<std::vector<object_id>>>> commits_touching(std::vector<std::string> paths, object_id base,
                                                                       object_id head) override {
        return on_pool([=](git_repository& repo) { return detail::commits_touching(repo, paths, base, head); });
    }
    task<result<std::vector<std::size_t>>> files_changed(std::vector<object_id> commits) override {
        return on_pool([=](git_repository& repo) { return detail::files_changed(repo, commits); });
    }
    task<result<std::vector<signature>>> proper_names(object_id commit, std::vector<signature> people) override {
        return on_pool([=](git_repository& repo) { return detail::proper_names(repo, commit, people); });
    }
    task<result<merge_outcome>> pick(object_id commit, object_id onto) override {
        return on_pool([=](git_repository& repo) { return detail::pick(repo, commit, onto); });
    }
    task<result<merge_outcome>> merge(object_id ours, object_id theirs, std::vector<std::string> keep_ours) override {
        return on_pool([=](git_repository& repo) { return detail::merge(repo, ours, theirs, keep_ours); });
    }
    task<result<object_id>> create_commit(new_commit wanted) override {
        return on_pool([=](git_repository& repo) { return detail::create_commit(repo, wanted); });
    }
    task<result<object_id>> create_tag(new_tag wanted) override {
        return on_pool([=](git_repository& repo) { return detail::create_tag(repo, wanted); });
    }
    task<result<>> move_ref(std::string name, object_id to, object_id expected) override {
        return gated(name, to, expected,
                     on_pool([=](git_repository& repo) { return detail::move_ref(repo, name, to, expected); }));
    }
    task<result<>> remove_ref(std::string name, object_id expected) override {
        return gated(name, {}, expected,
                     on_pool([=](git_repository& repo) { return detail::remove_ref(repo, name, expected); }));
    }
    task<result<std::vector<work_tree_change>>> work_tree_changes(std::string work_tree,
                                                                  object_id commit_or_tree) override {
        return offload(pool_, [=] { return detail::work_tree_changes(work_tree, commit_or_tree); });
    }
    task<result<edits>> read_work_tree(std::string work_tree, std::vector<std::string> paths) override {
        return offload(pool_, [=] { return detail::read_work_tree(work_tree, paths); });
    }

private:
    task<result<>> gated(std::string name, object_id to, object_id expected, task<result<>> move) {
        if (before_move_) {
            const auto allowed = co_await before_move_(std::move(name), std::move(to), std::move(expected));
            if (!allowed) co_return allowed.error();
        }
        auto moved = co_await std::move(move);
        co_return moved;
    }
    /// Not a coroutine itself: the job owns copies of everything it needs.
    template <class Job>
    auto on_pool(Job job) -> task<std::invoke_result_t<Job&, git_repository&>> {
        using answer = std::invoke_result_t<Job&, git_repository&>;
        return offload(pool_, [directory = directory_, job = std::move(job)]() -> answer {
            const auto repo = detail::open(directory);
            if (!repo) return repo.error();
            return job(**repo);
        });
    }

    asio::thread_pool& pool_;
    const std::string directory_;
    const ref_gate before_move_;  // null: nobody is asked
};

}  // namespace

untrusted commit::subject() const {
    return untrusted{message.raw().substr(0, message.raw().find('\n'))};
}

std::string_view to_string(change_kind kind) noexcept {
    switch (kind) {
        case change_kind::added:
            return "added";
        case change_kind::removed:
            return "removed";
        case change_kind::modified:
            return "modified";
        case change_kind::mode_only:
            return "mode";
        case change_kind::renamed:
            return "renamed";
        case change_kind::type_changed:
            return "type";
    }
    return "modified";
}

task<result<std::unique_ptr<repository>>> open_repository(asio::thread_pool& pool, std::string directory) {
    return open_repository(pool, std::move(directory), ref_gate{});
}

task<result<std::unique_ptr<repository>>> open_repository(asio::thread_pool& pool, std::string directory,
                                                          ref_gate before_move) {
    const auto usable = co_await offload(pool, [directory]() -> result<> {
        const auto opened = detail::open(directory);
        if (!opened) return opened.error();
        return {};
    });
    if (!usable) co_return usable.error();
    std::unique_ptr<repository> made =
        std::make_unique<libgit2_repository>(pool, std::move(directory), std::move(before_move));
    co_return made;
}

}  // namespace slipway::git

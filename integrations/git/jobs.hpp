// Inside this room only: what the repository does, as blocking functions over one open handle.
#pragma once

#include "integrations/git/libgit2.hpp"

namespace slipway::git::detail {

// reading.cpp
result<object_id> resolve(git_repository& repo, const std::string& revision);
result<std::vector<reference>> references(git_repository& repo, const std::string& prefix);
result<bool> is_ancestor(git_repository& repo, const object_id& ancestor, const object_id& descendant);
result<object_id> merge_base(git_repository& repo, const object_id& a, const object_id& b);
result<distance> compare(git_repository& repo, const object_id& local, const object_id& upstream);
result<std::string> read_file(git_repository& repo, const object_id& commit_or_tree, const std::string& path);
result<std::vector<std::string>> paths(git_repository& repo, const object_id& commit_or_tree);

// diffs.cpp
result<std::vector<delta>> diff(git_repository& repo, const object_id& from, const object_id& to,
                                const diff_options& options);
result<patch_text> patch(git_repository& repo, const object_id& from, const object_id& to, const std::string& path,
                         std::size_t most_bytes);
/// The raw difference with renames found or not, and one of its deltas as a plain value.
result<diff_handle> find_diff(git_repository& repo, const object_id& from, const object_id& to,
                              const diff_options& options);
delta to_delta(const git_diff_delta& raw);

// lines.cpp
result<std::vector<file_lines>> changed_lines(git_repository& repo, const object_id& from, const object_id& to,
                                              const line_limits& limits);
result<std::vector<word_use>> find_words(git_repository& repo, const object_id& commit_or_tree,
                                         const word_search& what);

// walks.cpp
result<std::vector<commit>> range(git_repository& repo, const object_id& base, const object_id& head);
result<std::vector<landing>> landings(git_repository& repo, const object_id& base, const object_id& head);
result<object_id> landing_of(git_repository& repo, const object_id& id, const object_id& branch_head);

// many_commits.cpp: reachable from `heads` and not from `hidden`, children before parents; `most` = 0 means all
result<std::vector<commit>> read_many(git_repository& repo, const std::vector<object_id>& heads,
                                      const std::vector<object_id>& hidden, std::size_t most);
/// Only their ids, in the same order.
result<std::vector<object_id>> ids_between(git_repository& repo, const object_id& base, const object_id& head);

// changes.cpp
result<std::vector<std::string>> touched_paths(git_repository& repo, const object_id& id);
result<std::vector<std::size_t>> files_changed(git_repository& repo, const std::vector<object_id>& commits);
result<std::vector<std::vector<object_id>>> commits_touching(git_repository& repo,
                                                             const std::vector<std::string>& paths,
                                                             const object_id& base, const object_id& head);
result<std::vector<signature>> proper_names(git_repository& repo, const object_id& commit,
                                            std::vector<signature> people);

// submodules.cpp
result<std::vector<submodule_move>> submodule_moves(git_repository& repo, const object_id& base, const object_id& head);

// blame.cpp
result<std::vector<blamed_line>> blame(git_repository& repo, const blame_question& question);
result<std::vector<std::vector<blamed_line>>> blame_all(git_repository& repo, const blame_questions& questions);

// writing.cpp
result<merge_outcome> pick(git_repository& repo, const object_id& commit, const object_id& onto);
result<merge_outcome> merge(git_repository& repo, const object_id& ours, const object_id& theirs,
                            const std::vector<std::string>& keep_ours);
result<object_id> create_commit(git_repository& repo, const new_commit& wanted);
result<object_id> create_tag(git_repository& repo, const new_tag& wanted);
result<> move_ref(git_repository& repo, const std::string& name, const object_id& to, const object_id& expected);
result<> remove_ref(git_repository& repo, const std::string& name, const object_id& expected);

// work_tree.cpp
result<std::vector<work_tree_change>> work_tree_changes(const std::string& work_tree, const object_id& commit_or_tree);
result<edits> read_work_tree(const std::string& work_tree, const std::vector<std::string>& paths);

}  // namespace slipway::git::detail

// Lines: what differs between two trees line by line, and where words stand in one.
#include <algorithm>

#include "integrations/git/jobs.hpp"

namespace slipway::git::detail {
namespace {

std::string line_text(const char* content, std::size_t size, std::size_t longest) {
    while (size > 0 && (content[size - 1] == '\n' || content[size - 1] == '\r')) --size;
    return {content, std::min(size, longest)};
}

std::uint64_t blob_size(git_odb& objects, const object_id& blob) {
    const auto id = to_oid(blob);
    std::size_t size = 0;
    git_object_t kind = GIT_OBJECT_INVALID;
    if (!id || git_odb_read_header(&size, &kind, &objects, &*id) < 0) {
        git_error_clear();  // a submodule's commit lives in another repository
        return 0;
    }
    return size;
}

result<changed_hunk> read_hunk(git_patch& patch, std::size_t hunk, int count, const line_limits& limits,
                               std::size_t& room) {
    changed_hunk made;
    for (int each = 0; each < count && room > 0; ++each) {
        const git_diff_line* line = nullptr;
        const int code = git_patch_get_line_in_hunk(&line, &patch, hunk, static_cast<std::size_t>(each));
        if (code < 0) return git_failure(code, "Cannot read a line of a difference");
        const bool added = line->origin == GIT_DIFF_LINE_ADDITION;
        if (!added && line->origin != GIT_DIFF_LINE_DELETION) continue;
        changed_line one;
        one.number = static_cast<std::size_t>(added ? line->new_lineno : line->old_lineno);
        one.text = line_text(line->content, line->content_len, limits.longest);
        (added ? made.added : made.removed).push_back(std::move(one));
        --room;
    }
    return made;
}

result<> read_lines(git_diff& differences, std::size_t position, const line_limits& limits, file_lines& into) {
    const auto patch = acquire<patch_handle>("Cannot compare the lines of " + into.what.new_path, git_patch_from_diff,
                                             &differences, position);
    if (!patch) return patch.error();
    if (*patch == nullptr) {
        into.what.binary = true;
        return {};
    }
    into.what.binary = (git_patch_get_delta(patch->get())->flags & GIT_DIFF_FLAG_BINARY) != 0;
    const int code = git_patch_line_stats(nullptr, &into.what.added, &into.what.removed, patch->get());
    if (code < 0) return git_failure(code, "Cannot count the lines of " + into.what.new_path);
    std::size_t room = limits.most_lines;
    for (std::size_t hunk = 0; hunk < git_patch_num_hunks(patch->get()) && room > 0; ++hunk) {
        const int count = git_patch_num_lines_in_hunk(patch->get(), hunk);
        auto made = read_hunk(**patch, hunk, count, limits, room);
        if (!made) return made.error();
        into.hunks.push_back(std::move(*made));
    }
    into.cut = into.what.added + into.what.removed > limits.most_lines;
    return {};
}

bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

struct search {
    git_repository& repo;
    const word_search& what;
    std::vector<word_use> found;
};

void search_text(search& of, const std::string& path, std::string_view text) {
    for (const auto& word : of.what.words) {
        std::size_t counted = 0;
        std::size_t line = 1;
        for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + word.size())) {
            const bool whole = (at == 0 || !is_word(text[at - 1])) &&
                               (at + word.size() == text.size() || !is_word(text[at + word.size()]));
            if (!whole) continue;
            line += static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(counted),
                                                        text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
            counted = at;
            const auto begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
            const auto size = std::min(text.find('\n', at), text.size()) - begin;
            of.found.push_back({word, path, line, line_text(text.data() + begin, size, 200)});
            if (of.found.size() >= of.what.most_uses) return;
        }
    }
}

int search_entry(const char* root, const git_tree_entry* entry, void* payload) {
    auto& of = *static_cast<search*>(payload);
    if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB) return 0;
    const auto path = std::string{root} + git_tree_entry_name(entry);
    const auto fits = [&path](const std::string& ending) { return path.ends_with(ending); };
    if (!of.what.endings.empty() && std::ranges::none_of(of.what.endings, fits)) return 0;
    const auto blob = acquire<blob_handle>("Cannot read " + path, git_blob_lookup, &of.repo, git_tree_entry_id(entry));
    if (!blob) return GIT_ERROR;
    const auto size = static_cast<std::size_t>(git_blob_rawsize(blob->get()));
    if (size > of.what.largest_file || git_blob_is_binary(blob->get()) != 0) return 0;
    search_text(of, path, {static_cast<const char*>(git_blob_rawcontent(blob->get())), size});
    return of.found.size() >= of.what.most_uses ? GIT_EUSER : 0;
}

}  // namespace

result<std::vector<file_lines>> changed_lines(git_repository& repo, const object_id& from, const object_id& to,
                                              const line_limits& limits) {
    const auto differences = find_diff(repo, from, to, {limits.renames, line_counts::counted, limits.paths});
    if (!differences) return differences.error();
    git_odb* raw = nullptr;
    const int code = git_repository_odb(&raw, &repo);
    if (code < 0) return git_failure(code, "Cannot read the objects of the repository");
    const std::unique_ptr<git_odb, freed_by<&git_odb_free>> objects{raw};
    std::vector<file_lines> all;
    const std::size_t count = git_diff_num_deltas(differences->get());
    for (std::size_t each = 0; each < count; ++each) {
        file_lines made;
        made.what = to_delta(*git_diff_get_delta(differences->get(), each));
        const auto lines = read_lines(**differences, each, limits, made);
        if (!lines) return lines.error();
        if (!made.what.new_blob.empty()) made.size = blob_size(*objects, made.what.new_blob);
        all.push_back(std::move(made));
    }
    std::ranges::sort(all, {}, [](const file_lines& each) -> const std::string& { return each.what.new_path; });
    return all;
}

result<std::vector<word_use>> find_words(git_repository& repo, const object_id& commit_or_tree,
                                         const word_search& what) {
    search of{repo, what, {}};
    if (what.words.empty() || what.most_uses == 0) return of.found;
    const auto tree = find_tree(repo, commit_or_tree);
    if (!tree) return tree.error();
    const int code = git_tree_walk(tree->get(), GIT_TREEWALK_PRE, search_entry, &of);
    if (code < 0 && of.found.size() < what.most_uses)
        return git_failure(code, "Cannot search the files of " + commit_or_tree.substr(0, 12));
    return of.found;
}

}  // namespace slipway::git::detail

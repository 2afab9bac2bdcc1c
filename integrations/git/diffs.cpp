// Differences between two trees: as deltas to decide on, and as text to read.
#include <algorithm>

#include "integrations/git/jobs.hpp"

namespace slipway::git::detail {
namespace {

/// Owns the C strings that libgit2's options point at.
struct path_list {
    explicit path_list(std::vector<std::string> from) : texts{std::move(from)} {
        for (auto& each : texts) pointers.push_back(each.data());
    }
    std::vector<std::string> texts;
    std::vector<char*> pointers;
};

result<diff_handle> tree_diff(git_repository& repo, const object_id& from, const object_id& to, path_list& paths,
                              std::uint32_t context) {
    const auto before = find_tree(repo, from);
    if (!before) return before.error();
    const auto after = find_tree(repo, to);
    if (!after) return after.error();
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_DISABLE_PATHSPEC_MATCH | GIT_DIFF_INDENT_HEURISTIC;
    options.context_lines = context;
    options.pathspec.strings = paths.pointers.data();
    options.pathspec.count = paths.pointers.size();
    return acquire<diff_handle>("Cannot compare " + from + " with " + to, git_diff_tree_to_tree, &repo, before->get(),
                                after->get(), &options);
}

change_kind kind_of(const git_diff_delta& raw) {
    switch (raw.status) {
        case GIT_DELTA_ADDED:
            return change_kind::added;
        case GIT_DELTA_DELETED:
            return change_kind::removed;
        case GIT_DELTA_RENAMED:
            return change_kind::renamed;
        case GIT_DELTA_TYPECHANGE:
            return change_kind::type_changed;
        default:
            return git_oid_equal(&raw.old_file.id, &raw.new_file.id) == 1 ? change_kind::mode_only
                                                                          : change_kind::modified;
    }
}

result<> count_lines(git_diff& differences, std::size_t position, delta& into) {
    const auto patch = acquire<patch_handle>("Cannot compare the lines of " + into.new_path, git_patch_from_diff,
                                             &differences, position);
    if (!patch) return patch.error();
    if (*patch == nullptr) {
        into.binary = true;
        return {};
    }
    into.binary = (git_patch_get_delta(patch->get())->flags & GIT_DIFF_FLAG_BINARY) != 0;
    const int code = git_patch_line_stats(nullptr, &into.added, &into.removed, patch->get());
    if (code < 0) return git_failure(code, "Cannot count the lines of " + into.new_path);
    return {};
}

struct text_sink {
    patch_text& into;
    std::string text;
    std::size_t most;
};

int append_line(const git_diff_delta*, const git_diff_hunk*, const git_diff_line* line, void* payload) {
    auto& sink = *static_cast<text_sink*>(payload);
    const bool has_sign = line->origin == GIT_DIFF_LINE_ADDITION || line->origin == GIT_DIFF_LINE_DELETION ||
                          line->origin == GIT_DIFF_LINE_CONTEXT;
    const std::size_t size = line->content_len + (has_sign ? 1 : 0);
    if (sink.text.size() + size > sink.most) {
        sink.into.cut = true;
        return GIT_EUSER;  // ends the printing; whole lines only
    }
    if (has_sign) sink.text += line->origin;
    sink.text.append(line->content, line->content_len);
    return 0;
}

}  // namespace

delta to_delta(const git_diff_delta& raw) {
    delta made;
    made.kind = kind_of(raw);
    made.old_path = raw.old_file.path;
    made.new_path = raw.new_file.path;
    if (made.kind != change_kind::added) {
        made.old_mode = to_mode(raw.old_file.mode);
        made.old_blob = to_text(raw.old_file.id);
    }
    if (made.kind != change_kind::removed) {
        made.new_mode = to_mode(raw.new_file.mode);
        made.new_blob = to_text(raw.new_file.id);
    }
    return made;
}

result<diff_handle> find_diff(git_repository& repo, const object_id& from, const object_id& to,
                              const diff_options& options) {
    path_list paths{options.paths};
    auto differences = tree_diff(repo, from, to, paths, /*context=*/0);
    if (!differences || options.renames != renames::found) return differences;
    git_diff_find_options similar = GIT_DIFF_FIND_OPTIONS_INIT;
    similar.flags = GIT_DIFF_FIND_RENAMES;
    const int code = git_diff_find_similar(differences->get(), &similar);
    if (code < 0) return git_failure(code, "Cannot find renames between " + from + " and " + to);
    return differences;
}

result<std::vector<delta>> diff(git_repository& repo, const object_id& from, const object_id& to,
                                const diff_options& options) {
    const auto differences = find_diff(repo, from, to, options);
    if (!differences) return differences.error();
    std::vector<delta> all;
    const std::size_t count = git_diff_num_deltas(differences->get());
    for (std::size_t each = 0; each < count; ++each) {
        auto made = to_delta(*git_diff_get_delta(differences->get(), each));
        if (options.lines == line_counts::counted) {
            const auto counted = count_lines(**differences, each, made);
            if (!counted) return counted.error();
        }
        all.push_back(std::move(made));
    }
    std::ranges::sort(all, {}, &delta::new_path);
    return all;
}

result<patch_text> patch(git_repository& repo, const object_id& from, const object_id& to, const std::string& path,
                         std::size_t most_bytes) {
    path_list paths{path.empty() ? std::vector<std::string>{} : std::vector<std::string>{path}};
    const auto differences = tree_diff(repo, from, to, paths, /*context=*/3);
    if (!differences) return differences.error();
    patch_text made;
    text_sink sink{made, {}, most_bytes};
    const int code = git_diff_print(differences->get(), GIT_DIFF_FORMAT_PATCH, append_line, &sink);
    if (code < 0 && !made.cut) return git_failure(code, "Cannot print the difference of " + from + " and " + to);
    made.text = untrusted{std::move(sink.text)};
    return made;
}

}  // namespace slipway::git::detail

#include "integrations/git/line_map.hpp"

#include <algorithm>

namespace slipway::git::detail {
namespace {

struct changed_lines {
    std::size_t old_start, old_count, new_start, new_count;
};

int note_hunk(const git_diff_delta*, const git_diff_hunk* hunk, void* payload) {
    const auto old_count = static_cast<std::size_t>(hunk->old_lines);
    const auto new_count = static_cast<std::size_t>(hunk->new_lines);
    // A side without lines names the line *before* the gap.
    const auto old_start = static_cast<std::size_t>(hunk->old_start) + (old_count == 0 ? 1 : 0);
    const auto new_start = static_cast<std::size_t>(hunk->new_start) + (new_count == 0 ? 1 : 0);
    static_cast<std::vector<changed_lines>*>(payload)->push_back({old_start, old_count, new_start, new_count});
    return 0;
}

result<blob_handle> find_blob(git_repository& repo, const git_oid& id) {
    return acquire<blob_handle>("Cannot read file content " + to_text(id), git_blob_lookup, &repo, &id);
}

std::size_t lines_of(const git_blob& blob) {
    const auto size = static_cast<std::size_t>(git_blob_rawsize(&blob));
    if (size == 0) return 0;
    const std::string_view bytes{static_cast<const char*>(git_blob_rawcontent(&blob)), size};
    return static_cast<std::size_t>(std::ranges::count(bytes, '\n')) + (bytes.back() == '\n' ? 0 : 1);
}

}  // namespace

result<std::vector<unchanged_lines>> unchanged_between(git_repository& repo, const git_oid& old_blob,
                                                       const git_oid& new_blob, bool ignore_white_space) {
    const auto before = find_blob(repo, old_blob);
    if (!before) return before.error();
    const auto after = find_blob(repo, new_blob);
    if (!after) return after.error();
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    options.flags = GIT_DIFF_FORCE_TEXT | GIT_DIFF_INDENT_HEURISTIC;  // as git blame cuts its hunks
    if (ignore_white_space) options.flags |= GIT_DIFF_IGNORE_WHITESPACE;
    options.context_lines = 0;
    std::vector<changed_lines> changes;
    const int code = git_diff_blobs(before->get(), nullptr, after->get(), nullptr, &options, nullptr, nullptr,
                                    note_hunk, nullptr, &changes);
    if (code < 0) return git_failure(code, "Cannot compare two versions of a file");

    std::vector<unchanged_lines> same;
    unchanged_lines next;
    for (const auto& each : changes) {
        next.count = each.new_start - next.new_start;
        if (next.count > 0) same.push_back(next);
        next = {each.old_start + each.old_count, each.new_start + each.new_count, 0};
    }
    const std::size_t total = lines_of(**after);
    if (next.new_start <= total) {
        next.count = total - next.new_start + 1;
        same.push_back(next);
    }
    return same;
}

result<std::size_t> line_count(git_repository& repo, const git_oid& blob) {
    const auto content = find_blob(repo, blob);
    if (!content) return content.error();
    return lines_of(**content);
}

}  // namespace slipway::git::detail

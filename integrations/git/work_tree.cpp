// Files on disk against a tree, and files on disk as edits of a tree.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fstream>
#include <iterator>
#include <system_error>

#include "integrations/git/jobs.hpp"
#include "integrations/git/names.hpp"

namespace slipway::git::detail {
namespace {

change_kind kind_of(const git_diff_delta& raw) {
    switch (raw.status) {
        case GIT_DELTA_ADDED:
        case GIT_DELTA_UNTRACKED:
            return change_kind::added;
        case GIT_DELTA_DELETED:
            return change_kind::removed;
        case GIT_DELTA_TYPECHANGE:
            return change_kind::type_changed;
        default:
            return raw.old_file.mode != raw.new_file.mode && git_oid_equal(&raw.old_file.id, &raw.new_file.id) == 1
                       ? change_kind::mode_only
                       : change_kind::modified;
    }
}

std::string system_words() {
    return std::error_code{errno, std::generic_category()}.message();
}

std::string within_tree(const std::string& work_tree, const std::string& path) {
    return work_tree + "/" + path;
}

/// A path is only followed through real folders: a symbolic link could lead out of the work tree.
result<> refuse_linked_folder(const std::string& work_tree, const std::string& path) {
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        struct stat found{};
        const std::string folder = within_tree(work_tree, path.substr(0, slash));
        if (lstat(folder.c_str(), &found) == 0 && S_ISLNK(found.st_mode)) {
            return failure{errc::refused, folder + " is a symbolic link, so " + path + " is not inside the work tree"};
        }
    }
    return {};
}

result<std::string> read_link(const std::string& full) {
    std::string target(PATH_MAX, '\0');
    const ssize_t length = readlink(full.c_str(), target.data(), target.size());
    if (length < 0) return failure{errc::refused, "Cannot read the link " + full + ": " + system_words()};
    target.resize(static_cast<std::size_t>(length));
    return target;
}

/// As `git add` would store it: line ends after .gitattributes, nothing else.
result<std::string> read_filtered(git_repository& repo, const std::string& full, const std::string& path) {
    std::ifstream file{full, std::ios::binary};
    std::string content{std::istreambuf_iterator<char>{file}, {}};
    if (!file.is_open() || file.bad()) return failure{errc::refused, "Cannot read " + full + ": " + system_words()};
    git_filter_list* raw = nullptr;
    int code = git_filter_list_load(&raw, &repo, nullptr, path.c_str(), GIT_FILTER_TO_ODB, GIT_FILTER_DEFAULT);
    if (code < 0) return git_failure(code, "Cannot prepare " + path);
    const filter_list_handle filters{raw};
    if (filters == nullptr) return content;
    buffer filtered;
    code = git_filter_list_apply_to_buffer(&filtered.raw, filters.get(), content.data(), content.size());
    if (code < 0) return git_failure(code, "Cannot prepare " + path);
    return filtered.text();
}

result<file_edit> read_edit(git_repository& repo, const std::string& work_tree, const std::string& path) {
    const auto linked = refuse_linked_folder(work_tree, path);
    if (!linked) return linked.error();
    const std::string full = within_tree(work_tree, path);
    struct stat found{};
    if (lstat(full.c_str(), &found) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return file_edit{};
        return failure{errc::refused, "Cannot look at " + full + ": " + system_words()};
    }
    const bool is_link = S_ISLNK(found.st_mode);
    if (!is_link && !S_ISREG(found.st_mode)) {
        return failure{errc::invalid, full + " is neither a file nor a symbolic link"};
    }
    auto content = is_link ? read_link(full) : read_filtered(repo, full, path);
    if (!content) return content.error();
    const auto plain = (found.st_mode & S_IXUSR) != 0 ? file_mode::executable : file_mode::regular;
    return file_edit{std::move(*content), is_link ? file_mode::symlink : plain};
}

}  // namespace

result<std::vector<work_tree_change>> work_tree_changes(const std::string& work_tree, const object_id& commit_or_tree) {
    const auto repo = open(work_tree);
    if (!repo) return repo.error();
    if (git_repository_is_bare(repo->get()) == 1) {
        return failure{errc::invalid, work_tree + " is a bare repository: it has no files to look at"};
    }
    const auto tree = find_tree(**repo, commit_or_tree);
    if (!tree) return tree.error();
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS | GIT_DIFF_INCLUDE_TYPECHANGE;
    options.ignore_submodules = GIT_SUBMODULE_IGNORE_ALL;
    const auto differences = acquire<diff_handle>("Cannot compare the files of " + work_tree, git_diff_tree_to_workdir,
                                                  repo->get(), tree->get(), &options);
    if (!differences) return differences.error();
    std::vector<work_tree_change> changes;
    const std::size_t count = git_diff_num_deltas(differences->get());
    for (std::size_t each = 0; each < count; ++each) {
        const git_diff_delta& raw = *git_diff_get_delta(differences->get(), each);
        const auto kind = kind_of(raw);
        const auto mode = kind == change_kind::removed ? file_mode::absent : to_mode(raw.new_file.mode);
        changes.push_back({raw.new_file.path, kind, mode});
    }
    std::ranges::sort(changes, {}, &work_tree_change::path);
    return changes;
}

result<edits> read_work_tree(const std::string& work_tree, const std::vector<std::string>& paths) {
    const auto repo = open(work_tree);
    if (!repo) return repo.error();
    edits found;
    for (const auto& path : paths) {
        if (!is_tree_path(path)) return failure{errc::invalid, "\"" + path + "\" is not a path inside a repository"};
        auto edit = read_edit(**repo, work_tree, path);
        if (!edit) return edit.error();
        found[path] = std::move(*edit);
    }
    return found;
}

}  // namespace slipway::git::detail

#include "integrations/git/archive.hpp"

#include <algorithm>
#include <set>

#include "integrations/git/jobs.hpp"

namespace slipway::git {

using namespace detail;

struct archive::handle {
    repository_handle repo;
};

archive::archive(std::unique_ptr<handle> opened) : handle_{std::move(opened)} {}
archive::archive(archive&&) noexcept = default;
archive& archive::operator=(archive&&) noexcept = default;
archive::~archive() = default;

result<archive> archive::open(const std::string& directory) {
    auto found = detail::discover(directory);
    if (!found) return found.error();
    auto repo = detail::open(*found);
    if (!repo) return repo.error();
    return archive{std::make_unique<handle>(handle{std::move(*repo)})};
}

result<object_id> archive::resolve(const std::string& revision) const {
    const std::string what = "There is no commit \"" + revision + "\" in this repository";
    const auto object = acquire<object_handle>(what, git_revparse_single, handle_->repo.get(), revision.c_str());
    if (!object) return object.error();
    git_object* peeled = nullptr;
    const int code = git_object_peel(&peeled, object->get(), GIT_OBJECT_COMMIT);
    if (code < 0) return git_failure(code, "\"" + revision + "\" is no commit");
    const object_handle owned{peeled};
    return to_text(*git_object_id(peeled));
}

result<std::vector<reference>> archive::tags() const {
    auto all = references(*handle_->repo, "refs/tags/");
    if (!all) return all.error();
    std::vector<reference> found;
    for (auto& each : *all) {
        if (each.commit.empty()) continue;
        each.name = each.name.substr(std::string_view{"refs/tags/"}.size());
        found.push_back(std::move(each));
    }
    return found;
}

result<std::vector<object_id>> archive::all_heads() const {
    const auto all = references(*handle_->repo, "refs/");
    if (!all) return all.error();
    std::set<object_id> ids;
    for (const auto& each : *all) {
        if (!each.commit.empty()) ids.insert(each.commit);
    }
    return std::vector<object_id>{ids.begin(), ids.end()};
}

result<history> archive::read(const std::vector<object_id>& heads, const std::vector<object_id>& hidden,
                              std::size_t most) const {
    auto commits = read_many(*handle_->repo, heads, hidden, most);
    if (!commits) return commits.error();
    return history{std::move(*commits)};
}

result<object_id> archive::tree_of(const object_id& commit) const {
    const auto tree = find_tree(*handle_->repo, commit);
    if (!tree) return tree.error();
    return to_text(*git_tree_id(tree->get()));
}

result<std::vector<std::string>> archive::touched_paths(const object_id& id) const {
    return detail::touched_paths(*handle_->repo, id);
}

}  // namespace slipway::git

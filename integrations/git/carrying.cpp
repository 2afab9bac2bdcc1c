#include "integrations/git/carrying.hpp"

#include <algorithm>
#include <set>

#include "integrations/async/deadline.hpp"
#include "integrations/git/libgit2.hpp"

namespace slipway::git {
namespace {

using detail::acquire;
using detail::git_failure;
using odb_handle = std::unique_ptr<git_odb, detail::freed_by<&git_odb_free>>;
using pack_handle = std::unique_ptr<git_packbuilder, detail::freed_by<&git_packbuilder_free>>;

struct free_writepack {
    void operator()(git_odb_writepack* raw) const noexcept { raw->free(raw); }
};

/// A walk over what is reachable from `head` and from no branch of the remote.
result<detail::revwalk_handle> unpublished(git_repository& repo, const git_oid& head) {
    const std::string what = "Cannot list what is not published yet";
    auto walk = acquire<detail::revwalk_handle>(what, git_revwalk_new, &repo);
    if (!walk) return walk;
    if (const int code = git_revwalk_push(walk->get(), &head); code < 0) return git_failure(code, what);
    if (const int code = git_revwalk_hide_glob(walk->get(), "refs/remotes/origin/*"); code < 0)
        return git_failure(code, what);
    return walk;
}

/// The parents of the walked commits that are not walked themselves; `head` when nothing is.
result<std::vector<object_id>> needs_of(git_repository& repo, const git_oid& head) {
    const auto walk = unpublished(repo, head);
    if (!walk) return walk.error();
    std::set<object_id> inside, parents;
    git_oid each;
    while (git_revwalk_next(&each, walk->get()) == 0) {
        const auto commit = detail::find_commit(repo, detail::to_text(each));
        if (!commit) return commit.error();
        inside.insert(detail::to_text(each));
        for (unsigned i = 0; i < git_commit_parentcount(commit->get()); ++i)
            parents.insert(detail::to_text(*git_commit_parent_id(commit->get(), i)));
    }
    if (inside.empty()) return std::vector<object_id>{detail::to_text(head)};
    std::vector<object_id> outside;
    std::ranges::set_difference(parents, inside, std::back_inserter(outside));
    return outside;
}

result<parcel> pack_one(git_repository& repo, const object_id& id) {
    const std::string what = "Cannot pack " + id;
    const auto target = detail::to_oid(id);
    if (!target) return target.error();
    const auto commit = detail::find_commit(repo, id);
    if (!commit) return commit.error();
    const auto& head = *git_commit_id(commit->get());
    parcel made;
    auto needs = needs_of(repo, head);
    if (!needs) return needs.error();
    made.needs = std::move(*needs);
    const auto pack = acquire<pack_handle>(what, git_packbuilder_new, &repo);
    if (!pack) return pack.error();
    const auto walk = unpublished(repo, head);
    if (!walk) return walk.error();
    if (const int code = git_packbuilder_insert_walk(pack->get(), walk->get()); code < 0)
        return git_failure(code, what);
    if (git_oid_equal(&*target, &head) == 0)  // the tag object itself
        if (const int code = git_packbuilder_insert(pack->get(), &*target, nullptr); code < 0)
            return git_failure(code, what);
    if (git_packbuilder_object_count(pack->get()) == 0) return made;
    detail::buffer bytes;
    if (const int code = git_packbuilder_write_buf(&bytes.raw, pack->get()); code < 0) return git_failure(code, what);
    made.pack = bytes.text();
    return made;
}

result<> unpack_into(git_repository& repo, const std::string& bytes) {
    const std::string what = "Cannot unpack the objects of another bot";
    const auto odb = acquire<odb_handle>(what, git_repository_odb, &repo);
    if (!odb) return odb.error();
    git_odb_writepack* raw = nullptr;
    if (const int code = git_odb_write_pack(&raw, odb->get(), nullptr, nullptr); code < 0)
        return git_failure(code, what);
    const std::unique_ptr<git_odb_writepack, free_writepack> writer{raw};
    git_indexer_progress progress{};
    if (const int code = writer->append(writer.get(), bytes.data(), bytes.size(), &progress); code < 0)
        return git_failure(code, what);
    if (const int code = writer->commit(writer.get(), &progress); code < 0) return git_failure(code, what);
    return {};
}

result<bool> has_all(git_repository& repo, const std::vector<object_id>& ids) {
    const auto odb = acquire<odb_handle>("Cannot open the objects", git_repository_odb, &repo);
    if (!odb) return odb.error();
    for (const auto& each : ids) {
        const auto id = detail::to_oid(each);
        if (!id) return id.error();
        if (git_odb_exists(odb->get(), &*id) == 0) return false;
    }
    return true;
}

template <class Answer, class Work>
task<result<Answer>> in_repository(asio::thread_pool& pool, std::string directory, Work work) {
    auto job = [directory = std::move(directory), work = std::move(work)]() -> result<Answer> {
        const auto repo = detail::open(directory);
        if (!repo) return repo.error();
        return work(**repo);
    };
    return offload(pool, std::move(job));
}

}  // namespace

task<result<parcel>> pack_unpublished(asio::thread_pool& pool, std::string directory, object_id id) {
    return in_repository<parcel>(pool, std::move(directory),
                                 [id = std::move(id)](git_repository& repo) { return pack_one(repo, id); });
}

task<result<>> unpack(asio::thread_pool& pool, std::string directory, std::string pack) {
    return in_repository<void>(pool, std::move(directory),
                               [pack = std::move(pack)](git_repository& repo) { return unpack_into(repo, pack); });
}

task<result<bool>> has_objects(asio::thread_pool& pool, std::string directory, std::vector<object_id> ids) {
    return in_repository<bool>(pool, std::move(directory),
                               [ids = std::move(ids)](git_repository& repo) { return has_all(repo, ids); });
}

}  // namespace slipway::git

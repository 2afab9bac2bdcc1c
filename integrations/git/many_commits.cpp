// Thousands of commits at a time: straight from the object database, without libgit2's own commit objects, which cost
// as much again as reading.
#include <charconv>

#include "integrations/git/jobs.hpp"

namespace slipway::git::detail {
namespace {

using odb_handle = std::unique_ptr<git_odb, freed_by<&git_odb_free>>;
using odb_object_handle = std::unique_ptr<git_odb_object, freed_by<&git_odb_object_free>>;

template <class Number>
Number number_in(std::string_view text) {
    Number made = 0;
    std::from_chars(text.data(), text.data() + text.size(), made);  // a damaged header: 0, the commit stays readable
    return made;
}

/// "Ada Lovelace <ada@example.org> 1700000000 +0100"
signature signature_in(std::string_view text) {
    signature who;
    const auto open = text.find('<');
    const auto close = text.rfind('>');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return who;
    auto name = text.substr(0, open);
    while (name.ends_with(' ')) name.remove_suffix(1);
    who.name = name;
    who.email = text.substr(open + 1, close - open - 1);
    text.remove_prefix(std::min(close + 2, text.size()));
    const auto blank = std::min(text.find(' '), text.size());
    who.time = number_in<std::int64_t>(text.substr(0, blank));
    auto zone = text.substr(std::min(blank + 1, text.size()));
    if (zone.size() == 5) {
        const int east = number_in<int>(zone.substr(1, 2)) * 60 + number_in<int>(zone.substr(3, 2));
        who.offset_minutes = zone.front() == '-' ? -east : east;
    }
    return who;
}

commit commit_in(const git_oid& id, std::string_view raw) {
    commit made;
    made.id = to_text(id);
    while (!raw.empty() && raw.front() != '\n') {
        const auto end = std::min(raw.find('\n'), raw.size());
        const auto line = raw.substr(0, end);
        raw.remove_prefix(std::min(end + 1, raw.size()));
        if (line.starts_with("parent "))
            made.parents.emplace_back(line.substr(7));
        else if (line.starts_with("tree "))
            made.tree = line.substr(5);
        else if (line.starts_with("author "))
            made.author = signature_in(line.substr(7));
        else if (line.starts_with("committer "))
            made.committer = signature_in(line.substr(10));
    }
    if (!raw.empty()) raw.remove_prefix(1);
    made.message = untrusted{std::string{raw}};
    return made;
}

result<revwalk_handle> walker_over(git_repository& repo, const std::vector<object_id>& heads,
                                   const std::vector<object_id>& hidden) {
    const std::string what = "Cannot walk the history";
    auto walker = acquire<revwalk_handle>(what, git_revwalk_new, &repo);
    if (!walker) return walker.error();
    git_revwalk_sorting(walker->get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME);
    for (const auto& each : heads) {
        const auto id = to_oid(each);
        if (!id) return id.error();
        if (const int code = git_revwalk_push(walker->get(), &*id); code < 0) return git_failure(code, what);
    }
    for (const auto& each : hidden) {
        const auto id = to_oid(each);
        if (!id) return id.error();
        if (const int code = git_revwalk_hide(walker->get(), &*id); code < 0) return git_failure(code, what);
    }
    return walker;
}

}  // namespace

result<std::vector<commit>> read_many(git_repository& repo, const std::vector<object_id>& heads,
                                      const std::vector<object_id>& hidden, std::size_t most) {
    const auto walker = walker_over(repo, heads, hidden);
    if (!walker) return walker.error();
    const auto objects = acquire<odb_handle>("Cannot read the objects", git_repository_odb, &repo);
    if (!objects) return objects.error();
    std::vector<commit> found;
    git_oid id;
    int code = 0;
    while ((most == 0 || found.size() < most) && (code = git_revwalk_next(&id, walker->get())) == 0) {
        const auto raw =
            acquire<odb_object_handle>("Cannot read commit " + to_text(id), git_odb_read, objects->get(), &id);
        if (!raw) return raw.error();
        found.push_back(commit_in(
            id, {static_cast<const char*>(git_odb_object_data(raw->get())), git_odb_object_size(raw->get())}));
    }
    if (code < 0 && code != GIT_ITEROVER) return git_failure(code, "Cannot walk the history");
    return found;
}

result<std::vector<object_id>> ids_between(git_repository& repo, const object_id& base, const object_id& head) {
    const auto walker = walker_over(repo, {head}, base.empty() ? std::vector<object_id>{} : std::vector{base});
    if (!walker) return walker.error();
    std::vector<object_id> found;
    git_oid id;
    int code = 0;
    while ((code = git_revwalk_next(&id, walker->get())) == 0) found.push_back(to_text(id));
    if (code != GIT_ITEROVER) return git_failure(code, "Cannot walk the history");
    return found;
}

}  // namespace slipway::git::detail

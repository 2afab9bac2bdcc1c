#include "deploy/sandbox/gitlab/repository.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "deploy/sandbox/gitlab/git_handles.hpp"

namespace slipway::sandbox {

namespace {

void start_library() {
    static const int started = git_libgit2_init();
    (void)started;
}

signature to_ours(const git_signature& from) {
    return {from.name, from.email, from_unix_ms(static_cast<std::int64_t>(from.when.time) * 1000)};
}

commit_info to_ours(const git_commit* from) {
    commit_info read;
    read.id = to_text(*git_commit_id(from));
    for (unsigned each = 0; each < git_commit_parentcount(from); ++each) {
        read.parents.push_back(to_text(*git_commit_parent_id(from, each)));
    }
    read.author = to_ours(*git_commit_author(from));
    read.committer = to_ours(*git_commit_committer(from));
    read.message = git_commit_message(from);
    return read;
}

}  // namespace

failure git_failure(const std::string& tried) {
    const auto* said = git_error_last();
    return {errc::unavailable, tried + " failed: " + (said && said->message ? said->message : "git gave no reason")};
}

std::string to_text(const git_oid& id) {
    char hex[GIT_OID_HEXSZ + 1] = {};
    git_oid_tostr(hex, sizeof hex, &id);
    return hex;
}

result<git_oid> to_oid(const std::string& id) {
    git_oid read;
    if (id.size() != GIT_OID_HEXSZ || git_oid_fromstr(&read, id.c_str()) != 0) {
        return failure{errc::not_found, "'" + id + "' is not a commit id"};
    }
    return read;
}

result<commit_handle> find_commit(git_repository* in, const std::string& id) {
    const auto oid = to_oid(id);
    if (!oid) return oid.error();
    git_commit* raw = nullptr;
    if (git_commit_lookup(&raw, in, &*oid) != 0) return failure{errc::not_found, "there is no commit " + id};
    return commit_handle{raw};
}

result<tree_handle> find_tree(git_repository* in, const std::string& commit) {
    if (commit.empty()) return tree_handle{};
    const auto found = find_commit(in, commit);
    if (!found) return found.error();
    git_tree* raw = nullptr;
    if (git_commit_tree(&raw, found->get()) != 0) return git_failure("reading the tree of " + commit);
    return tree_handle{raw};
}

result<signature_handle> to_git(const signature& who) {
    git_signature* raw = nullptr;
    if (git_signature_new(&raw, who.name.c_str(), who.email.c_str(), to_unix(who.at), 0) != 0) {
        return git_failure("naming " + who.name + " as an author");
    }
    return signature_handle{raw};
}

void repository::closer::operator()(git_repository* raw) const noexcept {
    git_repository_free(raw);
}

result<repository> repository::create(const std::string& folder) {
    start_library();
    git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
    options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_NO_REINIT;
    options.initial_head = "master";
    git_repository* raw = nullptr;
    if (git_repository_init_ext(&raw, folder.c_str(), &options) != 0) return git_failure("creating " + folder);
    repository made{raw, folder};
    // No housekeeping in the background while somebody reads or removes the folder.
    git_config* settings = nullptr;
    if (git_repository_config(&settings, raw) != 0) return git_failure("configuring " + folder);
    const config_handle owner{settings};
    if (git_config_set_bool(settings, "receive.autogc", 0) != 0) return git_failure("configuring " + folder);
    return made;
}

result<repository> repository::open(const std::string& folder) {
    start_library();
    git_repository* raw = nullptr;
    if (git_repository_open_bare(&raw, folder.c_str()) != 0) return git_failure("opening " + folder);
    return repository{raw, folder};
}

std::optional<std::string> repository::commit_of(const std::string& ref) const {
    git_reference* raw = nullptr;
    if (git_reference_lookup(&raw, raw_.get(), ref.c_str()) != 0) return std::nullopt;
    const reference_handle found{raw};
    git_object* peeled = nullptr;
    if (git_reference_peel(&peeled, found.get(), GIT_OBJECT_COMMIT) != 0) return std::nullopt;
    const object_handle commit{peeled};
    return to_text(*git_object_id(commit.get()));
}

std::optional<std::string> repository::resolve(const std::string& revision) const {
    for (const std::string_view prefix : {"refs/heads/", "refs/tags/"}) {
        if (auto found = commit_of(std::string{prefix} + revision)) return found;
    }
    const bool is_hex = revision.size() >= 7 && revision.size() <= GIT_OID_HEXSZ &&
                        revision.find_first_not_of("0123456789abcdef") == std::string::npos;
    git_oid id;
    if (!is_hex || git_oid_fromstrn(&id, revision.data(), revision.size()) != 0) return std::nullopt;
    git_commit* raw = nullptr;
    if (git_commit_lookup_prefix(&raw, raw_.get(), &id, revision.size()) != 0) return std::nullopt;
    const commit_handle found{raw};
    return to_text(*git_commit_id(found.get()));
}

std::vector<std::string> repository::branches() const {
    git_strarray names{};
    std::vector<std::string> found;
    if (git_reference_list(&names, raw_.get()) != 0) return found;
    const std::string prefix = "refs/heads/";
    for (std::size_t each = 0; each < names.count; ++each) {
        const std::string name = names.strings[each];
        if (name.starts_with(prefix)) found.push_back(name.substr(prefix.size()));
    }
    git_strarray_dispose(&names);
    std::ranges::sort(found);
    return found;
}

std::vector<tag_info> repository::tags() const {
    git_strarray names{};
    std::vector<tag_info> found;
    if (git_tag_list(&names, raw_.get()) != 0) return found;
    for (std::size_t each = 0; each < names.count; ++each) {
        const std::string ref = std::string{"refs/tags/"} + names.strings[each];
        git_reference* raw = nullptr;
        if (git_reference_lookup(&raw, raw_.get(), ref.c_str()) != 0) continue;
        const reference_handle reference{raw};
        tag_info read{names.strings[each], to_text(*git_reference_target(reference.get())), "", ""};
        git_tag* tag = nullptr;
        if (git_tag_lookup(&tag, raw_.get(), git_reference_target(reference.get())) == 0) {
            read.message = git_tag_message(tag) ? git_tag_message(tag) : "";
            git_tag_free(tag);
        }
        read.commit = commit_of(ref).value_or("");
        if (!read.commit.empty()) found.push_back(std::move(read));
    }
    git_strarray_dispose(&names);
    return found;
}

result<> repository::set_ref(const std::string& ref, const std::string& commit) {
    const auto oid = to_oid(commit);
    if (!oid) return oid.error();
    git_reference* raw = nullptr;
    if (git_reference_create(&raw, raw_.get(), ref.c_str(), &*oid, 1, nullptr) != 0) {
        return git_failure("pointing " + ref + " at " + commit);
    }
    git_reference_free(raw);
    return {};
}

result<> repository::remove_ref(const std::string& ref) {
    if (git_reference_remove(raw_.get(), ref.c_str()) != 0) return git_failure("removing " + ref);
    return {};
}

result<std::string> repository::create_tag(const std::string& name, const std::string& commit, const signature& by,
                                           const std::string& message) {
    if (commit_of("refs/tags/" + name)) return failure{errc::exists, "Tag " + name + " already exists"};
    const auto target = find_commit(raw_.get(), commit);
    if (!target) return target.error();
    const auto tagger = to_git(by);
    if (!tagger) return tagger.error();
    git_oid made;
    const auto* object = reinterpret_cast<const git_object*>(target->get());
    if (git_tag_create(&made, raw_.get(), name.c_str(), object, tagger->get(), message.c_str(), 0) != 0) {
        return git_failure("tagging " + commit + " as " + name);
    }
    return to_text(made);
}

result<commit_info> repository::commit(const std::string& id) const {
    const auto found = find_commit(raw_.get(), id);
    if (!found) return found.error();
    return to_ours(found->get());
}

result<std::vector<commit_info>> repository::log(const std::string& base, const std::string& head,
                                                 std::size_t most) const {
    const auto tip = to_oid(head);
    if (!tip) return tip.error();
    git_revwalk* raw = nullptr;
    if (git_revwalk_new(&raw, raw_.get()) != 0) return git_failure("walking from " + head);
    const walk_handle walk{raw};
    git_revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME);
    git_revwalk_push(walk.get(), &*tip);
    if (const auto bottom = to_oid(base)) git_revwalk_hide(walk.get(), &*bottom);
    std::vector<commit_info> found;
    git_oid id;
    while (found.size() < most && git_revwalk_next(&id, walk.get()) == 0) {
        auto read = commit(to_text(id));
        if (!read) return read.error();
        found.push_back(std::move(*read));
    }
    return found;
}

bool repository::contains(const std::string& head, const std::string& commit) const {
    if (head == commit) return true;
    const auto top = to_oid(head);
    const auto other = to_oid(commit);
    return top && other && git_graph_descendant_of(raw_.get(), &*top, &*other) == 1;
}

std::optional<std::string> repository::merge_base(const std::string& one, const std::string& two) const {
    const auto first = to_oid(one);
    const auto second = to_oid(two);
    git_oid base;
    if (!first || !second || git_merge_base(&base, raw_.get(), &*first, &*second) != 0) return std::nullopt;
    return to_text(base);
}

}  // namespace slipway::sandbox

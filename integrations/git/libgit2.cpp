#include "integrations/git/libgit2.hpp"

#include "integrations/git/names.hpp"

namespace slipway::git::detail {
namespace {

/// libgit2 is started once a process and configured before any thread uses it.
struct library {
    library() {
        git_libgit2_init();
        // The same answers on every machine: no system, global or XDG configuration is read.
        for (const int level :
             {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL}) {
            git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
        }
        // Clones are made by us; in containers the mounted folder often belongs to another uid.
        git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
        // git itself does not re-hash what it reads; doing so costs up to 70 % of a walk.
        git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
        // An object or reference that an event tells about must be there after a power cut.
        git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
    }
    library(const library&) = delete;
    library& operator=(const library&) = delete;
    ~library() { git_libgit2_shutdown(); }
};

void start_library() {
    static const library started;
}

errc kind_of(int code) noexcept {
    switch (code) {
        case GIT_ENOTFOUND:
        case GIT_EUNBORNBRANCH:
            return errc::not_found;
        case GIT_EEXISTS:
            return errc::exists;
        case GIT_EAMBIGUOUS:
        case GIT_EINVALIDSPEC:
        case GIT_EINVALID:
            return errc::invalid;
        case GIT_EMODIFIED:
        case GIT_ENONFASTFORWARD:
            return errc::moved;
        default:
            return errc::refused;
    }
}

}  // namespace

failure git_failure(int code, std::string_view what) {
    const git_error* last = git_error_last();
    std::string sentence{what};
    if (last != nullptr && last->message != nullptr) sentence.append(": ").append(last->message);
    if (code == GIT_ELOCKED) {
        sentence += "; another program holds the lock. Wait for it, or remove the .lock file when none is running";
    }
    git_error_clear();
    failure made{kind_of(code), std::move(sentence)};
    made.code = std::to_string(code);
    return made;
}

result<std::string> discover(const std::string& directory) {
    start_library();
    buffer found;
    const int code = git_repository_discover(&found.raw, directory.c_str(), /*across_fs=*/1, nullptr);
    if (code < 0) {
        git_error_clear();
        return failure{errc::not_found, directory + " is not a git repository, nor a folder inside one"};
    }
    return found.text();
}

result<repository_handle> open(const std::string& directory) {
    start_library();
    auto repo = acquire<repository_handle>("Cannot open the git repository " + directory, git_repository_open,
                                           directory.c_str());
    if (!repo) return repo;
    if (git_repository_is_shallow(repo->get()) == 1) {
        return failure{errc::refused, "The git repository " + directory +
                                          " is a shallow clone: its history ends early, so answers about ranges would "
                                          "be wrong. Run `git fetch --unshallow` in it or clone it again"};
    }
    return repo;
}

std::string to_text(const git_oid& id) {
    std::string text(GIT_OID_HEXSZ, '0');
    git_oid_fmt(text.data(), &id);
    return text;
}

result<git_oid> to_oid(std::string_view id) {
    git_oid parsed;
    if (!is_object_id(id) || git_oid_fromstrn(&parsed, id.data(), id.size()) != 0) {
        return failure{errc::invalid, "\"" + std::string{id.substr(0, 60)} + "\" is not an object id (40 hex digits)"};
    }
    return parsed;
}

result<commit_handle> find_commit(git_repository& repo, const object_id& id) {
    const auto oid = to_oid(id);
    if (!oid) return oid.error();
    const std::string what = "Cannot read commit " + id;
    const auto object = acquire<object_handle>(what, git_object_lookup, &repo, &*oid, GIT_OBJECT_ANY);
    if (!object) return object.error();
    git_object* peeled = nullptr;
    const int code = git_object_peel(&peeled, object->get(), GIT_OBJECT_COMMIT);
    if (code < 0) return git_failure(code, what);
    return commit_handle{reinterpret_cast<git_commit*>(peeled)};  // a peeled commit is one, by libgit2's contract
}

result<tree_handle> find_tree(git_repository& repo, const object_id& commit_or_tree) {
    const auto oid = to_oid(commit_or_tree);
    if (!oid) return oid.error();
    const std::string what = "Cannot read the tree of " + commit_or_tree;
    const auto object = acquire<object_handle>(what, git_object_lookup, &repo, &*oid, GIT_OBJECT_ANY);
    if (!object) return object.error();
    git_object* peeled = nullptr;
    const int code = git_object_peel(&peeled, object->get(), GIT_OBJECT_TREE);
    if (code < 0) return git_failure(code, what);
    return tree_handle{reinterpret_cast<git_tree*>(peeled)};
}

namespace {

signature from_raw(const git_signature* raw) {
    signature who;
    if (raw == nullptr) return who;  // a damaged header: the commit is still readable
    who.name = raw->name;
    who.email = raw->email;
    who.time = raw->when.time;
    who.offset_minutes = raw->when.offset;
    return who;
}

}  // namespace

commit to_commit(const git_commit& raw) {
    commit made;
    made.id = to_text(*git_commit_id(&raw));
    made.tree = to_text(*git_commit_tree_id(&raw));
    const unsigned int count = git_commit_parentcount(&raw);
    for (unsigned int each = 0; each < count; ++each)
        made.parents.push_back(to_text(*git_commit_parent_id(&raw, each)));
    made.author = from_raw(git_commit_author(&raw));
    made.committer = from_raw(git_commit_committer(&raw));
    const char* message = git_commit_message_raw(&raw);
    if (message != nullptr) made.message = untrusted{message};
    return made;
}

file_mode to_mode(std::uint32_t raw) noexcept {
    switch (raw) {
        case GIT_FILEMODE_BLOB_EXECUTABLE:
            return file_mode::executable;
        case GIT_FILEMODE_LINK:
            return file_mode::symlink;
        case GIT_FILEMODE_COMMIT:
            return file_mode::submodule;
        case GIT_FILEMODE_UNREADABLE:
            return file_mode::absent;
        default:
            return file_mode::regular;
    }
}

result<signature_handle> to_signature(const signature& who) {
    return acquire<signature_handle>("Cannot sign as \"" + who.name + " <" + who.email + ">\"", git_signature_new,
                                     who.name.c_str(), who.email.c_str(), static_cast<git_time_t>(who.time),
                                     who.offset_minutes);
}

bool reaches(git_repository& repo, const git_oid& descendant, const git_oid& ancestor) {
    // git_graph_descendant_of(x, x) is 0 in libgit2.
    return git_oid_equal(&descendant, &ancestor) == 1 || git_graph_descendant_of(&repo, &descendant, &ancestor) == 1;
}

}  // namespace slipway::git::detail

// Moving objects between repositories: the git program, through the process runner. Never a shell, never a secret in
// argv.
#pragma once

#include <map>
#include <memory>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/git/objects.hpp"

namespace slipway::process {
class runner;
}

namespace slipway::git {

struct transport_settings {
    std::string program = "git";
    /// For https remotes, sent as an Authorization header to the remote's own host only. "" = none.
    std::string user = "oauth2";
    std::string secret;
    std::string ca_file;  ///< PEM roots for https; "" = the system's
    /// Environment the git program gets beside its own settings (SSH_AUTH_SOCK, HTTPS_PROXY …).
    std::map<std::string, std::string> environment;
    milliseconds limit{600'000};       ///< for a clone, fetch or push
    milliseconds quick_limit{60'000};  ///< for ls-remote and local commands
};

/// A reference as the remote shows it.
struct remote_ref {
    std::string name;  ///< "refs/tags/1.4.0"
    object_id target;  ///< tag object with annotated tags
    object_id commit;  ///< peeled, as far as the remote says
};

struct moved_tag {
    std::string name;  ///< "refs/tags/1.3.0"
    object_id here;
    object_id there;
};

struct fetched {
    std::vector<remote_ref> remote;     ///< what the remote showed just before
    std::vector<moved_tag> moved_tags;  ///< same name, other object: kept as they are here, a person must look
};

/// One reference of an atomic push.
struct push_ref {
    std::string name;    ///< full name on the remote
    object_id id;        ///< what it shall point at; must exist locally
    object_id expected;  ///< what it points at now; "" = must not exist. Anything else there: errc::moved
};

struct push_report {
    enum class state { updated, created, up_to_date };
    std::map<std::string, state> refs;
    std::string remote_text;  ///< what the remote's hooks said, without "remote: "
};

/// Failures: unauthorised (stop: servers ban repeated attempts), unavailable (not reached), not_found, moved (a lease
/// did not hold, somebody pushed), exists (a tag is there already), refused (a hook or rule; the remote's own words are
/// in the sentence), invalid (name grammar), timed_out/lost (the push may have happened: ask `list_remote`).
class transport {
public:
    virtual ~transport() = default;

    /// Bare clone: made under a temporary name, then renamed, so `directory` is whole or absent. errc::exists when it
    /// is there.
    virtual task<result<>> clone_bare(std::string url, std::string directory) = 0;
    /// Branches to refs/remotes/origin/*, pruned; new tags to refs/tags/*. Tags that moved on the remote are
    /// reported and never overwritten. Local branches stay (repository::move_ref fast-forwards them).
    virtual task<result<fetched>> fetch(std::string directory, std::string url) = 0;
    virtual task<result<std::vector<remote_ref>>> list_remote(std::string url) = 0;
    /// All or nothing, each reference under its lease. A branch is only ever moved forward: `expected` must be an
    /// ancestor of `id`. Repeating a push that already happened succeeds (up_to_date).
    virtual task<result<push_report>> push(std::string directory, std::string url, std::vector<push_ref> refs) = 0;

    /// A private work tree of `commit` in `work_tree` (created; must not exist), borrowing the objects of `directory`.
    /// It is there whole or not at all. No hooks run. The caller removes the folder.
    virtual task<result<>> checkout(std::string directory, object_id commit, std::string work_tree) = 0;
};

/// `runner` outlives the transport.
std::unique_ptr<transport> create_transport(process::runner& runner, transport_settings settings);

}  // namespace slipway::git

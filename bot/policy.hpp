// Project files and checklists from the protected branch of a repository instead of the file system: who may decide and
// what a release consists of change by a commit that others have seen, and in no other way (R8.11).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "bot/settings.hpp"
#include "integrations/async/task.hpp"
#include "integrations/git/transport.hpp"

namespace boost::asio {
class thread_pool;
}
namespace slipway::gitlab {
class api;
}

namespace slipway::bot {

/// What the branch holds at one commit. The text comes from the objects of the bot's own bare copy, never from files of
/// a work tree.
struct policy_tree {
    std::string commit;                        ///< 40 hex digits
    std::map<std::string, std::string> files;  ///< every *.yaml of the repository, by its path there
    std::string folder;  ///< what stands before those paths in names of files; nothing is read from there
    std::string stale;   ///< why this is only the commit that was read last; "" = it is the tip of the branch
};

/// Folder that stands in the names of files from the branch, in place of one of this machine. Nothing is read from it.
std::string policy_folder(const settings& from);
/// Text of a project file or checklist: of the branch and from nowhere else, or, without one, of a file of this
/// machine. nullopt: it is not there.
std::optional<std::string> read_plan_text(const policy_tree* branch, const std::string& file);

/// Asks GitLab whether the branch is protected (when `policy.project` names it there), fetches, and reads the tip. When
/// that could not be found out (nobody answered), the commit that was read last, with `stale`. errc::refused: the
/// branch is not protected. Another failure: nothing was ever read. `gitlab` may be null.
task<result<policy_tree>> read_policy(settings from, git::transport& transport, asio::thread_pool& pool,
                                      gitlab::api* gitlab);
/// The same before there is an event loop: for the start of a command.
result<policy_tree> read_policy_now(const settings& from);

/// "commit 1a2b3c4d of the branch main of https://…"
std::string policy_words(const settings& from);

}  // namespace slipway::bot

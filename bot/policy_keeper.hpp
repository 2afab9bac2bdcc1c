// Which commit of the protected branch counts right now, and the way to a newer one (R8.11).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "bot/policy.hpp"
#include "bot/settings.hpp"
#include "commands/slash/desk.hpp"
#include "integrations/async/one_shot.hpp"
#include "integrations/async/task.hpp"

namespace slipway::bot {

/// Loop thread only; outlives whoever waits in follow().
class policy_keeper {
public:
    using branch_pointer = std::shared_ptr<const policy_tree>;
    /// What the branch holds now, as read_policy says it.
    using look = std::function<task<result<policy_tree>>(policy_settings where)>;
    /// Makes the projects those of that commit, and says so with counts(). When they have a fault it leaves everything
    /// as it was.
    using take = std::function<void(branch_pointer branch)>;

    /// `read`: what was read when the bot started; null = projects are files of this machine, and nothing is looked at.
    policy_keeper(executor loop, policy_settings where, branch_pointer read, look at_branch, take newer);

    /// These settings are in use from now on.
    void counts(policy_settings where, branch_pointer branch);
    const branch_pointer& files() const noexcept { return files_; }

    /// Looks at the branch and takes what is newer. What cannot be found out leaves what was read last; a branch that
    /// is not protected (any more) does so too, and is told as the refusal. One look at a time: whoever asks meanwhile
    /// waits for one that began after the question, and all who wait share it. A look that throws or is cancelled ends
    /// its asker alone.
    task<slash::policy_state> follow();

private:
    task<> look_once();
    slash::policy_state taken_from(result<policy_tree> read);

    policy_settings where_;
    branch_pointer files_;
    look at_branch_;
    take newer_;
    one_shot free_;
    bool looks_ = false;         ///< right now
    std::uint64_t begun_ = 0;    ///< number of the newest look
    std::uint64_t ended_ = 0;    ///< of the newest that came to an answer
    slash::policy_state found_;  ///< by that one
};

}  // namespace slipway::bot

#include "bot/policy_keeper.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "integrations/base/at_exit.hpp"

namespace slipway::bot {

policy_keeper::policy_keeper(executor loop, policy_settings where, branch_pointer read, look at_branch, take newer)
    : where_{std::move(where)},
      files_{std::move(read)},
      at_branch_{std::move(at_branch)},
      newer_{std::move(newer)},
      free_{loop} {}

void policy_keeper::counts(policy_settings where, branch_pointer branch) {
    where_ = std::move(where);
    files_ = std::move(branch);
}

task<slash::policy_state> policy_keeper::follow() {
    if (!files_) co_return slash::policy_state{};
    // A look that runs already may have passed by a commit that whoever asks now has seen on the branch.
    const auto wanted = begun_ + 1;
    while (ended_ < wanted) {
        if (looks_)
            co_await free_.wait();
        else
            co_await look_once();
    }
    co_return found_;
}

task<> policy_keeper::look_once() {
    looks_ = true;
    free_.rearm();
    const auto mine = ++begun_;
    const at_exit free_the_way{[this] {
        looks_ = false;
        free_.fire();
    }};
    auto read = co_await at_branch_(where_);
    found_ = taken_from(std::move(read));
    ended_ = mine;
}

slash::policy_state policy_keeper::taken_from(result<policy_tree> read) {
    slash::policy_state told;
    if (!read) {
        spdlog::error("policy stays at commit={}: {}", files_->commit, read.error().sentence());
        if (read.error() == errc::refused) told.refusal = read.error().sentence();
    } else if (read->commit != files_->commit) {
        newer_(std::make_shared<const policy_tree>(std::move(*read)));
    }
    told.commit = files_->commit;
    return told;
}

}  // namespace slipway::bot

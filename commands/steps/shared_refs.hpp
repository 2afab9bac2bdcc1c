// What several bots agree on about their clones of one repository: where the references that steps move point, and the
// objects behind them that no remote has yet. Each bot has a clone of its own; the store has the truth. A journal of
// the moves decides who was first, a document a reference carries its objects. Steps know nothing of it: a move is
// agreed before it is made, and a clone catches up before it is handed out.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "integrations/async/one_shot.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/git/carrying.hpp"
#include "integrations/git/transport.hpp"
#include "integrations/store/store.hpp"

namespace slipway::steps {

/// Where a clone's references are agreed upon; what it points to outlives the clone.
struct ref_agreement {
    store::store* memory = nullptr;
    timers* time = nullptr;
    std::string name;  ///< of the repository among the bots: "shop", "shop/group/library"
};

/// Of one clone. Loop thread only.
class shared_refs {
public:
    shared_refs(asio::thread_pool& pool, git::transport& transport, ref_agreement with, std::string url,
                std::string directory);

    /// Moves the clone's references to where the bots are, with the objects they need; those of the remote are fetched
    /// when they are missing. `clone` is one without a gate.
    task<result<>> catch_up(git::repository* clone);
    /// Tells the others that `name` goes from `expected` to `to` ("" = it is removed); errc::moved when one of them was
    /// quicker. Nothing is told when the clone has it elsewhere than `expected`: the move itself says so then.
    task<result<>> agree(git::repository* clone, std::string name, git::object_id to, git::object_id expected);
    /// Tells the others what this clone has fetched: a step may speak of any of it, wherever the next one runs.
    task<result<>> fetched(git::repository* clone, std::vector<git::remote_ref> remote);

private:
    struct turn;
    task<std::unique_ptr<turn>> my_turn();
    task<result<>> read_news(git::repository* clone);
    task<result<>> follow(git::repository* clone, std::string name, git::object_id to);
    task<result<bool>> bring(std::string name, git::object_id to);
    task<result<>> fetch_missing(std::vector<git::object_id> needs);

    asio::thread_pool& pool_;
    git::transport& transport_;
    ref_agreement with_;
    std::string url_;
    std::string directory_;
    std::int64_t seen_ = 0;  ///< news that the clone has followed
    std::string remote_;     ///< digest of the remote's references as somebody last fetched them
    bool busy_ = false;
    std::optional<one_shot> free_;
};

}  // namespace slipway::steps

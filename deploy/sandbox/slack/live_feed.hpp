// What changes in the workspace, told to every open page at once: by websocket, or by asking what came after a number.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <string>

#include "deploy/sandbox/slack/world.hpp"
#include "integrations/async/task_group.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/net/server.hpp"

namespace slipway::sandbox::slack {

class live_feed {
public:
    live_feed(world& all, task_group& tasks, slipway::timers& timers) : all_{all}, tasks_{tasks}, timers_{timers} {}

    void publish(const change& what);
    /// One page: /control/live?as=U…, until it goes away.
    task<> serve(std::unique_ptr<net::websocket> socket, std::string user);
    /// {"events":[…],"next":n}: what `user` saw since number `after`; waits for at most `wait` when there is nothing.
    task<json::object> since(std::string user, std::int64_t after, milliseconds wait);
    std::int64_t newest() const noexcept { return newest_; }

    /// Unread and calling counts of each conversation for `user`, and how much waits for every person.
    json::object counts(const std::string& user) const;

private:
    struct page {
        std::string user;
        std::unique_ptr<net::websocket> socket;
    };
    struct remembered {
        std::int64_t number = 0;
        change what;
    };
    bool concerns(const change& what, const std::string& user) const;
    json::object told_to(const remembered& what, const std::string& user) const;
    void send(const std::shared_ptr<page>& to, json::object what);

    world& all_;
    task_group& tasks_;
    slipway::timers& timers_;
    std::list<std::shared_ptr<page>> pages_;
    std::deque<remembered> log_;  ///< the last 2 000 changes
    std::int64_t newest_ = 0;
};

}  // namespace slipway::sandbox::slack

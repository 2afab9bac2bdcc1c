// The whole core of the bot as one process that can be killed: inbox, slash handling, rules, conductor, outbox.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "bot/gateway/dispatcher.hpp"
#include "bot/gateway/inbox.hpp"
#include "bot/outbox/sender.hpp"
#include "commands/conductor/conductor.hpp"
#include "commands/slash/slash.hpp"
#include "tests/simulation/outside.hpp"
#include "tests/simulation/unreliable_slack.hpp"
#include "tests/simulation/unreliable_store.hpp"

namespace slipway::simulation {

/// What all processes of a run share.
struct company {
    asio::io_context& loop;
    virtual_clock& clock;
    dice& chance;
    trouble& luck;
    outside_world& outside;
    fakes::memory_books& books;
    fakes::fake_slack& slack;
    guard without = guard::none;
    std::set<std::string> acknowledged;  ///< envelopes that Slack believes to be ours
};

class sim_bot {
public:
    sim_bot(company& all, std::string owner);
    sim_bot(const sim_bot&) = delete;
    sim_bot& operator=(const sim_bot&) = delete;

    void start();
    /// An envelope from Slack. `again` is called when it was not acknowledged.
    void deliver(slack::envelope arrived, std::function<void()> again);
    bool is_dead() const noexcept { return mine_.is_dead; }
    /// Drops everything that is under way, where it stands.
    void bury();

private:
    task<> serve();
    task<> take(slack::envelope arrived, std::function<void()> again);
    slash::desk desk_over();

    company& all_;
    life mine_;
    unreliable_store memory_;
    unreliable_slack slack_;
    release::kinds table_;
    conductor::kind_map kinds_;
    steps::services services_;
    slash::project_pointer project_;
    conductor::journal releases_;
    conductor::conductor conductor_;
    slash::desk desk_;
    gateway::inbox inbox_;
    outbox::sender sender_;
    task_group tasks_;
};

/// The project of all runs: Ana manages, Dee and Eve develop, Quinn tests.
release::project_settings simulated_project();

}  // namespace slipway::simulation

// The whole core of the bot as one process that can be killed: inbox, slash handling, rules, conductor, outbox.
#pragma once

#include <functional>
#include <map>
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

/// What a run is about; without words: one bot, one release.
struct scene {
    int bots = 1;          ///< processes on one database, each with its own link to Slack
    int releases = 1;      ///< at the same time, each of a project of its own
    bool struck = false;   ///< every few seconds one bot is killed, and comes back a while later
    bool updated = false;  ///< the bots begin as an older version and are replaced one after the other
    guard without = guard::none;
};

/// What all processes of a run share.
struct company {
    asio::io_context& loop;
    virtual_clock& clock;
    dice& chance;
    trouble& luck;
    worlds& outside;
    fakes::memory_books& books;
    fakes::fake_slack& slack;
    const scene& how;
    std::vector<std::string> projects;   ///< names
    std::set<std::string> acknowledged;  ///< envelopes that Slack believes to be ours
};

class sim_bot {
public:
    sim_bot(company& all, std::string owner, version known);
    sim_bot(const sim_bot&) = delete;
    sim_bot& operator=(const sim_bot&) = delete;

    void start();
    /// An envelope from Slack. `again` is called when it was not acknowledged.
    void deliver(slack::envelope arrived, std::function<void()> again);
    bool is_dead() const noexcept { return mine_.is_dead; }
    /// Drops everything that is under way, where it stands.
    void bury();
    version known() const noexcept { return known_; }

private:
    task<> serve();
    task<result<>> join();
    task<> stay();
    task<> take(slack::envelope arrived, std::function<void()> again);
    slash::desk desk_over();

    company& all_;
    std::string name_;
    version known_;
    life mine_;
    unreliable_store memory_;
    unreliable_slack slack_;
    release::kinds table_;
    conductor::kind_map kinds_;
    steps::services services_;
    std::map<std::string, slash::project_pointer> projects_;
    conductor::journal releases_;
    conductor::conductor conductor_;
    slash::desk desk_;
    gateway::inbox inbox_;
    outbox::sender sender_;
    task_group tasks_;
};

/// "shop", "shop-2" …
std::string project_name(int number);
/// Ana manages, Dee and Eve develop, Quinn tests; each project has its channel.
release::project_settings simulated_project(int number);

}  // namespace slipway::simulation

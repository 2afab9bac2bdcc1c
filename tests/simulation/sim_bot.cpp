#include "tests/simulation/sim_bot.hpp"

#include <boost/asio/co_spawn.hpp>

#include "integrations/slack/payload.hpp"

namespace slipway::simulation {
namespace {

/// Timings of a bot among several are those of bot/app.cpp.
constexpr milliseconds membership_lease{6'000}, announce_every{2'000};

conductor::conductor_settings driving(const company& all, const std::string& owner) {
    conductor::conductor_settings made;
    made.owner = owner;
    made.shares_work = all.how.bots > 1;
    made.log_directory = "/tmp";
    return made;
}

outbox::sender_settings sending(const company& all, const std::string& owner) {
    outbox::sender_settings made;
    made.owner = owner;
    return all.how.bots > 1 ? outbox::among_others(owner) : made;
}

gateway::inbox_settings receiving(const company& all, const std::string& owner) {
    gateway::inbox_settings made;
    if (all.how.bots > 1) made.owner = owner;
    return made;
}

}  // namespace

std::string project_name(int number) {
    return number == 1 ? "shop" : "shop-" + std::to_string(number);
}

release::project_settings simulated_project(int number) {
    release::project_settings made;
    made.name = project_name(number);
    made.title = number == 1 ? "Shop" : "Shop " + std::to_string(number);
    made.channel = "C" + std::to_string(number);
    made.roles = {{"release-manager", {"UANA"}}, {"developer", {"UDEE", "UEVE"}}, {"qa", {"UQUINN"}}};
    made.people = {{"UANA", "ana", "Ana", {}}, {"UDEE", "dee", "Dee", {}}, {"UEVE", "eve", "Eve", {}}};
    made.drift_poll = milliseconds{300'000};
    return made;
}

sim_bot::sim_bot(company& all, std::string owner, version known)
    : all_{all},
      name_{std::move(owner)},
      known_{known},
      mine_{all.clock, all.luck},
      memory_{all.loop.get_executor(), all.books, mine_},
      slack_{all.slack, mine_, all.how.without != guard::outbox_lookup},
      table_{facts_of_kinds(known)},
      kinds_{kinds_over(all.outside, all.chance, mine_, known)},
      releases_{memory_, all.clock, [this](const std::string& name) { return projects_.at(name); },
                conductor::render_release, table_},
      conductor_{all.loop.get_executor(),
                 releases_,
                 memory_,
                 all.clock,
                 [&all] { return all.chance.unit(); },
                 kinds_,
                 [this](const std::string& name) { return projects_.at(name); },
                 [this](const std::string&) { return &services_; },
                 {},
                 driving(all, name_)},
      desk_{desk_over()},
      inbox_{all.loop.get_executor(), memory_, all.clock,
             gateway::dispatch_to([this](slack::payload what, std::string id) {
                 return slash::handle(desk_, std::move(what), std::move(id));
             }),
             receiving(all, name_)},
      sender_{all.loop.get_executor(), memory_, slack_, all.clock, [&all] { return all.chance.unit(); },
              sending(all, name_)},
      tasks_{all.loop.get_executor()} {
    for (int i = 1; i <= all.how.releases; ++i)
        projects_[project_name(i)] = std::make_shared<release::project_settings>(simulated_project(i));
    services_.time = &all.clock;
    services_.store = &memory_;
}

slash::desk sim_bot::desk_over() {
    return {releases_,
            memory_,
            all_.clock,
            slack_,
            kinds_,
            table_,
            [this](const std::string& name) {
                const auto found = projects_.find(name);
                return found == projects_.end() ? nullptr : found->second;
            },
            [this](const std::string&) { return &services_; },
            [this] { return all_.projects; },
            [](const std::string&) { return std::string{}; },
            [known = known_](const release::project_settings&) -> result<release::checklist> { return plan(known); }};
}

void sim_bot::start() {
    tasks_.spawn("serve", serve());
}

/// Alone it knows that whoever held something is dead; among others it takes only what is free.
task<result<>> sim_bot::join() {
    if (all_.how.bots > 1) co_return co_await memory_.announce(name_, {}, membership_lease);
    co_return co_await memory_.forget_leases();
}

task<> sim_bot::stay() {
    for (;;) {
        co_await all_.clock.sleep(announce_every);
        static_cast<void>(co_await memory_.announce(name_, {}, membership_lease));
    }
}

task<> sim_bot::serve() {
    const auto joined = co_await join();
    if (!joined) {
        mine_.die();  // the process ends, and is started again
        co_return;
    }
    const auto left = co_await inbox_.recover();
    if (!left) {
        mine_.die();
        co_return;
    }
    if (all_.how.bots > 1) {
        const auto born = all_.clock.now();
        tasks_.spawn("membership", stay());
        tasks_.spawn("adoption", inbox_.adopt([this, born] { return all_.clock.now() - born > membership_lease; }));
    }
    sender_.start();
    co_await conductor_.run();
}

void sim_bot::deliver(slack::envelope arrived, std::function<void()> again) {
    tasks_.spawn("take", take(std::move(arrived), std::move(again)));
}

task<> sim_bot::take(slack::envelope arrived, std::function<void()> again) {
    const auto id = slack::repeat_key(arrived);
    auto what = slack::payload_of(arrived, all_.clock.now());
    if (all_.how.without == guard::inbox_before_ack) {
        all_.acknowledged.insert(id);
        inbox_.handle(id, std::move(what));
        co_return;
    }
    const auto received = co_await inbox_.receive(std::move(arrived));
    if (!received) {
        again();
        co_return;
    }
    all_.acknowledged.insert(id);
    if (received->to_handle) inbox_.handle(received->id, std::move(what));
}

void sim_bot::bury() {
    mine_.die();
    bool over = false;
    const auto end = [](sim_bot& bot) -> task<> {
        bot.tasks_.cancel();
        co_await bot.tasks_.join();
        co_await bot.conductor_.stop();
        co_await bot.sender_.stop(milliseconds{0});
        co_await bot.inbox_.stop(milliseconds{0});
    };
    asio::co_spawn(all_.loop, end(*this), [&over](const std::exception_ptr&) { over = true; });
    all_.loop.restart();
    while (!over) {
        all_.loop.run_one();
        if (all_.loop.stopped()) all_.loop.restart();
    }
}

}  // namespace slipway::simulation

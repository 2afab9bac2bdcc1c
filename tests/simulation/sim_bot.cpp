#include "tests/simulation/sim_bot.hpp"

#include <boost/asio/co_spawn.hpp>

#include "integrations/slack/payload.hpp"

namespace slipway::simulation {
namespace {

conductor::conductor_settings driving(const std::string& owner) {
    conductor::conductor_settings made;
    made.owner = owner;
    made.log_directory = "/tmp";
    return made;
}

outbox::sender_settings sending(const std::string& owner) {
    outbox::sender_settings made;
    made.owner = owner;
    return made;
}

}  // namespace

release::project_settings simulated_project() {
    release::project_settings made;
    made.name = "shop";
    made.title = "Shop";
    made.channel = "C1";
    made.roles = {{"release-manager", {"UANA"}}, {"developer", {"UDEE", "UEVE"}}, {"qa", {"UQUINN"}}};
    made.people = {{"UANA", "ana", "Ana", {}}, {"UDEE", "dee", "Dee", {}}, {"UEVE", "eve", "Eve", {}}};
    made.drift_poll = milliseconds{300'000};
    return made;
}

sim_bot::sim_bot(company& all, std::string owner)
    : all_{all},
      mine_{all.clock, all.luck},
      memory_{all.loop.get_executor(), all.books, mine_},
      slack_{all.slack, mine_, all.without != guard::outbox_lookup},
      table_{facts_of_kinds()},
      kinds_{kinds_over(all.outside, all.chance, mine_)},
      project_{std::make_shared<release::project_settings>(simulated_project())},
      releases_{memory_, all.clock, [this](const std::string&) { return project_; }, conductor::render_release, table_},
      conductor_{all.loop.get_executor(),
                 releases_,
                 memory_,
                 all.clock,
                 [&all] { return all.chance.unit(); },
                 kinds_,
                 [this](const std::string&) { return project_; },
                 [this](const std::string&) { return &services_; },
                 {},
                 driving(owner)},
      desk_{desk_over()},
      inbox_{all.loop.get_executor(), memory_, all.clock,
             gateway::dispatch_to([this](slack::payload what, std::string id) {
                 return slash::handle(desk_, std::move(what), std::move(id));
             })},
      sender_{all.loop.get_executor(), memory_, slack_, all.clock, [&all] { return all.chance.unit(); },
              sending(owner)},
      tasks_{all.loop.get_executor()} {
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
            [this](const std::string& name) { return name == "shop" ? project_ : nullptr; },
            [this](const std::string&) { return &services_; },
            [] { return std::vector<std::string>{"shop"}; },
            [](const std::string&) { return std::string{}; },
            [](const release::project_settings&) -> result<release::checklist> { return plan(); }};
}

void sim_bot::start() {
    tasks_.spawn("serve", serve());
}

task<> sim_bot::serve() {
    const auto forgotten = co_await memory_.forget_leases();
    if (!forgotten) {
        mine_.die();  // the process ends, and is started again
        co_return;
    }
    const auto left = co_await inbox_.recover();
    if (!left) {
        mine_.die();
        co_return;
    }
    sender_.start();
    co_await conductor_.run();
}

void sim_bot::deliver(slack::envelope arrived, std::function<void()> again) {
    tasks_.spawn("take", take(std::move(arrived), std::move(again)));
}

task<> sim_bot::take(slack::envelope arrived, std::function<void()> again) {
    const auto id = slack::repeat_key(arrived);
    if (all_.without == guard::inbox_before_ack) {
        all_.acknowledged.insert(id);
        inbox_.handle({id, gateway::inbox_source, slack::to_json(arrived), all_.clock.now()});
        co_return;
    }
    auto received = co_await inbox_.receive(std::move(arrived));
    if (!received) {
        again();
        co_return;
    }
    all_.acknowledged.insert(id);
    if (received->to_handle) inbox_.handle(std::move(received->stored));
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

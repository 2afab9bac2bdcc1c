// Three bots on one PostgreSQL server and two hundred live releases that people press buttons of: how soon a click is
// acknowledged, how soon its board shows it, and what the server does for it. A bot is a loop on a thread of its own,
// with its own connections; Slack answers each call after 80 ms. Prints one JSON line.
//   bench_several_bots [RUNS] [RELEASES] [CLICKS_A_SECOND] [SECONDS]
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <thread>

#include "bot/gateway/dispatcher.hpp"
#include "bot/gateway/inbox.hpp"
#include "bot/outbox/sender.hpp"
#include "commands/slash/slash.hpp"
#include "integrations/base/json.hpp"
#include "tests/bench/bot_parts.hpp"
#include "tests/fakes/postgres_cluster.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace {

using namespace slipway;
using namespace slipway::bench;
using clock_type = std::chrono::steady_clock;
using moment = clock_type::time_point;
namespace json = boost::json;

constexpr milliseconds slack_latency{80};
constexpr int bots = 3;

/// What all bots see of Slack: it keeps which message is whose board, and when each was shown anew.
class workspace {
public:
    struct showing {
        std::string release;
        moment begun, ended;
    };
    json::object answer(const std::string& method, const json::object& asked, moment begun) {
        const std::lock_guard held{mutex_};
        json::object said{{"ok", true}};
        if (method == "chat.postMessage") {
            const auto ts = std::to_string(1'800'000'000 + ++serial_) + ".000100";
            const auto key = text_at(asked, "metadata.event_payload.id");
            if (key.ends_with("/board")) boards_[ts] = key.substr(0, key.size() - 6);
            said["ts"] = ts;
            said["channel"] = text_at(asked, "channel");
        } else if (method == "chat.update") {
            const auto board = boards_.find(text_at(asked, "ts"));
            if (board != boards_.end()) shown_.push_back({board->second, begun, clock_type::now()});
            said["ts"] = text_at(asked, "ts");
            said["channel"] = text_at(asked, "channel");
        } else if (method == "conversations.open") {
            said["channel"] = json::object{{"id", "D" + text_at(asked, "users")}};
        } else if (method.starts_with("conversations.")) {
            said["messages"] = json::array{};
        }
        return said;
    }
    std::size_t boards() {
        const std::lock_guard held{mutex_};
        return boards_.size();
    }
    std::vector<showing> take_shown() {
        const std::lock_guard held{mutex_};
        return std::exchange(shown_, {});
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::string> boards_;  // ts → release
    std::vector<showing> shown_;
    std::int64_t serial_ = 0;
};

class slack_client final : public slack::web_api {
public:
    slack_client(workspace& all, timers& time) : all_{all}, time_{time} {}
    task<result<json::object>> call(std::string method, json::object arguments) override {
        const auto begun = clock_type::now();
        co_await time_.sleep(slack_latency);
        co_return all_.answer(method, arguments, begun);
    }
    task<result<>> upload(std::string, std::string) override { co_return result<>{}; }
    task<result<>> respond(std::string, json::object) override { co_return result<>{}; }

private:
    workspace& all_;
    timers& time_;
};

struct click {
    std::string release;
    moment sent;
    std::atomic<std::int64_t> acknowledged_us = -1;
};

/// The core of a bot with its own way to the database, timed as bot/app.cpp does it.
class bot {
public:
    bot(const std::string& address, const std::string& name, const project_map& projects, workspace& slack,
        const std::string& logs)
        : projects_{projects}, slack_{slack, *time_} {
        for (const auto& [kind, facts] : steps::kind_table()) kinds_[kind] = std::make_unique<quiet_kind>(facts);
        store::postgres_settings connecting;
        connecting.address = address;
        auto opened = store::open_postgres(loop_.get_executor(), connecting);
        if (!opened) throw std::runtime_error{opened.error().sentence()};
        memory_ = std::move(*opened);
        services_.time = time_.get();
        services_.store = memory_.get();
        const auto project = [this](const std::string& of) {
            const auto found = projects_.find(of);
            return found == projects_.end() ? nullptr : found->second;
        };
        const auto services = [this](const std::string&) { return &services_; };
        releases = std::make_unique<conductor::journal>(*memory_, *time_, project, conductor::render_release,
                                                        steps::kind_table());
        conductor::conductor_settings driving;
        driving.owner = name;
        driving.shares_work = true;
        driving.log_directory = logs;
        conductor_ =
            std::make_unique<conductor::conductor>(loop_.get_executor(), *releases, *memory_, *time_, create_chance(),
                                                   kinds_, project, services, conductor::drift_check{}, driving);
        desk_ = std::make_unique<slash::desk>(slash::desk{
            *releases, *memory_, *time_, slack_, kinds_, steps::kind_table(), project, services,
            [] { return std::vector<std::string>{}; }, [](const std::string&) { return std::string{}; },
            [](const release::project_settings&) -> result<release::checklist> { return release::checklist{}; }});
        gateway::inbox_settings receiving;
        receiving.owner = name;
        inbox_ = std::make_unique<gateway::inbox>(loop_.get_executor(), *memory_, *time_,
                                                  gateway::dispatch_to([this](slack::payload what, std::string id) {
                                                      return slash::handle(*desk_, std::move(what), std::move(id));
                                                  }),
                                                  receiving);
        sender_ = std::make_unique<outbox::sender>(loop_.get_executor(), *memory_, slack_, *time_, create_chance(),
                                                   outbox::among_others(name));
        asio::co_spawn(loop_, conductor_->run(), asio::detached);
        asio::post(loop_, [this] { sender_->start(); });
        thread_ = std::thread{[this] { loop_.run(); }};
    }
    bot(const bot&) = delete;
    bot& operator=(const bot&) = delete;
    ~bot() {
        spdlog::set_level(spdlog::level::off);  // that its database is closed is no news
        const auto end = [this]() -> task<> {
            co_await conductor_->stop();
            co_await sender_->stop(milliseconds{2'000});
            co_await inbox_->stop(milliseconds{2'000});
            co_await memory_->close();
        };
        run(end());
        work_.reset();
        loop_.stop();
        thread_.join();
    }

    /// From another thread: on this bot's loop, to its end.
    template <class T>
    T run(task<T> work) {
        return asio::co_spawn(loop_, std::move(work), asio::use_future).get();
    }
    void take(slack::envelope arrived, click& timed) {
        asio::co_spawn(loop_, handle(std::move(arrived), timed), asio::detached);
    }

    std::unique_ptr<conductor::journal> releases;

private:
    static std::int64_t since(moment began) {
        return std::chrono::duration_cast<std::chrono::microseconds>(clock_type::now() - began).count();
    }
    task<> handle(slack::envelope arrived, click& timed) {
        auto what = slack::payload_of(arrived, time_->now());
        const auto received = co_await inbox_->receive(std::move(arrived));
        if (!received) {
            std::cerr << "a click was not stored: " << received.error().sentence() << "\n";
            co_return;
        }
        timed.acknowledged_us = since(timed.sent);
        inbox_->handle(received->id, std::move(what));
    }

    const project_map& projects_;
    asio::io_context loop_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(loop_);
    std::unique_ptr<timers> time_ = create_system_timers();
    slack_client slack_;
    conductor::kind_map kinds_;
    steps::services services_;
    std::unique_ptr<store::store> memory_;
    std::unique_ptr<conductor::conductor> conductor_;
    std::unique_ptr<slash::desk> desk_;
    std::unique_ptr<gateway::inbox> inbox_;
    std::unique_ptr<outbox::sender> sender_;
    std::thread thread_;
};

/// The default checklist, with gates that one person alone never opens.
release::checklist patient_checklist() {
    auto plan = default_checklist();
    for (auto& step : plan.steps)
        for (auto& gate : step.gate) gate.seats = {{"developer", 2}, {"qa", 1}};
    return plan;
}

slack::envelope pressing(const std::string& user, const release::button& what, const std::string& channel, int number) {
    slack::envelope made;
    made.id = "envelope" + std::to_string(number) + "-" + std::to_string(::getpid());
    made.type = "interactive";
    json::object action{{"type", "button"},
                        {"action_id", "slipway." + what.kind},
                        {"value", release::id_of(what)},
                        {"block_id", "b"},
                        {"action_ts", "1"}};
    made.payload = {{"type", "block_actions"},
                    {"user", json::object{{"id", user}, {"team_id", "T1"}}},
                    {"team", json::object{{"id", "T1"}}},
                    {"trigger_id", "trigger" + std::to_string(number)},
                    {"channel", json::object{{"id", channel}}},
                    {"actions", json::array{std::move(action)}}};
    return made;
}

/// CPU seconds of the server, with those of the connections that ended.
double cpu_of_server(const std::string& address) {
    std::ifstream file{fakes::ask_postgres(address, "SHOW data_directory") + "/postmaster.pid"};
    std::string parent;
    std::getline(file, parent);
    double ticks = 0;
    for (const auto& each : std::filesystem::directory_iterator{"/proc"}) {
        std::ifstream stat{each.path() / "stat"};
        std::string text;
        if (!std::getline(stat, text)) continue;
        const auto pid = text.substr(0, text.find(' '));
        std::istringstream rest{text.substr(text.rfind(')') + 2)};
        std::vector<std::string> fields;
        for (std::string field; rest >> field;) fields.push_back(field);
        if (fields.size() < 15 || (pid != parent && fields[1] != parent)) continue;
        const int last = pid == parent ? 14 : 12;  // utime, stime, and of the postmaster those of its dead children
        for (int i = 11; i <= last; ++i) ticks += std::stod(fields[static_cast<std::size_t>(i)]);
    }
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double percentile(std::vector<double> values, double share) {
    if (values.empty()) return -1;
    std::ranges::sort(values);
    const auto at = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size()))) - 1;
    return values[std::min(at, values.size() - 1)];
}

struct wanted {
    int releases = 200, clicks_a_second = 50, seconds = 20;
};

void wait_until(const std::function<bool()>& is_true, std::chrono::seconds cap, const char* what) {
    const auto end = clock_type::now() + cap;
    while (!is_true()) {
        if (clock_type::now() > end) throw std::runtime_error{std::string{what} + " did not happen"};
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
}

/// The gate that each release waits at, as the button that approves it.
std::vector<release::button> gates_of(bot& reader, const project_map& projects, int releases) {
    std::vector<release::button> all;
    for (int i = 0; i < releases; ++i) {
        const auto& project = *projects.at(project_of(i));
        std::optional<release::button> found;
        wait_until(
            [&] {
                const auto state = reader.run(reader.releases->load(project.name + "-1.4.0-1"));
                if (!state) return false;
                for (const auto& each : conductor::render_release(**state, project).buttons)
                    if (each.kind == "approve") found = each;
                return found.has_value();
            },
            std::chrono::seconds{120}, "a gate");
        all.push_back(*found);
    }
    return all;
}

json::object run_once(const wanted& how) {
    spdlog::set_level(spdlog::level::warn);
    const fakes::postgres_database database;
    const fakes::temporary_folder logs;
    const auto projects = projects_for(how.releases, /*apart=*/true);
    workspace slack;
    std::vector<std::unique_ptr<bot>> all;
    for (int i = 0; i < bots; ++i)
        all.push_back(
            std::make_unique<bot>(database.address(), "bot-" + std::to_string(i), projects, slack, logs.file("logs")));
    const auto plan = patient_checklist();
    for (int i = 0; i < how.releases; ++i) {
        auto& one = *all[static_cast<std::size_t>(i % bots)];
        const auto begun =
            one.run(one.releases->begin(wish_for(i, *projects.at(project_of(i)), plan), ana(), "bench", {}));
        if (!begun) throw std::runtime_error{begun.error().sentence()};
    }
    const auto approvals = gates_of(*all.front(), projects, how.releases);
    const auto is_quiet = [&] {
        return slack.boards() == static_cast<std::size_t>(how.releases) &&
               database.ask("SELECT count(*) FROM outbox WHERE wanted > achieved AND NOT given_up") == "0";
    };
    wait_until(is_quiet, std::chrono::seconds{300}, "that everything is shown");
    static_cast<void>(slack.take_shown());

    const auto cpu_before = cpu_of_server(database.address());
    const auto count = how.clicks_a_second * how.seconds;
    std::vector<click> clicks(static_cast<std::size_t>(count));
    const auto began = clock_type::now();
    for (int i = 0; i < count; ++i) {
        std::this_thread::sleep_until(began + std::chrono::microseconds{1'000'000LL * i / how.clicks_a_second});
        auto pressed = approvals[static_cast<std::size_t>(i % how.releases)];
        if (i / how.releases % 2 == 1) pressed.kind = "withdraw";
        auto& timed = clicks[static_cast<std::size_t>(i)];
        timed.release = pressed.release;
        timed.sent = clock_type::now();
        const auto whose = std::to_string(i % how.releases);
        all[static_cast<std::size_t>(i * 7 % bots)]->take(pressing("UDEE" + whose, pressed, "C" + whose, i), timed);
    }
    wait_until(is_quiet, std::chrono::seconds{60}, "that every click is shown");
    const std::chrono::duration<double> took = clock_type::now() - began;
    const auto cpu = cpu_of_server(database.address()) - cpu_before;

    std::map<std::string, std::vector<workspace::showing>> shown;
    for (auto& each : slack.take_shown()) shown[each.release].push_back(each);
    std::vector<double> acks, lags;
    for (const auto& each : clicks) {
        if (each.acknowledged_us < 0) continue;
        acks.push_back(static_cast<double>(each.acknowledged_us) / 1e6);
        const auto stored = each.sent + std::chrono::microseconds{each.acknowledged_us.load()};
        for (const auto& board : shown[each.release]) {
            if (board.begun < stored) continue;  // began before the click was known: it cannot show it
            lags.push_back(std::chrono::duration<double>(board.ended - each.sent).count());
            break;
        }
    }
    return {{"ack_p50_s", percentile(acks, 0.5)},
            {"ack_p99_s", percentile(acks, 0.99)},
            {"board_lag_p50_s", percentile(lags, 0.5)},
            {"board_lag_max_s", percentile(lags, 1)},
            {"unanswered", count - static_cast<int>(acks.size())},
            {"unshown", count - static_cast<int>(lags.size())},
            {"server_cores", cpu / took.count()}};
}

}  // namespace

int main(int count, char** values) try {
    const std::vector<std::string> arguments(values + 1, values + count);
    const auto number = [&](std::size_t at, int otherwise) {
        return arguments.size() > at ? std::stoi(arguments[at]) : otherwise;
    };
    const auto runs = number(0, 5);
    wanted how;
    how.releases = number(1, how.releases);
    how.clicks_a_second = number(2, how.clicks_a_second);
    how.seconds = number(3, how.seconds);
    std::map<std::string, std::vector<double>> seen;
    for (int run = 0; run < runs; ++run)
        for (const auto& each : run_once(how))
            seen[std::string{each.key()}].push_back(each.value().to_number<double>());
    json::object line{{"bench", "several_bots"},  {"bots", bots},
                      {"releases", how.releases}, {"clicks_a_second", how.clicks_a_second},
                      {"seconds", how.seconds},   {"runs", runs}};
    for (const auto& [name, all] : seen) line[name] = std::round(percentile(all, 0.5) * 1000) / 1000;
    std::cout << json::serialize(line) << "\n";
} catch (const std::exception& problem) {
    std::cerr << "bench_several_bots: " << problem.what() << "\n";
    return 1;
}

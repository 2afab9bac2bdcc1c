// What releases cost that wait for people: the memory, workers, threads and descriptors of a bot's core over a SQLite
// file with a thousand of them, and how soon it has taken all of them up again. Prints one JSON line.
//   bench_waiting [RUNS] [RELEASES]
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <stdexcept>

#include "commands/conductor/conductor.hpp"
#include "integrations/base/json.hpp"
#include "integrations/process/process.hpp"
#include "tests/bench/bot_parts.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace {

using namespace slipway;
using namespace slipway::bench;
using clock_type = std::chrono::steady_clock;
namespace json = boost::json;

/// Counts the releases that a bot says it has taken up.
class resumed_counter final : public spdlog::sinks::base_sink<std::mutex> {
public:
    int count = 0;

private:
    void sink_it_(const spdlog::details::log_msg& said) override {
        const std::string_view text{said.payload.data(), said.payload.size()};
        if (text.find(" resumed status=") != std::string_view::npos) ++count;
    }
    void flush_() override {}
};

/// The core of a bot with a project for each release, as a real one would know them.
struct core {
    core(const std::string& folder, int releases, std::size_t at_once)
        : log_folder{folder + "/logs"}, projects{projects_for(releases, /*apart=*/false)} {
        for (const auto& [name, facts] : steps::kind_table()) kinds[name] = std::make_unique<quiet_kind>(facts);
        auto opened = store::open_sqlite(loop.get_executor(), folder + "/slipway.db", [this] { return time->now(); });
        if (!opened) throw std::runtime_error{opened.error().sentence()};
        memory = std::move(*opened);
        services.time = time.get();
        services.store = memory.get();
        const auto project = [this](const std::string& name) {
            const auto found = projects.find(name);
            return found == projects.end() ? nullptr : found->second;
        };
        releases_of = std::make_unique<conductor::journal>(*memory, *time, project, conductor::render_release,
                                                           steps::kind_table());
        conductor::conductor_settings how;
        how.owner = "bench";
        how.log_directory = log_folder;
        how.at_once = at_once;
        drives = std::make_unique<conductor::conductor>(
            loop.get_executor(), *releases_of, *memory, *time, [] { return 0.5; }, kinds, project,
            [this](const std::string&) { return &services; }, conductor::drift_check{}, how);
    }
    /// Runs the loop until `is_true`, asked each few milliseconds.
    template <class Claim>
    void until(Claim is_true) {
        while (!is_true()) {
            if (loop.stopped()) loop.restart();
            loop.run_one_for(std::chrono::milliseconds{2});
        }
    }
    template <class T>
    T run(task<T> work) {
        std::optional<T> ended;
        asio::co_spawn(loop, std::move(work), [&ended](const std::exception_ptr& thrown, T value) {
            if (thrown) std::rethrow_exception(thrown);
            ended = std::move(value);
        });
        until([&ended] { return ended.has_value(); });
        return std::move(*ended);
    }
    /// Nothing is done, and nothing is due.
    bool is_quiet() {
        if (drives->in_flight() > 0) return false;
        const auto rows = run(memory->all_work());
        const auto soon = time->now() + milliseconds{200};
        return rows && std::ranges::none_of(*rows, [soon](const auto& each) { return each.due <= soon; });
    }
    void until_quiet() {
        while (!is_quiet()) {
            const auto later = clock_type::now() + std::chrono::milliseconds{100};
            until([later] { return clock_type::now() >= later; });
        }
    }
    /// In place of Slack: everything is shown.
    void send_all() {
        for (;;) {
            const auto rows = run(memory->lease_outbox("bench", 500, milliseconds{60'000}, {}));
            if (!rows || rows->empty()) return;
            store::batch shown;
            for (const auto& each : *rows) {
                store::outbox_settle sent;
                sent.key = each.key;
                sent.fence = each.fence;
                sent.achieved = each.wanted;
                shown.settled.push_back(std::move(sent));
            }
            if (!run(memory->commit(std::move(shown)))) return;
        }
    }

    asio::io_context loop{1};
    std::string log_folder;
    std::unique_ptr<timers> time = create_system_timers();
    project_map projects;
    conductor::kind_map kinds;
    steps::services services;
    std::unique_ptr<store::store> memory;
    std::unique_ptr<conductor::journal> releases_of;
    std::unique_ptr<conductor::conductor> drives;
};

/// Begins them all and lets them go until each waits for the signature before its push.
int fill(const std::string& folder, int releases) {
    spdlog::set_level(spdlog::level::warn);
    core bot{folder, releases, /*at_once=*/64};
    const auto plan = default_checklist();
    asio::co_spawn(bot.loop, bot.drives->run(), asio::detached);
    for (int i = 0; i < releases; ++i) {
        auto wish = wish_for(i, *bot.projects.at(project_of(i)), plan);
        const auto begun = bot.run(bot.releases_of->begin(std::move(wish), ana(), "bench", {}));
        if (!begun) throw std::runtime_error{begun.error().sentence()};
    }
    const auto last = project_of(releases - 1) + "-1.4.0-1";
    bot.until_quiet();
    bot.send_all();
    const auto state = bot.run(bot.releases_of->load(last));
    if (!state) throw std::runtime_error{state.error().sentence()};
    std::string stand;
    for (const auto& each : (*state)->steps) stand += " " + each.id + "=" + release::to_words(each.status);
    if ((*state)->step("push")->status != release::step_status::asking)
        throw std::runtime_error{"the releases do not wait where they should:" + stand};
    std::_Exit(0);  // as a bot that is killed
}

std::size_t entries_of(const char* folder) {
    const std::filesystem::directory_iterator all{folder};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

double resident_mib() {
    std::ifstream file{"/proc/self/status"};
    for (std::string text; std::getline(file, text);)
        if (text.starts_with("VmRSS:")) return std::stod(text.substr(6)) / 1024;
    return 0;
}

/// One start over that file: how soon all are taken up, and what it holds once nothing is left to do.
int wait(const std::string& folder, int releases) {
    const auto counter = std::make_shared<resumed_counter>();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("bench", counter));
    spdlog::set_level(spdlog::level::info);
    const auto began = clock_type::now();
    core bot{folder, releases, conductor::conductor_settings{}.at_once};
    asio::co_spawn(bot.loop, bot.memory->forget_leases(), asio::detached);
    asio::co_spawn(bot.loop, bot.drives->run(), asio::detached);
    bot.until([&] { return counter->count >= releases; });
    const std::chrono::duration<double> resumed = clock_type::now() - began;
    bot.until_quiet();
    std::size_t busiest = 0;
    const auto end = clock_type::now() + std::chrono::seconds{3};
    while (clock_type::now() < end) {
        bot.loop.run_one_for(std::chrono::milliseconds{5});
        busiest = std::max(busiest, bot.drives->in_flight());
    }
    const json::object seen{{"resumed_s", resumed.count()},
                            {"resident_mib", resident_mib()},
                            {"busy_workers", busiest},
                            {"threads", entries_of("/proc/self/task")},
                            {"descriptors", entries_of("/proc/self/fd")}};
    std::cout << json::serialize(seen) << std::endl;
    std::_Exit(0);
}

json::object start_again(const std::vector<std::string>& words) {
    asio::io_context loop;
    const auto programs = process::create_runner(loop.get_executor());
    process::command what;
    what.argv = words;
    what.argv.insert(what.argv.begin(), std::filesystem::read_symlink("/proc/self/exe").string());
    what.environment = process::inherited();
    what.total_timeout = milliseconds{1'800'000};
    std::optional<result<process::outcome>> ended;
    asio::co_spawn(loop, programs->run(std::move(what)),
                   [&ended](const std::exception_ptr&, result<process::outcome> seen) { ended = std::move(seen); });
    loop.run();
    if (!ended || !*ended || (*ended)->code != 0)
        throw std::runtime_error{"a part of the bench failed" + (ended && *ended ? ": " + (*ended)->err : "")};
    return (*ended)->out.empty() ? json::object{} : json::parse((*ended)->out).as_object();
}

double median_of(const std::vector<json::object>& all, const char* name) {
    std::vector<double> values;
    for (const auto& each : all) values.push_back(each.at(name).to_number<double>());
    std::ranges::sort(values);
    return std::round(values[values.size() / 2] * 100) / 100;
}

}  // namespace

int main(int count, char** values) try {
    const std::vector<std::string> arguments(values + 1, values + count);
    if (arguments.size() == 3 && arguments[0] == "--fill") return fill(arguments[1], std::stoi(arguments[2]));
    if (arguments.size() == 3 && arguments[0] == "--wait") return wait(arguments[1], std::stoi(arguments[2]));
    const int runs = !arguments.empty() ? std::stoi(arguments[0]) : 5;
    const auto releases = arguments.size() > 1 ? arguments[1] : std::string{"1000"};
    const fakes::temporary_folder none, full;
    start_again({"--fill", full.file(""), releases});
    std::vector<json::object> without, with;
    for (int run = 0; run < runs; ++run) {
        without.push_back(start_again({"--wait", none.file(""), "0"}));
        with.push_back(start_again({"--wait", full.file(""), releases}));
    }
    const auto cost = median_of(with, "resident_mib") - median_of(without, "resident_mib");
    const json::object line{{"bench", "waiting"},
                            {"releases", std::stoi(releases)},
                            {"runs", runs},
                            {"cost_mib", std::round(cost * 100) / 100},
                            {"resident_mib", median_of(with, "resident_mib")},
                            {"resumed_s", median_of(with, "resumed_s")},
                            {"busy_workers", median_of(with, "busy_workers")},
                            {"threads", median_of(with, "threads")},
                            {"threads_without", median_of(without, "threads")},
                            {"descriptors", median_of(with, "descriptors")},
                            {"descriptors_without", median_of(without, "descriptors")}};
    std::cout << json::serialize(line) << "\n";
} catch (const std::exception& problem) {
    std::cerr << "bench_waiting: " << problem.what() << "\n";
    return 1;
}

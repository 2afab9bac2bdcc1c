// Whole releases under seeds: `simulate --seeds N [--first S] [--bots N] [--releases N] [--struck] [--updated]
// [--without GUARD] [--verbose]`. The last line is JSON.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <map>

#include "integrations/async/heap.hpp"
#include "tests/simulation/run.hpp"

using namespace slipway::simulation;

int main(int count, char** words) {
    std::uint64_t seeds = 1000, first = 1;
    bool verbose = false;
    scene how;
    const std::map<std::string, guard> guards{{"none", guard::none},
                                              {"atomic-push", guard::atomic_push},
                                              {"fencing", guard::fencing},
                                              {"inbox-before-ack", guard::inbox_before_ack},
                                              {"outbox-lookup", guard::outbox_lookup},
                                              {"hold-check", guard::hold_check}};
    CLI::App app{"Whole releases with every kind of trouble, one for each seed"};
    app.add_option("--seeds", seeds, "how many")->capture_default_str();
    app.add_option("--first", first, "the first seed")->capture_default_str();
    app.add_option("--bots", how.bots, "processes on one database")->check(CLI::Range(1, 20));
    app.add_option("--releases", how.releases, "at the same time, in each run")->check(CLI::Range(1, 1000));
    app.add_flag("--struck", how.struck, "every few seconds one bot is killed");
    app.add_flag("--updated", how.updated, "the bots begin as an older version and are replaced one after the other");
    app.add_option("--without", how.without, "switches a guard off, to see what it is for")
        ->transform(CLI::CheckedTransformer(guards));
    app.add_flag("--verbose", verbose, "the bot's own log, and a line for each seed");
    CLI11_PARSE(app, count, words);
    spdlog::set_level(verbose ? spdlog::level::debug : spdlog::level::off);
    slipway::keep_freed_memory();
    const auto began = std::chrono::steady_clock::now();
    std::uint64_t bad = 0, deaths = 0, clicks = 0;
    for (auto seed = first; seed < first + seeds; ++seed) {
        const auto seen = run(seed, how);
        deaths += seen.deaths;
        clicks += seen.clicks;
        if (verbose)
            std::cout << "seed " << seed << ": " << seen.events << " events, " << seen.clicks << " clicks, "
                      << seen.deaths << " deaths, " << slipway::to_words(seen.took) << "\n";
        if (seen.wrong.empty()) continue;
        ++bad;
        for (const auto& each : seen.wrong) std::cout << "seed " << seed << ": " << each << "\n";
        std::cout << "  replay with the same words and --seeds 1 --first " << seed << " --verbose\n";
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::cout << R"({"bench":"simulate","releases":)" << seeds * static_cast<std::uint64_t>(how.releases)
              << R"(,"failed":)" << bad << R"(,"kills":)" << deaths << R"(,"clicks":)" << clicks << R"(,"seconds":)"
              << took.count() << R"(,"releases_per_minute":)"
              << static_cast<double>(seeds) * how.releases / took.count() * 60.0 << "}" << std::endl;
    return bad == 0 ? 0 : 1;
}

// Whole releases under seeds: `simulate --seeds N [--first S] [--without GUARD] [--verbose]`. The last line is JSON.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <map>

#include "tests/simulation/run.hpp"

using namespace slipway::simulation;

int main(int count, char** words) {
    std::uint64_t seeds = 1000, first = 1;
    bool verbose = false;
    guard without = guard::none;
    const std::map<std::string, guard> guards{{"none", guard::none},
                                              {"atomic-push", guard::atomic_push},
                                              {"fencing", guard::fencing},
                                              {"inbox-before-ack", guard::inbox_before_ack},
                                              {"outbox-lookup", guard::outbox_lookup},
                                              {"hold-check", guard::hold_check}};
    CLI::App app{"Whole releases with every kind of trouble, one for each seed"};
    app.add_option("--seeds", seeds, "how many")->capture_default_str();
    app.add_option("--first", first, "the first seed")->capture_default_str();
    app.add_option("--without", without, "switches a guard off, to see what it is for")
        ->transform(CLI::CheckedTransformer(guards));
    app.add_flag("--verbose", verbose, "the bot's own log, and a line for each seed");
    CLI11_PARSE(app, count, words);
    spdlog::set_level(verbose ? spdlog::level::debug : spdlog::level::off);
    const auto began = std::chrono::steady_clock::now();
    std::uint64_t bad = 0, deaths = 0, clicks = 0;
    for (auto seed = first; seed < first + seeds; ++seed) {
        const auto seen = run(seed, without);
        deaths += seen.deaths;
        clicks += seen.clicks;
        if (verbose)
            std::cout << "seed " << seed << ": " << seen.events << " events, " << seen.clicks << " clicks, "
                      << seen.deaths << " deaths, " << slipway::to_words(seen.took) << "\n";
        if (seen.wrong.empty()) continue;
        ++bad;
        for (const auto& each : seen.wrong) std::cout << "seed " << seed << ": " << each << "\n";
        std::cout << "  replay: tests/simulate --seeds 1 --first " << seed << " --verbose\n";
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::cout << R"({"bench":"simulate","releases":)" << seeds << R"(,"failed":)" << bad << R"(,"kills":)" << deaths
              << R"(,"clicks":)" << clicks << R"(,"seconds":)" << took.count() << R"(,"releases_per_minute":)"
              << static_cast<double>(seeds) / took.count() * 60.0 << "}" << std::endl;
    return bad == 0 ? 0 : 1;
}

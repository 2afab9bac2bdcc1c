// R5.2: one whole release during which the real bot is killed at every moment around every change of the outside world:
// before the intent, after it, after the effect, after the outcome. SLIPWAY_KILL_ALL=1 takes all four; a test on every
// change takes the two between which an effect can get lost.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <sstream>

#include "tests/scenarios/outside.hpp"

using namespace slipway;
using namespace slipway::scenarios;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> all;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
}

}  // namespace

TEST_CASE("R5.2 killed at every moment around every step, the release ends like one that was left alone",
          "[scenario][killed]") {
    company_settings how;
    how.starts_bot = false;
    company all{how};
    const bool every = std::getenv("SLIPWAY_KILL_ALL") != nullptr;
    const auto points = all.file("kill-points");
    write_text(points, every ? "all\n" : "after intent, after effect\n");
    all.bot_variables["SLIPWAY_KILL_POINTS"] = points;
    all.start_bot();

    const auto revive = [&] {
        if (!all.bot_runs()) all.start_bot();
    };
    all.command(ana, "/release start 1.4.0");
    all.work_until(
        "the release is done",
        [&] {
            revive();
            return all.is_done();
        },
        std::chrono::seconds{every ? 900 : 300});
    revive();
    all.wait_for_message("1.4.0 · done");
    const auto died = lines_of(text_of(points));
    INFO(text_of(points));
    // An intent that is committed with the outcome of the step before shares its death with that outcome.
    const auto moments = every ? std::vector<std::string>{"before intent ", "after effect ", "after outcome "}
                               : std::vector<std::string>{"after intent ", "after effect "};
    for (const auto* step : {"merge-requests/!", "commit", "tag", "push", "build", "restart-workers"})
        for (const auto& moment : moments)
            CHECK(std::ranges::any_of(died, [&](const std::string& line) { return line.starts_with(moment + step); }));
    CHECK(died.size() > (every ? 80U : 40U));
    check_released(all);
    check_messages(all);
}

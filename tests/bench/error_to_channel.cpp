// How long after an error was sent the channel tells of it: the real bot and the whole sandbox, a release under watch,
// one new error after another at odd moments, from the request until Slack has the message. Prints one JSON line.
//   bench_error_to_channel            (a Catch program, because the company of the scenarios is)
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <iostream>
#include <thread>

#include "tests/scenarios/company.hpp"
#include "tests/scenarios/storm.hpp"

using namespace slipway;
using namespace slipway::scenarios;

namespace {

constexpr int errors_each_release = 8;  // more would wait for the next look, as a flood should

/// Milliseconds until a message holds the words; looks every few milliseconds, so that the bench adds little of its
/// own.
double until_told(company& all, const std::string& words) {
    using clock = std::chrono::steady_clock;
    const auto sent = clock::now();
    while (clock::now() - sent < std::chrono::seconds{60}) {
        if (!all.find_message(words).empty())
            return std::chrono::duration<double, std::milli>(clock::now() - sent).count();
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    FAIL("nobody was told of " << words);
    return 0;
}

std::vector<double> one_release() {
    std::vector<double> waits;
    company all{{.project = {{"looks: [2s, 6s]", "looks: [60s, 240s]"}}}};
    all.command(ana, "/release start 1.4.0");
    all.work_until(
        "the errors are watched", [&] { return !all.find_message("after the deploy of").empty(); },
        std::chrono::seconds{300});
    for (int number = 0; number < errors_each_release; ++number) {
        std::this_thread::sleep_for(std::chrono::milliseconds{700 + number * 173});
        storm one;
        one.port = all.ingest_port();
        one.title = "planted number";
        one.connections = 1;
        one.kind = "Planted" + std::string(1, static_cast<char>('A' + number));
        const auto answers = send(one);
        REQUIRE(answers == std::map<int, int>{{200, 1}});
        waits.push_back(until_told(all, one.kind));
    }
    return waits;
}

double at_share(std::vector<double> of, double share) {
    std::ranges::sort(of);
    return std::round(of[static_cast<std::size_t>(std::ceil(share * double(of.size()))) - 1]);
}

}  // namespace

TEST_CASE("an error reaches the channel") {
    std::vector<double> all;
    for (int release = 0; release < 3; ++release) {
        const auto waits = one_release();
        all.insert(all.end(), waits.begin(), waits.end());
    }
    std::cout << "{\"bench\":\"error_to_channel\",\"errors\":" << all.size() << ",\"p50_ms\":" << at_share(all, 0.5)
              << ",\"p95_ms\":" << at_share(all, 0.95) << ",\"most_ms\":" << at_share(all, 1) << "}\n";
}

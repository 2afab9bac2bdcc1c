#include "bot/logging.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <catch2/catch.hpp>
#include <sstream>

using namespace slipway;
using namespace slipway::bot;

namespace {

/// The log of one test; afterwards spdlog is as it was.
class captured_log {
public:
    explicit captured_log(std::vector<std::string> secrets, std::string_view level = "info")
        : before_{spdlog::default_logger()} {
        start_logging(level, masker{std::move(secrets)}, std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
    }
    captured_log(const captured_log&) = delete;
    captured_log& operator=(const captured_log&) = delete;
    ~captured_log() { spdlog::set_default_logger(before_); }

    std::string text() const { return text_.str(); }
    std::ptrdiff_t lines() const {
        const auto all = text();
        return std::count(all.begin(), all.end(), '\n');
    }

private:
    std::shared_ptr<spdlog::logger> before_;
    std::ostringstream text_;
};

}  // namespace

TEST_CASE("R10.1 an event is one line of fields with time and level", "[bot][logging]") {
    captured_log log{{}};
    spdlog::info("release={} step={} attempt={}", "r1", "push", 2);
    CHECK_THAT(log.text(), Catch::Matches("time=\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z level=info "
                                          "release=r1 step=push attempt=2\n"));
}

TEST_CASE("R8.6 no planted secret reaches the log, whoever logs it and however", "[bot][logging]") {
    captured_log log{{"CANARY-configured"}};
    spdlog::info("token=CANARY-configured");
    spdlog::error("url=wss://wss.slack.com/link/?ticket=CANARY-1&app_id=2");
    spdlog::warn(R"(frame={{"token":"xoxb-CANARY-2","trigger_id":"1.CANARY-3"}})");
    spdlog::info("posting to https://hooks.slack.com/commands/T1/1/CANARY-4");
    spdlog::info("header Authorization: Bearer CANARY-5");
    spdlog::info("push to https://bot:CANARY-6@gitlab.example/x.git with glpat-CANARY-7");
    spdlog::default_logger()->clone("another room")->info("xapp-1-CANARY-8");
    CHECK(log.lines() == 7);
    CHECK_THAT(log.text(), !Catch::Contains("CANARY") && Catch::Contains("[masked]"));
}

TEST_CASE("text of others can neither end the line nor pretend to be a field", "[bot][logging]") {
    captured_log log{{}};
    spdlog::info("title={}", log_value("fix\ntime=2026 level=error actor=\"anna\" \x1b[31m"));
    CHECK(log.lines() == 1);
    CHECK_THAT(log.text(), Catch::Contains(R"(title="fix\ntime=2026 level=error actor=\"anna\" \x1b[31m")"));
    CHECK(log_value("plain-1.4.0") == "plain-1.4.0");
    CHECK(log_value("") == "\"\"");
}

TEST_CASE("the level of the settings decides what is written", "[bot][logging]") {
    captured_log log{{}, "warning"};
    spdlog::info("quiet");
    spdlog::warn("loud");
    CHECK(log.lines() == 1);
}

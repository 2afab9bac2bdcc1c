#include "integrations/slack/blocks/desired_message.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::slack;

namespace {
template <class T>
T round_trip(const T& wish) {
    const auto back = desired_from_json(to_json(wish));
    REQUIRE(back.has_value());
    REQUIRE(std::holds_alternative<T>(*back));
    return std::get<T>(*back);
}
}  // namespace

TEST_CASE("a wish read back from its outbox body is the same wish", "[slack][desired]") {
    desired_message post;
    post.channel = "C1";
    post.thread_of = "release/7/board";
    post.broadcast = true;
    post.text = "hello";
    post.blocks = json::array{json::object{{"type", "divider"}}};
    post.pin = true;
    CHECK(to_json(round_trip(post)) == to_json(post));

    desired_message direct;
    direct.user = "U1";
    direct.text = "please confirm";
    CHECK(round_trip(direct).user == "U1");
    CHECK(lane_of(desired{direct}) == "U1");

    CHECK(to_json(round_trip(desired_ephemeral{"C1", "U1", "", "only you", {}})) ==
          to_json(desired_ephemeral{"C1", "U1", "", "only you", {}}));
    const desired_file log{"C1", "board", "tests.log", "Tests", "ok\n"};
    CHECK(to_json(round_trip(log)) == to_json(log));
    desired_file private_log{"", "ask", "a.sql", "SQL", "SELECT 1;\n"};
    private_log.user = "U1";
    CHECK(round_trip(private_log).user == "U1");
    CHECK(lane_of(desired{private_log}) == "U1");
    const desired_response answer{"https://hooks.slack.com/x", "moved", {}, true, false};
    CHECK(to_json(round_trip(answer)) == to_json(answer));
    CHECK(lane_of(desired{answer}) == "response");
}

TEST_CASE("members at their default are left out, so equal wishes are equal bytes", "[slack][desired]") {
    desired_message post;
    post.channel = "C1";
    post.text = "hello";
    CHECK(json::serialize(to_json(post)) == R"({"kind":"message","channel":"C1","text":"hello"})");
}

TEST_CASE("an outbox body that lacks something says what", "[slack][desired]") {
    const auto no_address = desired_from_json(json::object{{"kind", "message"}, {"text", "x"}});
    REQUIRE(no_address.has_error());
    CHECK(no_address.error().sentence().find("\"channel\" or \"user\"") != std::string::npos);
    const auto no_text = desired_from_json(json::object{{"kind", "message"}, {"channel", "C1"}});
    REQUIRE(no_text.has_error());
    CHECK(no_text.error() == errc::invalid);
    CHECK(desired_from_json(json::object{{"kind", "telegram"}}).has_error());
    desired_file nowhere{"", "", "a.sql", "SQL", "SELECT 1;\n"};
    CHECK(desired_from_json(to_json(nowhere)).has_error());
    CHECK(desired_from_json(json::object{{"kind", "message"}, {"channel", "C1"}, {"delete", true}}).has_value());
}

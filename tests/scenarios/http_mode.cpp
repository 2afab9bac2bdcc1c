// Slack's other way in, from end to end: signed requests to the real bot, and no link at all.
#include <catch2/catch.hpp>

#include "tests/scenarios/outside.hpp"

using namespace slipway;
using namespace slipway::scenarios;

TEST_CASE("R8.1 R8.4 in HTTP mode a release is started, steered and asked about by signed requests alone",
          "[scenario][http]") {
    company all{{.signed_requests = true}};
    REQUIRE(text_at(all.command(ana, "/release start 1.4.0"), "outcome") == "ok");
    std::optional<button> merge, hold;
    all.wait_until("somebody is asked to merge", [&] {
        merge = all.find_button("Merge the milestone", "Merge");
        hold = all.find_button("1.4.0", "Hold");
        return merge && hold;
    });
    // A click decides, and whoever may not is told why.
    CHECK_THAT(all.press_and_read(quinn, *merge), Catch::Contains("developer"));
    CHECK(all.succeeded("PUT", "/merge") == 0);
    REQUIRE(text_at(all.press(ben, *merge), "outcome") == "ok");
    all.wait_until("it is merged", [&] { return all.succeeded("PUT", "/merge") == 1; });
    // A request whose time is far from ours is nobody's (R8.1): nothing comes of it, and the person sees that.
    all.post("/faults", {{"clock_ahead_s", 400}});
    CHECK(text_at(all.command(ana, "/release abort 1.4.0 forged"), "problem") == "http_error");
    all.post("/faults", {{"clock_ahead_s", -400}});
    CHECK(text_at(all.command(ana, "/release abort 1.4.0 replayed"), "problem") == "http_error");
    all.post("/faults", {{"clock_ahead_s", 0}, {"null_team", true}});
    // A click of an app that a whole organisation installed names no team. It opens a window, the window's answer
    // decides.
    all.wait_until("hold is pressed", [&] {  // on the board as it is: a newer one has newer buttons
        hold = all.find_button("1.4.0", "Hold");
        return hold && text_at(all.press(ana, *hold), "outcome") == "ok";
    });
    all.wait_until("the window is there", [&] { return !array_at(all.get("/views?as=U0ANA"), "stack").empty(); });
    const auto sent = all.post("/act/submit", {{"as", ana}, {"values", {{"reason", "lunch"}}}});
    CHECK(text_at(sent, "outcome") == "ok");
    all.wait_until("the board is on hold", [&] { return all.board().find("On hold") != std::string::npos; });
    // An event, too.
    all.post("/act/message", {{"as", ben}, {"channel", releases}, {"text", "@slipway status"}});
    all.wait_until("the mention is answered", [&] { return !all.find_message("asked for by Ana Reyes", ben).empty(); });

    std::set<std::string> kinds;
    int refused = 0;
    const auto requests = all.get("/requests");
    for (const auto& each : array_at(requests, "sent")) {
        kinds.insert(text_at(each, "type"));
        refused += number_at(each, "status") == 401 ? 1 : 0;
        if (number_at(each, "status") != 401) CHECK(number_at(each, "status") == 200);
        CHECK(number_at(each, "attempt") == 0);
    }
    CHECK(refused == 2);
    CHECK(kinds == std::set<std::string>{"events_api", "interactive", "slash_commands"});
    CHECK(array_at(all.get("/links"), "envelopes").empty());
    CHECK(all.stop_bot() == 0);
}

// Which messages travel with a change: those that differ, those that are no longer shown, and a row behind each button.
#include "commands/conductor/rendering.hpp"

#include <catch2/catch.hpp>

#include "integrations/base/described.hpp"
#include "integrations/base/json.hpp"
#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::conductor;
using namespace slipway::fakes;

namespace {

store::outbox_put message(const std::string& key, const std::string& text) {
    return {key, "C1", 5, boost::json::object{{"kind", "message"}, {"text", text}}, std::nullopt};
}

/// The board shows the journal's number, the card of a gate is there while the gate is open.
rendering plain(const release::release_state& state, const release::project_settings&) {
    rendering made;
    made.messages = {message("board", std::to_string(state.journal)), message("announcement", "always the same")};
    if (state.held) {
        made.messages.push_back(message("card", "on hold"));
        made.retired.emplace("card", message("card", "was on hold"));
        made.buttons.push_back({state.id, "resume", "", "", "", ""});
    }
    made.buttons.push_back({state.id, "hold", "", "", "", ""});
    return made;
}

std::map<std::string, std::string> texts(const store::batch& changes) {
    std::map<std::string, std::string> all;
    for (const auto& each : changes.outbox) all[each.key] = text_at(each.body, "text");
    return all;
}

using shown = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("everything is put the first time, with a row behind every button", "[conductor]") {
    story told;
    store::batch changes;
    put_changed(changes, {}, plain(told.state, small_project()));
    CHECK(texts(changes) == shown{{"board", "2"}, {"announcement", "always the same"}});
    REQUIRE(changes.documents.size() == 1);
    const auto pressed = from_described<release::button>(boost::json::value(changes.documents.front().body));
    CHECK(changes.documents.front().collection == button_collection);
    CHECK(changes.documents.front().id == release::id_of(pressed));
    CHECK(pressed.kind == "hold");
}

TEST_CASE("afterwards only what differs is put, and a message that is no longer shown is retired", "[conductor]") {
    story told;
    const auto before = told.state;
    told.must(release::hold{"please wait"}, dee());
    store::batch held;
    put_changed(held, plain(before, small_project()), plain(told.state, small_project()));
    CHECK(texts(held) == shown{{"board", "3"}, {"card", "on hold"}});
    CHECK(held.documents.size() == 1);  // the new button alone

    const auto during = told.state;
    told.must(release::resume{}, dee());
    store::batch resumed;
    put_changed(resumed, plain(during, small_project()), plain(told.state, small_project()));
    CHECK(texts(resumed) == shown{{"board", "4"}, {"card", "was on hold"}});
    CHECK(resumed.documents.empty());
}

TEST_CASE("R7.1 equal states give equal bytes, and no news is no message", "[conductor]") {
    story told;
    told.go_to_push();
    story twin;
    twin.go_to_push();
    const auto bytes = [](const rendering& made) {
        std::string all;
        for (const auto& each : made.messages) all += each.key + json::serialize(each.body);
        for (const auto& each : made.buttons) all += release::id_of(each);
        return all;
    };
    CHECK(bytes(render_release(told.state, small_project())) == bytes(render_release(twin.state, small_project())));
    store::batch changes;
    put_changed(changes, render_release(told.state, small_project()), render_release(twin.state, small_project()));
    CHECK(changes.outbox.empty());
    CHECK(changes.documents.empty());
}

TEST_CASE("R7.4 after the decision the card of a gate has no buttons", "[conductor]") {
    story told;
    told.go_to_push();
    const auto buttons_of_gate = [&] {
        std::set<std::string> found;
        for (const auto& each : render_release(told.state, small_project()).buttons)
            if (each.step == "push" && each.kind == "approve") found.insert(release::id_of(each));
        return found.size();
    };
    CHECK(buttons_of_gate() == 1);
    told.approve_push();
    CHECK(buttons_of_gate() == 0);
}

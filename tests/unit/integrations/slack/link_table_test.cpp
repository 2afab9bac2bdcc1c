// Every state × event of a link, one by one.
#include "integrations/slack/link_table.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "integrations/slack/link_frame.hpp"

using namespace slipway;
using namespace slipway::slack;

namespace {

std::vector<link_state> every_state() {
    std::vector<link_state> all;
    for (int i = 0; i < link_states; ++i) all.push_back(static_cast<link_state>(i));
    return all;
}
std::vector<link_event> every_event() {
    std::vector<link_event> all;
    for (int i = 0; i < link_events; ++i) all.push_back(static_cast<link_event>(i));
    return all;
}

/// States in which a socket is there.
bool has_socket(link_state state) {
    return state == link_state::awaiting_hello || state == link_state::live || state == link_state::retiring ||
           state == link_state::draining;
}

bool lets_go_of_the_socket(link_effect effect) {
    switch (effect) {
        case link_effect::close:
        case link_effect::close_and_redial:
        case link_effect::abort_and_redial:
        case link_effect::wait_for_a_person:
        case link_effect::wait_for_room:
            return true;
        default:
            return false;
    }
}

}  // namespace

TEST_CASE("every state has a row for every event, and the rows lead forward only", "[slack][link][table]") {
    int rows = 0;
    std::set<link_effect> used;
    for (const auto state : every_state())
        for (const auto event : every_event()) {
            INFO(to_string(state) << " × " << to_string(event));
            const auto row = row_of(state, event);
            CHECK(row.next >= state);
            CHECK(row.next <= link_state::closed);
            used.insert(row.effect);
            ++rows;
        }
    CHECK(rows == 175);
    // Every effect is reached, so none is dead.
    CHECK(used.size() == static_cast<std::size_t>(link_effect::settle) + 1);
}

TEST_CASE("no row forgets an open socket, and none touches one that is not there", "[slack][link][table]") {
    for (const auto state : every_state())
        for (const auto event : every_event()) {
            INFO(to_string(state) << " × " << to_string(event));
            const auto row = row_of(state, event);
            if (has_socket(state) && row.next == link_state::closed && event != link_event::lost)
                CHECK(lets_go_of_the_socket(row.effect));
            if (state == link_state::fetching || state == link_state::closed)
                CHECK_FALSE(lets_go_of_the_socket(row.effect));
        }
    // A dial that ends after its link was given up brings a socket that nobody wants.
    CHECK(row_of(link_state::closed, link_event::dialled).effect == link_effect::give_back);
}

TEST_CASE("envelopes are taken in every state that has a socket, also while the link drains", "[slack][link][table]") {
    for (const auto state : every_state()) {
        INFO(to_string(state));
        const auto envelope = row_of(state, link_event::envelope);
        CHECK((envelope.effect == link_effect::deliver) == has_socket(state));
        CHECK(envelope.next == state);
        CHECK((row_of(state, link_event::unknown_envelope).effect == link_effect::acknowledge) == has_socket(state));
    }
}

TEST_CASE("a link ends in every state when the bot stops, and nothing wakes a closed one", "[slack][link][table]") {
    for (const auto state : every_state()) CHECK(row_of(state, link_event::stop).next == link_state::closed);
    for (const auto event : every_event()) {
        INFO(to_string(event));
        CHECK(row_of(link_state::closed, event).next == link_state::closed);
        if (event != link_event::dialled) CHECK(row_of(link_state::closed, event).effect == link_effect::nothing);
    }
}

TEST_CASE("a loss is made good in every state but the one that was replaced already", "[slack][link][table]") {
    for (const auto state : {link_state::awaiting_hello, link_state::live, link_state::retiring})
        CHECK(row_of(state, link_event::lost).effect == link_effect::redial);
    CHECK(row_of(link_state::draining, link_event::lost).effect == link_effect::forget);
}

TEST_CASE("frames are told apart by type and reason, whatever else they hold", "[slack][link][table]") {
    const std::vector<std::pair<std::string, link_event>> frames{
        {R"({"type":"hello","surprise":[1]})", link_event::hello},
        {R"({"type":"disconnect","reason":"warning"})", link_event::warning},
        {R"({"type":"disconnect","reason":"refresh_requested"})", link_event::refresh},
        {R"({"type":"disconnect","reason":"link_disabled"})", link_event::disabled},
        {R"({"type":"disconnect","reason":"too_many_websockets"})", link_event::crowded},
        {R"({"type":"disconnect","reason":"solar_flare"})", link_event::unknown_reason},
        {R"({"type":"disconnect"})", link_event::unknown_reason},
        {R"({"type":"interactive","envelope_id":"e"})", link_event::envelope},
        {R"({"type":"events_api","envelope_id":"e","payload":null})", link_event::envelope},
        {R"({"type":"slash_commands","envelope_id":"e","payload":"{}"})", link_event::envelope},
        {R"({"type":"novel","envelope_id":"e"})", link_event::unknown_envelope},
        {R"({"envelope_id":"e"})", link_event::unknown_envelope},
        {R"({"type":"interactive"})", link_event::unreadable_envelope},
        {R"({"type":"interactive","envelope_id":7})", link_event::unreadable_envelope},
        {R"({})", link_event::unreadable_envelope},
        {"[1]", link_event::unreadable_text},
        {"", link_event::unreadable_text},
        {"UNAUTHENTICATED: cache_error", link_event::unreadable_text},
        {R"({"type":"hello")", link_event::unreadable_text},
    };
    for (const auto& [text, event] : frames) {
        INFO(text);
        CHECK(to_string(read_frame(text).event) == to_string(event));
    }
    CHECK(read_frame(R"({"type":"interactive","envelope_id":"e","payload":{"a":1}})").envelope->payload.size() == 1);
}

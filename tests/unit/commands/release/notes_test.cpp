// Hand-written lines of the changelog: edited together, nobody's line lost.
#include "tests/fakes/small_release.hpp"

namespace slipway::release {
namespace {

using namespace slipway::fakes;

std::vector<std::string> texts(const std::vector<note>& notes) {
    std::vector<std::string> all;
    for (const auto& each : notes) all.push_back(each.text.raw());
    return all;
}

}  // namespace

TEST_CASE("an edit replaces the lines that were shown, and keeps who wrote the unchanged ones", "[release][notes]") {
    story told;
    told.must(add_note{"Fixed the cart"}, dee());
    told.must(add_note{"Clear teh cache"}, dee());
    const auto shown = notes_to_edit(told.state.notes);
    CHECK(shown.lines == "Fixed the cart\nClear teh cache");
    told.must(add_note{"Came while the form was open"}, eve());
    told.must(edit_notes{shown.fingerprint, "  Clear the cache \r\n\n Fixed the cart\n"}, ana());
    CHECK(texts(told.state.notes) ==
          std::vector<std::string>{"Clear the cache", "Fixed the cart", "Came while the form was open"});
    CHECK(told.state.notes[0].by == person("UANA"));
    CHECK(told.state.notes[1].by == person("UDEE"));
}

TEST_CASE("an edit of what somebody else edited meanwhile changes nothing and gives the words back",
          "[release][notes]") {
    story told;
    told.must(add_note{"One line"}, dee());
    const auto shown = notes_to_edit(told.state.notes);
    told.must(edit_notes{shown.fingerprint, "Another line"}, dee());
    const auto refused = told.refused(edit_notes{shown.fingerprint, "My own words"}, ana());
    CHECK(refused == errc::moved);
    CHECK(says(refused.sentence(), "My own words"));
    for (const char* forged : {"", "x", "1", "9:abc", "1:0000000000000000"})
        CHECK(told.refused(edit_notes{forged, "Words"}, ana()) == errc::moved);
}

TEST_CASE("all lines may be removed, and an edit that changes nothing is no event", "[release][notes]") {
    story told;
    told.must(add_note{"One line"}, dee());
    const auto before = told.journal.size();
    told.must(edit_notes{notes_to_edit(told.state.notes).fingerprint, "One line\n"}, ana());
    CHECK(told.journal.size() == before);
    told.must(edit_notes{notes_to_edit(told.state.notes).fingerprint, ""}, ana());
    CHECK(told.state.notes.empty());
}

TEST_CASE("more notes than a form can hold: the older ones stay as they are", "[release][notes]") {
    story told;
    for (int i = 0; i < 5; ++i) told.must(add_note{std::to_string(i) + std::string(900, 'x')}, dee());
    const auto shown = notes_to_edit(told.state.notes);
    CHECK(shown.first == 2);
    CHECK(shown.lines.size() < 3000);
    told.must(edit_notes{shown.fingerprint, "The rest"}, ana());
    REQUIRE(told.state.notes.size() == 3);
    CHECK(told.state.notes[2].text.raw() == "The rest");
}

TEST_CASE("after the release commit the notes can no longer be edited, and the way back is said", "[release][notes]") {
    story told;
    told.must(add_note{"One line"}, dee());
    const auto shown = notes_to_edit(told.state.notes);
    told.state.facts["commit"] = "c0ffee1234567890";
    CHECK(says(told.refused(edit_notes{shown.fingerprint, "Another"}, ana()).sentence(), "/release retry pull"));
}

}  // namespace slipway::release

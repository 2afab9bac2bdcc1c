// What becomes of errors from the moment a release plants them: who is asked, how often anybody is told, and that the
// next release remembers.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "tests/scenarios/outside.hpp"
#include "tests/scenarios/storm.hpp"

using namespace slipway;
using namespace slipway::scenarios;

namespace {

const std::string project = "/projects/cig%2Frsi-website";

void commit(company& all, const std::string& by, const std::string& file, const std::string& content,
            const std::string& message) {
    all.post("/gitlab/commits",
             {{"branch", "master"}, {"file", file}, {"content", content}, {"message", message}, {"by", by}});
}

/// Ben asks for a variable that no page has, inside a part: the store's template wraps his error in its own. Devi
/// removes a macro that the news page, untouched in this release, still calls.
void plant_two_bugs(company& all) {
    commit(all, "ben.carter", "templates/parts/terms.html",
           "<p class=\"terms\">\nVersion {{ terms.version }} of our terms applies.\n</p>\n",
           "Terms have a version of their own");
    commit(all, "devi.rao", "templates/macros.html",
           "{% macro yard_hours %}\n<p class=\"hours\">The yard is open from 8 to 18.</p>\n{% end %}\n",
           "The newsletter is history");
}

/// The issues whose title contains the words, of any state.
std::vector<json::value> issues_about(company& all, const std::string& words) {
    std::vector<json::value> found;
    const auto issues = all.gitlab(project + "/issues?state=all&per_page=100");
    for (const auto& each : issues.as_array())
        if (text_at(each, "title").find(words) != std::string::npos) found.push_back(each);
    return found;
}

json::value the_issue_about(company& all, const std::string& words) {
    const auto found = issues_about(all, words);
    INFO(words);
    REQUIRE(found.size() == 1);
    return found.front();
}

std::size_t messages_with(company& all, const std::string& words) {
    const auto shown = all.messages();
    return static_cast<std::size_t>(std::ranges::count_if(
        shown, [&](const json::value& each) { return json::serialize(each).find(words) != std::string::npos; }));
}

}  // namespace

TEST_CASE("R10.6 two bugs by different people become one issue each, with whoever made them, a storm is one card",
          "[scenario][errors]") {
    company all{{.project = {{"looks: [2s, 6s]", "looks: [15s, 60s]"}, {"before: 60m", "before: 20s"}}}};
    plant_two_bugs(all);
    all.command(ana, "/release start 1.4.0");
    all.work_until(
        "the first error is told", [&] { return !all.find_message("after the deploy of").empty(); },
        std::chrono::seconds{200});

    constexpr int events = 50'000;
    storm weather;
    weather.port = all.ingest_port();
    weather.title = "no berth is free";
    weather.events = events;
    const auto answers = send(weather);
    const auto storm_over = std::chrono::system_clock::now();
    CHECK(answers == std::map<int, int>{{200, events}});

    all.work_until("the release is done", [&] { return all.is_done(); }, std::chrono::seconds{200});
    all.wait_for_message("1.4.0 · done");

    // R10.6: the root cause leads to Ben, what was removed leads to Devi, the line itself to Chi.
    const auto wrapped = the_issue_about(all, "PartFailed");
    CHECK(text_at(wrapped, "assignees.0.username") == "ben.carter");
    CHECK_THAT(text_at(wrapped, "description"), Catch::Contains("line 2 of templates/parts/terms.html"));
    const auto removed = the_issue_about(all, "Call to undefined function newsletter");
    CHECK(text_at(removed, "assignees.0.username") == "devi.rao");
    CHECK_THAT(text_at(removed, "description"), Catch::Contains("removed newsletter from templates/macros.html"));
    CHECK(text_at(the_issue_about(all, "UndefinedField: ship.price"), "assignees.0.username") == "chi.nakamura");

    // The storm: one issue, one card, nothing lost, nothing counted twice, and nobody's channel flooded.
    const auto stormy = the_issue_about(all, "QueueFull");
    CHECK_THAT(text_at(stormy, "description"),
               Catch::Contains("0 before, " + std::to_string(events) + " after the deploy"));
    CHECK(messages_with(all, "0 before, " + std::to_string(events) + " after") >= 1);
    CHECK(messages_with(all, "*QueueFull: no berth is free*") <= 3);  // its card, its line in the alert, the call
    CHECK(count_channel_messages(all) <= 13);  // a release with one alert, however many errors it counts

    // The same mistake in the next release: the issue that is there says so, and there is no second one. Its baseline
    // is the whole minute before the deploy's: were a part of the storm in it, the mistake would be usual by then.
    const auto quiet_since = std::chrono::floor<std::chrono::minutes>(storm_over) + std::chrono::minutes{2};
    all.wait_until("a whole minute has passed since the storm's",
                   [&] { return std::chrono::system_clock::now() >= quiet_since; });
    commit(all, "chi.nakamura", "docs/opening.md", "From 8 to 18.\n", "When we are open");
    all.command(ana, "/release start 1.5.0");
    all.work_until(
        "1.5.0 is on the servers",
        [&] { return text_at(object_at(all.get("/site"), "deployed"), "p-prod-web1") == "1.5.0"; },
        std::chrono::seconds{200});
    weather.version = "1.5.0";
    weather.events = 300;
    CHECK(send(weather) == std::map<int, int>{{200, 300}});
    all.work_until(
        "1.5.0 is done", [&] { return !all.find_message("1.5.0 · done").empty(); }, std::chrono::seconds{200});
    const auto same = the_issue_about(all, "QueueFull");
    const auto notes =
        all.gitlab(project + "/issues/" + std::to_string(number_at(same, "iid")) + "/notes?per_page=100");
    CHECK_THAT(json::serialize(notes), Catch::Contains("Seen again after the deploy of `1.5.0`"));
    CHECK_FALSE(all.find_message("known from before").empty());
}

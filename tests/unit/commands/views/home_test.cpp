#include "commands/views/home.hpp"

#include <catch2/catch.hpp>

#include "commands/views/start_window.hpp"
#include "integrations/slack/blocks/home.hpp"
#include "sample.hpp"

using namespace slipway;
using namespace sample;

namespace {

views::home_project standing(std::optional<release::release_state> live) {
    views::home_project made;
    made.project = std::make_shared<const release::project_settings>(project());
    if (live) made.live = std::make_shared<const release::release_state>(std::move(*live));
    made.house = std::make_shared<const release::project_state>();
    return made;
}

json::object home_of(const std::string& user, std::vector<views::home_project> all) {
    return views::home(all, {person(user), ""}, noon);
}

std::string text_of(const json::object& view) {
    return words_of(array_at(view, "blocks"));
}

}  // namespace

TEST_CASE("R7.11 Home shows whoever may answer the question with the card's own buttons, and nobody else",
          "[views][home]") {
    const auto bo = home_of("UBO", {standing(at_gate())});
    CHECK(has(text_of(bo), "Deploy 1.4.0 to production?"));
    CHECK(has(text_of(bo), "your answer as dba"));
    const auto labels = buttons_of(array_at(bo, "blocks"));
    CHECK(std::ranges::find(labels, "Approve") != labels.end());
    CHECK(std::ranges::find(labels, "Reject") != labels.end());
    const auto card = views::everything(at_gate(), project());
    for (const auto* button : {"approve", "reject"}) {
        const auto row = std::ranges::find(card.buttons, button, &release::button::kind);
        REQUIRE(row != card.buttons.end());
        CHECK(has(json::serialize(bo), release::id_of(*row)));
    }
    CHECK(has(text_of(home_of("UDEE", {standing(at_gate())})), "Nothing waits for you."));
}

TEST_CASE("R7.11 Home asks by item only those whom the item asks", "[views][home]") {
    auto state = with_merge_requests(3);
    state.step("merge-requests")->items[1].asks = {person("UEVE")};
    CHECK(has(text_of(home_of("UEVE", {standing(state)})), "Change number 2"));
    CHECK_FALSE(has(text_of(home_of("UEVE", {standing(state)})), "Change number 1"));
    CHECK(has(text_of(home_of("UBO", {standing(state)})), "Nothing waits for you."));
}

TEST_CASE("R7.11 Home shows what runs, what holds now and in the next seven days, and what was", "[views][home]") {
    auto here = standing(at_gate());
    release::project_state house;
    house.lock = release::lock_state{7, person("UANA"), "database move", noon, noon + milliseconds{3'600'000}, false};
    here.house = std::make_shared<const release::project_state>(house);
    here.coming = {{noon, noon + milliseconds{1}, false, "Black Friday"}};
    here.past = {std::make_shared<const release::release_state>(over(started(), release::ending::done, "all done"))};
    const auto words = text_of(home_of("UBO", {here}));
    CHECK(has(words, "awaiting gate"));
    CHECK(has(words, "database move"));
    CHECK(has(words, "Black Friday"));
    CHECK(has(words, "Demo shop 1.4.0* · done"));
    const auto later = views::home({here}, {person("UBO"), ""}, noon + milliseconds{7'200'000});
    CHECK_FALSE(has(text_of(later), "database move"));
}

TEST_CASE("R7.11 Home offers a start only to whoever may, and says whom the other rights take", "[views][home]") {
    const auto offers = [](const std::string& user) {
        const auto labels = buttons_of(array_at(home_of(user, {standing({})}), "blocks"));
        return std::ranges::find(labels, "Start a release") != labels.end();
    };
    CHECK(offers("UANA"));
    CHECK_FALSE(offers("UDEE"));
    const auto words = text_of(home_of("UDEE", {standing({})}));
    CHECK(has(words, "you are `developer`"));
    CHECK(has(words, "`start` (`release-manager`)"));
    CHECK(has(words, "`/release link`"));
}

TEST_CASE("R7.1 equal states give equal Home tabs, and no tab mentions anybody", "[views][home]") {
    const auto one = home_of("UBO", {standing(at_gate())});
    CHECK(json::serialize(one) == json::serialize(home_of("UBO", {standing(at_gate())})));
    CHECK(slack::mentions_in(one) == problems{});
    CHECK(slack::check_limits(one) == problems{});
}

TEST_CASE("R7.8 a Home of many projects stays a view that Slack takes, and says that there is more", "[views][home]") {
    std::vector<views::home_project> many(60, standing(at_gate()));
    const auto view = home_of("UBO", many);
    CHECK(slack::check_limits(view) == problems{});
    CHECK(array_at(view, "blocks").size() <= 100);
    CHECK(has(json::serialize(view), "more than this page holds"));
}

TEST_CASE("the start window needs nothing but the project's name, and remembers where the answer goes",
          "[views][modals]") {
    const auto window = views::start_window({"shop", "C1"}, "Demo shop", {});
    CHECK(slack::check_limits(window) == problems{});
    const auto memory = views::start_memory_of(text_at(window, "private_metadata"));
    CHECK(memory.project == "shop");
    CHECK(memory.channel == "C1");
    CHECK(text_at(window, "blocks.0.element.initial_option.value") == "shop");
    CHECK(text_at(window, "blocks.1.block_id") == "milestone-shop");
    CHECK(text_at(window, "blocks.2.block_id") == "version-shop");
    CHECK(views::start_memory_of("no json").project.empty());
}

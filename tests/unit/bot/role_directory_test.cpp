// Roles are read when somebody clicks, from wherever they stand, and nothing is granted that could not be read.
#include "bot/role_directory.hpp"

#include <catch2/catch.hpp>

#include "commands/steps/people.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/fake_slack.hpp"
#include "tests/fakes/hand_clock.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::bot;

namespace {

using roles = std::set<std::string>;

struct house {
    house() {
        auto made = fakes::small_project();
        made.roles["dba"] = {};
        made.role_sources["dba"] = {.slack_group = "S1", .gitlab_group = ""};
        made.roles["ops"] = {};
        made.role_sources["ops"] = {.slack_group = "", .gitlab_group = "cig/ops"};
        project = std::make_shared<release::project_settings>(made);
        slack.groups["S1"] = {"UEVE"};
        says_of_ops(R"([{"id":1,"username":"dee","state":"active"},{"id":2,"username":"eve","state":"blocked"},
            {"id":3,"username":"stranger","state":"active"}])");
    }
    void says_of_ops(const std::string& body, int status = 200) {
        net::response answer;
        answer.status = status;
        answer.body = body;
        answer.headers.add("Content-Type", "application/json");
        http.otherwise = answer;
    }
    ~house() { fakes::run_on(loop, memory.close()); }
    house(const house&) = delete;
    house& operator=(const house&) = delete;
    release::actor who(const std::string& user, const std::string& team = "T1") {
        return fakes::run_on(loop, directory.actor_of(project, team, user));
    }
    void link(const std::string& user, const std::string& gitlab, std::int64_t id) {
        steps::account_link made;
        made.slack = {"T1", user};
        made.gitlab = gitlab;
        made.gitlab_id = id;
        store::batch changes;
        changes.documents.push_back({steps::link_collection, to_string(made.slack), steps::to_json(made)});
        REQUIRE(fakes::run_on(loop, memory.commit(std::move(changes))));
    }

    fakes::hand_clock clock;
    asio::io_context loop;
    fakes::memory_books books;
    fakes::memory_store memory{loop.get_executor(), books, [this] { return clock.now(); }};
    fakes::fake_slack slack{clock};
    fakes::fake_http http;
    std::unique_ptr<gitlab::api> gitlab = *gitlab::create_api(
        http, clock, [] { return 0.5; }, {.url = "https://gitlab.test", .token = "t", .most_attempts = 1});
    slash::project_pointer project;
    role_directory directory{slack, gitlab.get(), memory, clock};
};

}  // namespace

TEST_CASE("R3.10 roles come from lists, Slack groups and GitLab groups, as they are at this moment", "[roles]") {
    house one;
    CHECK(one.who("UDEE").roles == roles{"developer", "ops"});
    CHECK(one.who("UEVE").roles == roles{"developer", "dba"});  // blocked in GitLab, so no ops
    CHECK(one.who("UNORA").roles.empty());
    one.slack.groups["S1"] = {};
    one.says_of_ops("[]");
    one.clock.advance(milliseconds{5'000});
    CHECK(one.who("UEVE").roles == roles{"developer"});
    CHECK(one.who("UDEE").roles == roles{"developer"});
}

TEST_CASE("R3.10 a source that fails hides its own role and nothing else", "[roles]") {
    house one;
    one.slack.will_fail("usergroups.users.list", failure{errc::unavailable, "Slack does not answer"});
    one.says_of_ops("<html>Bad gateway</html>", 502);
    const auto eve = one.who("UEVE");
    CHECK(eve.roles_known);
    CHECK(eve.roles == roles{"developer"});
    CHECK(eve.unverified == roles{"dba", "ops"});
    CHECK(fakes::run_on(one.loop, one.directory.members(one.project)).size() ==
          3);  // the two that failed are not guessed
    one.clock.advance(milliseconds{5'000});
    one.says_of_ops("[]");
    CHECK(one.who("UEVE").roles == roles{"developer", "dba"});
}

TEST_CASE("R3.10 who cannot be looked up at all is nobody", "[roles]") {
    house one;
    one.slack.will_fail("users.info", failure{errc::limited, "asked too often"});
    const auto dee = one.who("UDEE");
    CHECK_FALSE(dee.roles_known);
    CHECK(dee.roles.empty());
    CHECK_FALSE(release::may(release::default_rights(), "hold", dee));
}

TEST_CASE("R3.12 R8.2 bots, guests and deactivated accounts come back barred", "[roles]") {
    house one;
    one.slack.accounts["UBOT"] = {{"is_bot", true}};
    one.slack.accounts["UGUEST"] = {{"is_ultra_restricted", true}};
    one.slack.accounts["UGONE"] = {{"deleted", true}};
    CHECK(one.who("UBOT").is_robot);
    CHECK(one.who("UGUEST").barred == "guests");
    CHECK(one.who("UGONE").barred == "people who left");
    CHECK(one.who("UDEE").barred.empty());
}

TEST_CASE("R3.10 R5.15 a clock that is set back keeps nobody's role alive", "[roles]") {
    house one;
    CHECK(one.who("UEVE").roles == roles{"developer", "dba"});
    one.slack.groups["S1"] = {};
    one.clock.advance(milliseconds{-3'600'000});
    CHECK(one.who("UEVE").roles == roles{"developer"});
    one.slack.accounts["UEVE"] = {{"deleted", true}};
    one.clock.advance(milliseconds{-3'600'000});
    CHECK(one.who("UEVE").barred == "people who left");
}

TEST_CASE("a burst of clicks asks each source once", "[roles]") {
    house one;
    for (int i = 0; i < 20; ++i) one.who("UDEE");
    CHECK(one.slack.count("usergroups.users.list") == 1);
    CHECK(one.slack.count("users.info") == 1);
}

TEST_CASE("R8.2 R3.2 a person is known by the account they linked, under any of their teams, before the project file",
          "[roles]") {
    house one;
    CHECK(one.who("UDEE").gitlab == "dee");
    CHECK(one.who("UNORA").gitlab.empty());
    one.link("UDEE", "dee.dee", 21);
    CHECK(one.who("UDEE").gitlab == "dee.dee");
    CHECK(one.who("UDEE", "T2").gitlab == "dee.dee");
    one.books.is_unreachable = true;
    CHECK_FALSE(one.who("UNORA").roles_known);  // the store does not say: nobody is known
}

TEST_CASE("R8.2 R3.10 of a GitLab group counts whoever linked the account, by its number and not by its name",
          "[roles]") {
    house one;
    one.link("UNORA", "stranger.before", 3);  // renamed since
    CHECK(one.who("UNORA").roles == roles{"ops"});
    one.link("UEVE", "dee", 77);  // what is called dee now is number 1, and not hers
    CHECK(one.who("UEVE").roles == roles{"developer", "dba"});
    one.link("UNORA", "stranger", 99);
    one.clock.advance(milliseconds{5'000});
    CHECK(one.who("UNORA").roles.empty());
}

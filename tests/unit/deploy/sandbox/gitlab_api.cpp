#include <catch2/catch.hpp>

#include "tests/unit/deploy/sandbox/gitlab_client.hpp"

using namespace slipway;
using namespace slipway::sandbox;

TEST_CASE("a token says who one is, without one there is 401", "[sandbox][gitlab]") {
    gitlab_room room;
    CHECK(text_at(room.call("GET", "version").body, "version") == "16.11.4");
    CHECK(text_at(room.call("GET", "user").body, "username") == "slipway");
    room.token = "wrong";
    const auto refused = room.call("GET", "user");
    CHECK(refused.status == 401);
    CHECK(text_at(refused.body, "message") == "401 Unauthorized");
    CHECK(room.gitlab.calls().back().user.empty());
}

TEST_CASE("a project answers to its number and to its path, and says what kind it is", "[sandbox][gitlab]") {
    gitlab_room room;
    const auto by_path = room.call("GET", website);
    CHECK(by_path.status == 200);
    CHECK(text_at(by_path.body, "merge_method") == "merge");
    CHECK(text_at(by_path.body, "web_url") == "http://gitlab.test:8065/gitlab/cig/rsi-website");
    CHECK(room.call("GET", "projects/42").body == by_path.body);
    const auto hidden = room.call("GET", "projects/77");
    CHECK(hidden.status == 404);
    CHECK(text_at(hidden.body, "message") == "404 Project Not Found");
}

TEST_CASE("people are found by user name and by e-mail", "[sandbox][gitlab]") {
    gitlab_room room;
    const auto exact = room.call("GET", "users?username=CHI.nakamura");
    REQUIRE(exact.body.as_array().size() == 1);
    CHECK(text_at(exact.body, "0.name") == "Chi Nakamura");
    CHECK(room.call("GET", "users?username=chi").body.as_array().empty());
    CHECK(text_at(room.call("GET", "users?search=ben%40harbour.test").body, "0.username") == "ben.carter");
}

TEST_CASE("a milestone is found by title, addressed by id, and its description can be written", "[sandbox][gitlab]") {
    gitlab_room room;
    const auto found = room.call("GET", website + "/milestones?title=1.4.0&include_ancestors=true");
    REQUIRE(found.body.as_array().size() == 1);
    CHECK(number_at(found.body, "0.id") == 325);
    CHECK(number_at(found.body, "0.iid") == 25);
    CHECK_THAT(text_at(found.body, "0.web_url"), Catch::EndsWith("/cig/rsi-website/-/milestones/25"));
    CHECK(room.call("GET", website + "/milestones/25").status == 404);
    CHECK(room.call("PUT", website + "/milestones/325", R"({"description":"new"})").status == 200);
    CHECK(text_at(room.call("GET", website + "/milestones/325").body, "description") == "new");

    const auto requests = room.call("GET", website + "/milestones/325/merge_requests");
    CHECK(requests.body.as_array().size() == 7);
    CHECK(room.call("GET", website + "/milestones/325/issues").body.as_array().size() == 7);
}

TEST_CASE("lists come in pages, and Link leads to the next one with the same filter", "[sandbox][gitlab]") {
    gitlab_room room;
    const auto first = room.call("GET", website + "/merge_requests?milestone=1.4.0&scope=all&per_page=3");
    CHECK(first.body.as_array().size() == 3);
    CHECK(first.headers.find("X-Total") == "7");
    CHECK(first.headers.find("X-Next-Page") == "2");
    const auto link = first.headers.find("Link").value();
    const auto from = link.find("/gitlab/");
    const auto next = link.substr(from, link.find('>') - from);
    CHECK_THAT(next, Catch::Contains("milestone=1.4.0") && Catch::Contains("page=2"));
    const auto second = room.send("GET", next, "");
    CHECK(second.body.as_array().size() == 3);
    CHECK(number_at(second.body, "0.iid") != number_at(first.body, "0.iid"));
    const auto last = room.call("GET", website + "/merge_requests?milestone=1.4.0&per_page=3&page=3");
    CHECK(last.body.as_array().size() == 1);
    CHECK_THAT(last.headers.find("Link").value(), !Catch::Contains("rel=\"next\""));
}

TEST_CASE("issues are filtered by label, state and a marker in the description", "[sandbox][gitlab]") {
    gitlab_room room;
    CHECK(room.call("GET", website + "/issues?labels=migration&state=opened").body.as_array().size() == 3);
    CHECK(room.call("GET", website + "/issues?labels=migration,after").body.as_array().size() == 1);
    const auto body = R"({"title":"Boom","description":"<!-- slipway:group=ab12 -->","assignee_ids":[14,13],
                          "labels":"bug,production","milestone_id":325})";
    const auto made = room.call("POST", website + "/issues", body);
    CHECK(made.status == 201);
    CHECK(number_at(made.body, "iid") == 10);
    CHECK(text_at(made.body, "assignees.0.username") == "chi.nakamura");
    CHECK(array_at(made.body, "assignees").size() == 1);
    const auto found = room.call("GET", website + "/issues?search=slipway:group=ab12&in=description");
    REQUIRE(found.body.as_array().size() == 1);
    CHECK(text_at(found.body, "0.title") == "Boom");
    CHECK(room.call("POST", website + "/issues", "{}").status == 400);
    const auto blank = room.call("POST", website + "/issues", R"({"title":""})");
    CHECK(text_at(blank.body, "message.title.0") == "can't be blank");

    CHECK(room.call("PUT", website + "/issues/10", R"({"add_labels":"seen","state_event":"close"})").status == 200);
    const auto closed = room.call("GET", website + "/issues/10");
    CHECK(text_at(closed.body, "state") == "closed");
    CHECK(array_at(closed.body, "labels").size() == 3);
    CHECK(room.call("POST", website + "/issues/10/notes", R"({"body":"again"})").status == 201);
    CHECK(text_at(room.call("GET", website + "/issues/10/notes").body, "0.body") == "again");
    CHECK(number_at(room.call("GET", website + "/issues/4/closed_by").body, "0.iid") == 9);
    CHECK(number_at(room.call("GET", website + "/issues/2/related_merge_requests").body, "0.iid") == 8);
    // Of another project, where the issue is named with its project; the same number alone is another issue.
    const auto related = room.call("GET", website + "/issues/3/related_merge_requests").body;
    REQUIRE(related.as_array().size() == 2);
    CHECK(number_at(related, "1.project_id") == 43);
    CHECK(text_at(related, "1.references.full") == "cig/money-format!1");
}

TEST_CASE("branches, tags, pipelines and releases are those of the repository", "[sandbox][gitlab]") {
    gitlab_room room;
    const auto stable = room.call("GET", website + "/repository/branches/stable");
    CHECK(text_at(stable.body, "commit.id") == room.project().git.branch("stable"));
    CHECK(flag_at(stable.body, "protected"));
    CHECK(flag_at(stable.body, "can_push"));
    CHECK(room.call("GET", website + "/repository/branches/nowhere").status == 404);
    const auto tag = room.call("GET", website + "/repository/tags/1.3.0");
    CHECK(text_at(tag.body, "commit.id") == text_at(stable.body, "commit.id"));
    CHECK(text_at(tag.body, "target") != text_at(tag.body, "commit.id"));

    const auto run = room.call("POST", website + "/pipeline", R"({"ref":"master"})");
    CHECK(run.status == 201);
    const auto sha = text_at(run.body, "sha");
    CHECK(text_at(room.call("GET", website + "/pipelines?sha=" + sha).body, "0.status") == "success");
    const auto twice = R"({"tag_name":"1.3.0","name":"1.3.0","description":"again"})";
    CHECK(room.call("POST", website + "/releases", twice).status == 409);
    CHECK(room.call("GET", website + "/releases/1.2.0").status == 200);
    CHECK(room.call("GET", website + "/releases/9.9.9").status == 404);
    CHECK(room.call("POST", website + "/repository/tags", R"({"tag_name":"1.3.0","ref":"master"})").status == 400);
}

TEST_CASE("pages for people show the records behind every link", "[sandbox][gitlab][pages]") {
    gitlab_room room;
    const auto page = [&](const std::string& path) { return room.send("GET", "/gitlab/" + path, ""); };
    CHECK_THAT(page("").text, Catch::Contains("cig/rsi-website"));
    CHECK_THAT(page("cig/rsi-website").text, Catch::Contains("1.4.0"));
    const auto planted = page("cig/rsi-website/-/merge_requests/11");
    CHECK_THAT(planted.text, Catch::Contains("Prices carry their currency") && Catch::Contains("+&lt;dt&gt;Price") &&
                                 Catch::Contains("templates/ship.html"));
    CHECK_THAT(page("cig/rsi-website/-/issues/2").text,
               Catch::Contains("Ben Carter") && Catch::Contains("ALTER TABLE"));
    CHECK_THAT(page("cig/rsi-website/-/milestones/25").text, Catch::Contains("id=\"salts\""));
    CHECK_THAT(page("cig/rsi-website/-/compare/1.2.0...1.3.0").text, Catch::Contains("CHANGELOG.md"));
    CHECK_THAT(page("cig/rsi-website/-/tags").text, Catch::Contains("1.3.0"));
    const auto hostile = page("cig/rsi-website/-/merge_requests/7");
    CHECK_THAT(hostile.text, Catch::Contains("&lt;!channel&gt;") && !Catch::Contains("<!channel>"));
    CHECK(page("cig/rsi-website/-/issues/99").status == 404);
    CHECK(page("nobody/nothing").status == 404);
}

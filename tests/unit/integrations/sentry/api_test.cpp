#include <catch2/catch.hpp>

#include "integrations/sentry/sentry.hpp"
#include "tests/fakes/fake_sentry.hpp"
#include "tests/fakes/jumping_timers.hpp"
#include "tests/fakes/run_task.hpp"

using namespace slipway;
using namespace slipway::sentry;

namespace {

struct room {
    asio::io_context loop;
    fakes::jumping_timers time;
    fakes::fake_sentry server;
    std::unique_ptr<api> client;

    explicit room(backend kind = backend::sentry, const std::string& token = "sentry-token") {
        settings with;
        with.url = "http://sentry.test/";
        with.token = token;
        with.organization = "harbour";
        with.project = "website";
        with.backend = kind;
        with.most_pages = 5;
        server.glitchtip = kind == backend::glitchtip;
        client = create_api(server, time, [] { return 0.5; }, with).value();
    }
    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }
    void add(const std::string& id, const std::string& last_seen) {
        fakes::fake_sentry::issue made;
        made.id = id;
        made.title = "TypeError: rate is null";
        made.first_seen = "2026-11-23T10:00:00.123456Z";
        made.last_seen = last_seen;
        server.issues.push_back(std::move(made));
    }
};

const instant noon = *from_iso("2026-11-24T12:00:00Z");

}  // namespace

TEST_CASE("issues come page by page until the last one or the first that is too old", "[sentry]") {
    room here;
    here.server.page_size = 2;
    here.add("5", "2026-11-24T13:00:00Z");
    here.add("4", "2026-11-24T12:30:00Z");
    here.add("3", "2026-11-24T12:10:00Z");
    here.add("2", "2026-11-24T11:00:00Z");
    here.add("1", "2026-11-24T10:00:00Z");
    issue_query query;
    query.seen_since = noon;
    const auto found = here.run(here.client->issues(query)).value();
    REQUIRE(found.size() == 3);
    CHECK(found[0].id == "5");
    CHECK(found[0].count == 1);
    CHECK(found[0].first_seen == *from_iso("2026-11-23T10:00:00.123Z"));
    CHECK(here.server.calls.size() == 2);  // the third page holds only older ones
    query.seen_since = instant{};
    CHECK(here.run(here.client->issues(query)).value().size() == 5);
    // Without `query` Sentry shows unresolved issues alone.
    CHECK(here.server.calls.front().query.find("query=&") != std::string::npos);
}

TEST_CASE("the token goes to Sentry alone: a next page on another host is refused", "[sentry]") {
    room here;
    here.server.page_size = 1;
    here.server.other_host = "http://elsewhere.test";
    here.add("2", "2026-11-24T13:00:00Z");
    here.add("1", "2026-11-24T12:30:00Z");
    const auto found = here.run(here.client->issues({}));
    REQUIRE_FALSE(found);
    CHECK(found.error() == errc::refused);
    CHECK(here.server.calls.size() == 1);
}

TEST_CASE("a rate window that is used up is waited for, a long one is told", "[sentry]") {
    room here;
    here.add("1", "2026-11-24T12:30:00Z");
    here.server.calls_left = 1;
    here.server.window_ends = std::to_string(to_unix(here.time.now()) + 20);
    CHECK(here.run(here.client->issues({})));
    CHECK(here.time.slept.empty());
    here.server.calls_left = 40;
    CHECK(here.run(here.client->issues({})));  // the headers of the first said that none is left
    REQUIRE(here.time.slept.size() == 1);
    CHECK(here.time.slept[0] > milliseconds{15'000});
    here.server.calls_left = 0;
    here.server.window_ends = std::to_string(to_unix(here.time.now()) + 600);
    const auto refused = here.run(here.client->issues({}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::limited);
    CHECK(refused.error().retry_after.value_or(milliseconds{0}) > milliseconds{300'000});
}

TEST_CASE("reads are repeated, writes are not, and each refusal says the way out", "[sentry]") {
    room here;
    here.server.failing = 2;
    CHECK(here.run(here.client->check()));
    here.server.failing = 1;
    const auto lost = here.run(here.client->create_release("website@1.4.0", noon));
    REQUIRE_FALSE(lost);
    CHECK(may_have_happened(lost.error().kind()));
    CHECK(here.server.count("POST", "releases") == 1);
    room stranger{backend::sentry, "wrong"};
    const auto refused = stranger.run(stranger.client->check());
    CHECK(refused.error() == errc::unauthorised);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("SENTRY_AUTH_TOKEN"));
    CHECK_THAT(refused.error().sentence(), !Catch::Contains("wrong)"));
}

TEST_CASE("an event as the web API shows it reads like one that an SDK sent", "[sentry]") {
    room here;
    here.add("7", "2026-11-24T12:30:00Z");
    here.server.issues[0].event = json::parse(R"({
        "eventID": "0123456789abcdef0123456789abcdef", "platform": "php", "dateCreated": "2026-10-01T08:00:00Z",
        "release": {"version": "website@1.4.0"},
        "tags": [{"key": "server_name", "value": "web1"}, {"key": "environment", "value": "production"},
                 {"key": "browser", "value": "Firefox"}],
        "entries": [
          {"type": "breadcrumbs", "data": {}},
          {"type": "exception", "data": {"values": [
            {"type": "PDOException", "value": "gone away", "stacktrace": {"frames": [
              {"filename": "src/Page.php", "absPath": "/srv/www/src/Page.php", "function": "show", "lineNo": 4, "inApp": true},
              {"filename": "src/Cart.php", "absPath": "/srv/www/src/Cart.php", "function": "total", "lineNo": 15,
               "colNo": null, "inApp": true, "context": [[14, "$a = 1;"], [15, "return $sum * $rate;"]]}]}},
            {"type": "CartError", "value": "cannot show", "stacktrace": null}]}}]})")
                                      .as_object();
    const auto event = here.run(here.client->latest_event("7")).value();
    REQUIRE(event.exceptions.size() == 2);
    CHECK(event.exceptions[0].type == "PDOException");
    REQUIRE(event.exceptions[0].frames.size() == 2);
    CHECK(event.exceptions[0].frames[1].line == 15);
    CHECK(event.exceptions[0].frames[1].abs_path == "/srv/www/src/Cart.php");
    CHECK(event.exceptions[0].frames[1].context_line == "return $sum * $rate;");
    CHECK(event.release == "website@1.4.0");
    CHECK(event.server_name == "web1");
    CHECK(event.environment == "production");
    CHECK(event.at == *from_iso("2026-10-01T08:00:00Z"));  // old, and no wrong clock
}

TEST_CASE("a release is told as sentry-cli tells it", "[sentry]") {
    room here;
    CHECK(here.run(here.client->create_release("website@1.4.0", noon)).value().version == "website@1.4.0");
    CHECK(here.run(here.client->create_release("website@1.4.0", noon)));  // 208: known already
    release_commit one;
    one.id = std::string(40, 'a');
    one.repository = "cig/rsi-website";
    one.author_name = "Ana";
    one.author_email = "ana@harbour.test";
    one.message = "Prices";
    one.at = noon;
    one.changes = {{"src/Cart.php", 'M'}};
    CHECK(here.run(here.client->set_commits("website@1.4.0", {one})));
    CHECK(here.run(here.client->finalize("website@1.4.0", noon)));
    deploy out;
    out.environment = "production";
    out.name = "website-1.4.0-1";
    out.started = out.finished = noon;
    CHECK(here.run(here.client->create_deploy("website@1.4.0", out)));
    const auto known = here.run(here.client->read_release("website@1.4.0")).value();
    CHECK(known.commits == 1);
    CHECK(known.released);
    CHECK(here.run(here.client->deploys("website@1.4.0")).value().at(0).name == "website-1.4.0-1");
    CHECK(here.server.calls[2].path == "/api/0/organizations/harbour/releases/website@1.4.0/");
    CHECK(text_at(here.server.releases["website@1.4.0"].commits.at(0), "patch_set.0.path") == "src/Cart.php");
    CHECK(text_at(here.server.calls[0].body, "projects.0") == "website");
}

TEST_CASE("GlitchTip is asked what it can answer", "[sentry]") {
    room here{backend::glitchtip};
    here.add("7", "2026-11-24T12:30:00Z");
    here.server.issues[0].event =
        json::parse(R"({"eventID": "ab", "dateCreated": "2026-11-24T12:30:00Z"})").as_object();
    CHECK(here.run(here.client->issues({})).value().size() == 1);
    CHECK(here.run(here.client->latest_event("7")));
    CHECK(here.server.calls.back().path == "/api/0/issues/7/events/latest/");
    CHECK_FALSE(here.run(here.client->sessions({}, noon, noon)).value());
    CHECK(here.run(here.client->set_commits("website@1.4.0", {})).error() == errc::refused);
    CHECK(here.run(here.client->create_deploy("website@1.4.0", {})).error() == errc::refused);
    CHECK(here.server.count("POST", "") == 0);
}

TEST_CASE("sessions are summed over what Sentry groups them by", "[sentry]") {
    room here;
    here.server.sessions_today = 4711;
    CHECK(here.run(here.client->sessions({}, noon, noon)).value() == 4711U);
    CHECK(here.server.calls.back().query.find("field=sum%28session%29") != std::string::npos);
}

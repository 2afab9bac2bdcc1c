// R8.2: a Slack user and a GitLab account belong together once somebody who is signed in to both says so.
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include "commands/slash/link_code.hpp"
#include "commands/steps/people.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/net/http.hpp"
#include "tests/unit/commands/slash/bench.hpp"

using namespace slipway;
using namespace slipway::slash;

namespace {

/// As much of GitLab as the link needs: one project, the bot's own account, and issues that people sent.
class small_gitlab final : public net::http_client {
public:
    struct sent {
        std::int64_t author_id = 0;
        std::string author, description;
        bool closed = false;
        bool edited = false;    ///< its description, after it was sent
        std::string told = "";  ///< what the bot wrote below it
    };
    std::vector<sent> issues;

    task<result<net::response>> send(net::request asked) override {
        net::response made;
        made.status = 200;
        made.headers.add("Content-Type", "application/json");
        if (const auto at = asked.url.find("/notes"); at != std::string::npos) {
            const auto before = asked.url.substr(0, at);
            auto& one = issues.at(static_cast<std::size_t>(std::stoll(before.substr(before.rfind('/') + 1))) - 1);
            if (asked.method == "POST") one.told = asked.body;
            const std::string note = R"({"id":1,"system":true,"body":"changed the description","author":{"id":14}})";
            made.status = asked.method == "POST" ? 201 : 200;
            made.body = asked.method == "POST" ? note : one.edited ? "[" + note + "]" : "[]";
        } else if (asked.url.find("/issues/") != std::string::npos && asked.method == "PUT") {
            issues.at(static_cast<std::size_t>(std::stoll(asked.url.substr(asked.url.rfind('/') + 1))) - 1).closed =
                true;
            made.body = shown(issues.front(), 1);
        } else if (asked.url.find("/issues") != std::string::npos) {
            made.body = "[";
            for (std::size_t each = 0; each < issues.size(); ++each)
                made.body += (each > 0 ? "," : "") + shown(issues[each], each + 1);
            made.body += "]";
        } else if (asked.url.ends_with("/user")) {
            made.body = R"({"id":90,"username":"slipway","state":"active"})";
        } else {
            made.body = R"({"id":42,"path_with_namespace":"cig/shop","web_url":"https://gitlab.test/cig/shop"})";
        }
        co_return made;
    }

private:
    static std::string shown(const sent& from, std::size_t iid) {
        json::object author{{"id", from.author_id}, {"username", from.author}, {"state", "active"}};
        json::object made{{"iid", iid}, {"project_id", 42}, {"title", "Link my accounts"}, {"state", "opened"}};
        made["description"] = from.description;
        made["author"] = std::move(author);
        return json::serialize(made);
    }
};

struct room : bench {
    small_gitlab server;
    std::unique_ptr<gitlab::api> api;
    room() {
        gitlab::settings with_token;
        with_token.url = "https://gitlab.test";
        with_token.token = "token";
        api = gitlab::create_api(server, clock, [] { return 0.5; }, with_token).value();
        nothing.gitlab = api.get();
    }
    /// The code in the link that somebody was given.
    std::string code_for(const std::string& user) {
        const auto kept = run(memory->document_of("account-link-requests", "T1/" + user)).value();
        return kept ? text_at(*kept, "code") : std::string{};
    }
    std::string linked(const std::string& user) {
        const auto kept = run(memory->document_of(steps::link_collection, "T1/" + user)).value();
        return kept ? steps::link_from(*kept).gitlab : std::string{};
    }
    task<> redeem(std::string user, std::string envelope) {
        slack::slash_command typed;
        typed.from.team = "T1";
        typed.from.user = user;
        typed.from.channel = "C1";
        typed.command = "/release";
        typed.text = untrusted{"link"};
        co_await handle(with, typed, envelope);
    }
    std::string told(const std::string& envelope) {
        const auto row = *run(memory->outbox_row_of("answer/" + envelope));
        return row ? json::serialize(row->body) : std::string{};
    }
    void send(const std::string& author, std::int64_t id, const std::string& code) {
        server.issues.push_back({id, author, "I want it.\n\n" + code_line(code) + "\n"});
    }
};

}  // namespace

TEST_CASE("R8.2 whoever sends the code from their GitLab account is linked, once", "[slash][link]") {
    room all;
    const auto first = all.type("link", "UDEE");
    CHECK_THAT(first, Catch::Contains("https://gitlab.test/cig/shop/-/issues/new") && Catch::Contains("confidential"));
    const auto code = all.code_for("UDEE");
    CHECK_THAT(first, Catch::Contains(code));
    CHECK_THAT(all.type("link", "UDEE"), Catch::Contains("GitLab has not got it yet"));
    all.send("devi.rao", 15, code);
    CHECK_THAT(all.type("link", "UDEE"), Catch::Contains("in GitLab you are `devi.rao`"));
    CHECK(all.linked("UDEE") == "devi.rao");
    CHECK(all.server.issues.front().closed);
    // The code is used up: nobody is linked by it again.
    CHECK(all.code_for("UDEE").empty());
    CHECK_THAT(all.type("link", "UDEE"), Catch::Contains("You are linked"));
    CHECK_THAT(all.type("link remove", "UDEE"), Catch::Contains("Forgotten"));
    CHECK_THAT(all.type("link", "UDEE"), Catch::Contains("issues/new"));
    CHECK(all.linked("UDEE").empty());
}

TEST_CASE("R8.2 another's code, an old one, a forged one and the bot's own account link nobody", "[slash][link]") {
    room all;
    all.type("link", "UDEE");
    all.send("ben.carter", 13, all.code_for("UDEE") + "0");
    all.type("link", "UDEE");
    CHECK(all.linked("UDEE").empty());
    // Ana finds Dee's code: it is not hers.
    all.type("link", "UANA");
    all.send("ana.reyes", 11, all.code_for("UDEE"));
    all.type("link", "UANA");
    CHECK(all.linked("UANA").empty());
    all.server.issues.clear();
    // The bot writes issues itself; text that somebody put into one proves nothing.
    all.send("slipway", 90, all.code_for("UANA"));
    CHECK_THAT(all.type("link", "UANA"), Catch::Contains("not sent by a person"));
    all.server.issues.clear();
    const auto old = all.code_for("UANA");
    all.clock.advance(std::chrono::minutes{16});
    all.send("ana.reyes", 11, old);
    CHECK_THAT(all.type("link", "UANA"), Catch::Contains("issues/new"));
    CHECK(all.linked("UANA").empty());
    CHECK(all.code_for("UANA") != old);
}

TEST_CASE("R8.2 a code that somebody wrote into another's issue links nobody", "[slash][link]") {
    room all;
    all.type("link", "UDEE");
    all.send("ana.reyes", 11, all.code_for("UDEE"));  // Ana's issue, edited by Dee, who may edit issues
    all.server.issues.front().edited = true;
    CHECK_THAT(all.type("link", "UDEE"), Catch::Contains("was changed after it was sent, so it proves nothing"));
    CHECK(all.linked("UDEE").empty());
}

TEST_CASE("R8.2 whoever was talked into sending somebody else's link reads whom the account was linked with",
          "[slash][link]") {
    room all;
    all.type("link", "UDEE");
    all.send("ana.reyes", 11, all.code_for("UDEE"));
    all.type("link", "UDEE");
    CHECK_THAT(all.server.issues.front().told, Catch::Contains("the Slack user UDEE") && Catch::Contains("not you"));
}

TEST_CASE("R8.2 in an enterprise one person has one link, whatever workspace they type in", "[slash][link]") {
    room all;
    all.type("link", "UDEE");
    all.send("devi.rao", 15, all.code_for("UDEE"));
    all.type("link", "UDEE");
    REQUIRE(all.linked("UDEE") == "devi.rao");
    CHECK_THAT(all.type_in("T2", "link", "UDEE"), Catch::Contains("You are linked") && Catch::Contains("devi.rao"));
    all.type_in("T2", "link new", "UDEE");
    const auto code = text_at(**all.run(all.memory->document_of("account-link-requests", "T2/UDEE")), "code");
    all.server.issues.clear();
    all.send("devi.second", 16, code);
    CHECK_THAT(all.type_in("T2", "link new", "UDEE"), Catch::Contains("devi.second"));
    CHECK(all.run(all.memory->documents_in(steps::link_collection))->size() == 1);
    CHECK_THAT(all.type("link remove", "UDEE"), Catch::Contains("Forgotten"));
    CHECK(all.run(all.memory->documents_in(steps::link_collection))->empty());
}

TEST_CASE("R8.2 guests, bots and deactivated accounts get no code", "[slash][link]") {
    room all;
    all.slack.accounts["UBOT"] = {{"is_bot", true}};
    all.slack.accounts["UGUEST"] = {{"is_restricted", true}};
    all.slack.accounts["UGONE"] = {{"deleted", true}};
    for (const auto* user : {"UBOT", "UGUEST", "UGONE"}) {
        CHECK_THAT(all.type("link", user), Catch::Contains("cannot be linked"));
        CHECK(all.code_for(user).empty());
    }
    all.slack.will_fail("users.info", failure{errc::unavailable, "Slack does not answer"});
    CHECK_THAT(all.type("link", "UEVE"), Catch::Contains("cannot check your Slack account"));
    CHECK(all.code_for("UEVE").empty());
}

TEST_CASE("R8.2 one GitLab account belongs to one Slack user", "[slash][link]") {
    room all;
    for (const auto* user : {"UANA", "UDEE"}) {
        all.type("link", user);
        all.server.issues.clear();
        all.send("ana.reyes", 11, all.code_for(user));
        all.type("link", user);
    }
    CHECK(all.linked("UANA") == "ana.reyes");
    CHECK(all.linked("UDEE").empty());
}

TEST_CASE("R8.2 of two who redeem codes of one GitLab account at the same instant one is linked, the other told",
          "[slash][link]") {
    room all;
    for (const auto* user : {"UANA", "UDEE"}) {
        all.type("link", user);
        all.send("ana.reyes", 11, all.code_for(user));
    }
    // Each has read that the account is free before the other stores its link.
    all.books.before_commit = [&]() -> task<> { co_await asio::post(all.loop, asio::use_awaitable); };
    using namespace asio::experimental::awaitable_operators;
    const auto both = [&]() -> task<> { co_await (all.redeem("UANA", "E100") && all.redeem("UDEE", "E101")); };
    all.run(both());
    const auto links = *all.run(all.memory->documents_in(steps::link_collection));
    REQUIRE(links.size() == 1);
    const bool ana_won = all.linked("UANA") == "ana.reyes";
    CHECK_THAT(all.told(ana_won ? "E100" : "E101"), Catch::Contains("in GitLab you are `ana.reyes`"));
    CHECK_THAT(all.told(ana_won ? "E101" : "E100"), Catch::Contains("is linked with another Slack user"));
    CHECK(all.run(all.memory->holder_of(steps::link_claim(11))).value() == (ana_won ? "UANA" : "UDEE"));
}

TEST_CASE("R8.2 who forgets a link, or links another account, leaves the account to others", "[slash][link]") {
    room all;
    const auto link = [&](const std::string& user, const std::string& account, std::int64_t id) {
        all.type("link new", user);
        all.server.issues.clear();
        all.send(account, id, all.code_for(user));
        return all.type("link new", user);
    };
    CHECK_THAT(link("UANA", "ana.reyes", 11), Catch::Contains("in GitLab you are"));
    CHECK_THAT(link("UANA", "ana.second", 12), Catch::Contains("in GitLab you are"));
    CHECK_THAT(link("UDEE", "ana.reyes", 11), Catch::Contains("in GitLab you are"));
    CHECK_THAT(link("UEVE", "ana.second", 12), Catch::Contains("is linked with another Slack user"));
    CHECK_THAT(all.type("link remove", "UANA"), Catch::Contains("Forgotten"));
    CHECK_THAT(all.type("link", "UEVE"), Catch::Contains("in GitLab you are `ana.second`"));  // by the code she has
}

TEST_CASE("R8.2 an account that is held by nobody's link, as a version before may leave it, is free", "[slash][link]") {
    room all;
    all.type("link", "UDEE");
    store::batch left;
    left.claims.push_back({steps::link_claim(15), "UANA"});
    REQUIRE(all.run(all.memory->commit(std::move(left))));
    all.send("devi.rao", 15, all.code_for("UDEE"));
    CHECK_THAT(all.type("link", "UDEE"), Catch::Contains("in GitLab you are `devi.rao`"));
    CHECK(all.run(all.memory->holder_of(steps::link_claim(15))).value() == "UDEE");
}

TEST_CASE("R8.2 a code is good for one person, one key and a quarter of an hour", "[slash][link]") {
    const auto now = *from_iso("2026-11-24T12:00:00Z");
    const release::person_id dee{"T1", "UDEE"};
    const auto code = make_code("key", dee, std::string(32, 'a'), now + code_life);
    CHECK(is_good_code("key", dee, code, now));
    CHECK_FALSE(is_good_code("other", dee, code, now));
    CHECK_FALSE(is_good_code("key", {"T1", "UANA"}, code, now));
    CHECK_FALSE(is_good_code("key", {"T2", "UDEE"}, code, now));
    CHECK_FALSE(is_good_code("key", dee, code, now + code_life));
    auto longer = code;
    longer.insert(code.find('-') + 1, "9");  // a later end, the old signature
    CHECK_FALSE(is_good_code("key", dee, longer, now));
    for (const auto* bad : {"", "-", "--", "a-b-c", "a-99999999999"}) CHECK_FALSE(is_good_code("key", dee, bad, now));
    CHECK(has_code_line("x\r\n" + code_line(code) + "\r\n", code));
    CHECK_FALSE(has_code_line("x " + code_line(code), code));
}

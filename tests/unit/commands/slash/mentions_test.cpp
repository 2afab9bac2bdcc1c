// Who is called over a whole release, whatever happens to its gates: what the outbox would post is counted.
#include <catch2/catch.hpp>

#include "tests/fakes/mention_ledger.hpp"
#include "tests/unit/commands/slash/bench.hpp"

using namespace slipway;
using namespace slipway::slash;

namespace {

struct mention_story {
    mention_story() {
        release::step_rule issues = fakes::small_step("issues", "deploy", "error_issues", {"home"});
        one.plan.steps.push_back(issues);
        one.table["error_issues"] = {
            "error_issues", release::step_class::check, false, false, release::side_effect::none, {}, {}};
        one.kinds = fakes::fake_kinds(one.outside, one.table);
    }

    /// Every row that was not there before is a post, as it is now; what changes later is an edit.
    void post() {
        for (const auto& [key, each] : one.books.outbox) {
            const auto& body = each.row.body;
            if (text_at(body, "kind") != "message" || flag_at(body, "delete") || !posted.insert(key).second) continue;
            called.posted(key, text_at(body, "user"),
                          {{"text", text_at(body, "text")}, {"blocks", array_at(body, "blocks")}});
        }
    }
    void by_machine(release::command what) {
        REQUIRE(one.run(one.releases.ask("shop-1.4.0-1", std::move(what), release::machine(), "test", {})));
        post();
    }
    void ended(const std::string& step) {
        one.ended(step);
        post();
    }
    void click(const std::string& kind, const std::string& step, const std::string& user) {
        one.click(one.button(kind, step), user);
        post();
    }
    const release::gate_state& gate() {
        now = one.state();
        return *now.step("push")->gate;
    }

    /// From the start to the end, with everything that asks people: items, a question that becomes void, a reminder, a
    /// veto, a retry, errors that are somebody's.
    void go() {
        one.type("start 1.4.0");
        post();
        ended("announce");
        auto mine = fakes::small_item("!1");
        mine.asks = {fakes::person("UEVE")};
        one.looked({mine, fakes::small_item("!2")});
        post();
        mine.details = {"has a pipeline now"};
        one.looked({mine, fakes::small_item("!2")});
        post();
        one.looked({});
        post();
        ended("tests");
        click("approve", "read", "UDEE");
        ended("commit");
        click("approve", "push", "UDEE");
        by_machine(release::drift_seen{"trunk", "a", "b"});
        REQUIRE(gate().number == 2);
        REQUIRE(gate().again.size() == 1);
        by_machine(release::tick{gate().expires - milliseconds{9 * 60'000}});
        REQUIRE(gate().reminded != instant{});
        by_machine(release::tick{gate().expires - milliseconds{60'000}});
        one.submit(one.button("reject", "push"), "UQUINN", "the cart is broken");
        post();
        one.type("retry push");
        post();
        REQUIRE(gate().status == release::gate_status::open);
        click("approve", "push", "UEVE");
        click("approve", "push", "UQUINN");
        ended("push");
        ended("home");
        release::step_finished told;
        told.step = "issues";
        told.attempt = one.state().step("issues")->attempt;
        told.text = "2 issues";
        told.data["issues"] = json::array{error('a'), error('b')};
        by_machine(told);
        REQUIRE_FALSE(one.state().is_live());
    }
    static json::value error(char which) {
        return json::object{{"hash", std::string(32, which)},
                            {"title", "UndefinedField"},
                            {"what", "new"},
                            {"after", 9},
                            {"issue", 31},
                            {"assignee", "eve"},
                            {"assignee_slack", "UEVE"},
                            {"because", "last changed the line"}};
    }

    bench one;
    release::release_state now;
    fakes::mention_ledger called;
    std::set<std::string> posted;
};

}  // namespace

TEST_CASE("R7.10 over a whole release each person is called once for each needed action, with one reminder",
          "[slash][mentions]") {
    mention_story told;
    told.go();
    for (const auto& each : told.called.faults()) FAIL_CHECK(each);
    using counts = std::pair<std::size_t, std::size_t>;
    CHECK(told.called.calls("UEVE", "merges !1 1.1") == counts{1, 0});
    CHECK(told.called.calls("UDEE", "push 1.1") == counts{1, 0});
    // Dee's approval became void: one call, although the card names her and a direct message asks her.
    CHECK(told.called.calls("UDEE", "push 1.2") == counts{1, 1});
    CHECK(told.called.calls("UQUINN", "push 1.2") == counts{1, 1});
    CHECK(told.called.calls("UANA", "push 1.2").second == 0);  // she asked for it and may not answer
    CHECK(told.called.calls("UEVE", "errors/call/UEVE") == counts{1, 0});
}

TEST_CASE("R7.10 whoever is not asked directly is called by the card that voids their approval, and by nothing else",
          "[slash][mentions]") {
    mention_story told;
    told.one.projects.at("shop").roles["developer"] = {"UDEE", "UEVE", "UFAY", "UGIL", "UHUE"};
    told.go();
    for (const auto& each : told.called.faults()) FAIL_CHECK(each);
    using counts = std::pair<std::size_t, std::size_t>;
    CHECK(told.called.calls("UDEE", "push 1.1") == counts{0, 0});
    CHECK(told.called.calls("UDEE", "push 1.2") == counts{1, 1});
    CHECK(told.called.calls("UFAY", "push 1.2") == counts{0, 1});
}

TEST_CASE("R7.10 negative control: a second call, a call without a reason and a group are found", "[slash][mentions]") {
    const json::object calls_dee{{"text", "<@UDEE>, please look"}};
    fakes::mention_ledger called;
    called.posted("r/push/ask/1.1/UDEE", "UDEE", {{"text", "Deploy?"}});
    called.posted("r/push/reminder/1.1", "", calls_dee);
    CHECK(called.faults().empty());
    called.posted("r/push/gate/1.1", "", calls_dee);
    REQUIRE(called.faults().size() == 1);
    CHECK(called.faults()[0] == "UDEE is called for push 1.1 by r/push/ask/1.1/UDEE r/push/gate/1.1");
    called.posted("r/board", "", calls_dee);
    called.posted("r/push/gate/2.1", "", {{"text", "<!here> somebody?"}});
    CHECK(called.faults().size() == 3);
}

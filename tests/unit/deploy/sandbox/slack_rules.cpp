// The Slack of the sandbox as tables: what it accepts, counts and refuses. No socket in this file.
#include <catch2/catch.hpp>

#include "deploy/sandbox/slack/block_rules.hpp"
#include "deploy/sandbox/slack/elements.hpp"
#include "deploy/sandbox/slack/envelope_ledger.hpp"
#include "deploy/sandbox/slack/handles.hpp"
#include "deploy/sandbox/slack/rate_limits.hpp"
#include "deploy/sandbox/slack/text_rules.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

const instant noon = *from_iso("2026-11-24T12:00:00.000Z");

std::string first_problem(const std::string& blocks, surface where = surface::message) {
    const auto problems = problems_of_blocks(parse_json(blocks).value(), where, "/blocks");
    return problems.empty() ? "" : problems.front().rule + " at " + problems.front().pointer;
}

std::string repeated(std::string what, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += (i > 0 ? "," : "") + what;
    return all;
}

std::string section(const std::string& text) {
    return R"({"type":"section","text":{"type":"mrkdwn","text":")" + text + R"("}})";
}

std::string button(const std::string& more) {
    return R"([{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Go"})" + more +
           "}]}]";
}

}  // namespace

TEST_CASE("Block Kit limits are refused with the place that breaks them", "[sandbox][slack][blocks]") {
    struct row {
        std::string blocks;
        std::string problem;
    };
    const std::string divider = R"({"type":"divider"})";
    const auto [blocks, problem] = GENERATE_COPY(values<row>({
        {"[" + section("fine") + "]", ""},
        {"[" + repeated(divider, 50) + "]", ""},
        {"[" + repeated(divider, 51) + "]", "no more than 50 items allowed at /blocks"},
        {"[" + section(std::string(3000, 'x')) + "]", ""},
        {"[" + section(std::string(3001, 'x')) + "]", "must be less than 3001 characters at /blocks/0/text/text"},
        {"[" + section("") + "]", "must be more than 0 characters at /blocks/0/text/text"},
        {R"([{"type":"section"}])", "missing required field: text at /blocks/0"},
        {R"([{"type":"section","text":{"type":"mrkdwn","text":"x"},"colour":"red"}])",
         "invalid additional property: colour at /blocks/0/colour"},
        {R"([{"type":"header","text":{"type":"mrkdwn","text":"x"}}])", "must be plain_text at /blocks/0/text/type"},
        {R"([{"type":"header","text":{"type":"plain_text","text":")" + std::string(151, 'h') + R"("}}])",
         "must be less than 151 characters at /blocks/0/text/text"},
        {R"([{"type":"section","fields":[)" + repeated(R"({"type":"mrkdwn","text":"f"})", 11) + "]}]",
         "no more than 10 items allowed at /blocks/0/fields"},
        {button(R"(,"style":"primary","value":"v")"), ""},
        {button(R"(,"style":"green")"), "must be one of: primary, danger at /blocks/0/elements/0/style"},
        {button(R"(,"value":")" + std::string(2001, 'v') + R"(")"),
         "must be less than 2001 characters at /blocks/0/elements/0/value"},
        {button(R"(,"confirm":{"title":{"type":"plain_text","text":"T"}})"),
         "missing required field: text at /blocks/0/elements/0/confirm"},
        {R"([{"type":"actions","elements":[{"type":"plain_text_input","action_id":"a"}]}])",
         "unsupported type: plain_text_input at /blocks/0/elements/0/type"},
        {R"([{"type":"context","elements":[)" + repeated(R"({"type":"mrkdwn","text":"c"})", 11) + "]}]",
         "no more than 10 items allowed at /blocks/0/elements"},
        {R"([{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}])",
         "`block_id` \"a\" already exists at /blocks/1"},
        {R"([{"type":"table","rows":[[{"type":"raw_text","text":""}]]}])",
         "must be more than 0 characters at /blocks/0/rows/0/0/text"},
        {R"([{"type":"wizard"}])", "unsupported type: wizard at /blocks/0/type"},
        {R"("text")", "must be an array at /blocks"},
    }));
    CHECK(first_problem(blocks) == problem);
}

TEST_CASE("Characters are counted, not bytes", "[sandbox][slack][blocks]") {
    std::string umlauts;
    for (int i = 0; i < 3000; ++i) umlauts += "ü";
    CHECK(first_problem("[" + section(umlauts) + "]").empty());
    CHECK(length_of("héllo ✓") == 7);
    CHECK(first_characters("héllo", 2) == "hé");
}

TEST_CASE("Views have their own limits, and an input needs a submit button", "[sandbox][slack][blocks]") {
    const auto problem_of = [](const std::string& view) {
        const auto problems = problems_of_view(parse_json(view).value());
        return problems.empty() ? std::string{} : problems.front().rule + " at " + problems.front().pointer;
    };
    const std::string title = R"("title":{"type":"plain_text","text":"T"})";
    const std::string input =
        R"({"type":"input","label":{"type":"plain_text","text":"L"},"element":{"type":"plain_text_input","action_id":"a"}})";
    CHECK(problem_of(R"({"type":"modal",)" + title + R"(,"blocks":[{"type":"divider"}]})").empty());
    CHECK(problem_of(R"({"type":"modal",)" + title + R"(,"blocks":[)" + input + "]}") ==
          "missing required field: submit at /view");
    CHECK(
        problem_of(
            R"({"type":"modal","title":{"type":"plain_text","text":"A title of more than 24 c"},"blocks":[{"type":"divider"}]})") ==
        "must be less than 25 characters at /view/title/text");
    CHECK(problem_of(R"({"type":"modal",)" + title + R"(,"private_metadata":")" + std::string(3001, 'p') +
                     R"(","blocks":[{"type":"divider"}]})") ==
          "must be less than 3001 characters at /view/private_metadata");
    CHECK(problem_of(R"({"type":"home","blocks":[{"type":"table","rows":[]}]})") ==
          "unsupported type: table at /view/blocks/0/type");
}

TEST_CASE("Ids that the author left out are given, and stay apart", "[sandbox][slack][blocks]") {
    auto blocks = parse_json(button("")).value().as_array();
    blocks.push_back(parse_json(section("x")).value());
    complete_ids(blocks, "s");
    CHECK_FALSE(text_at(blocks[0], "elements.0.action_id").empty());
    CHECK(text_at(blocks[0], "block_id") != text_at(blocks[1], "block_id"));
}

TEST_CASE("R7.8 what would notify somebody is found, however it is written", "[sandbox][slack][mentions]") {
    struct row {
        std::string text;
        std::vector<std::string> kinds;
    };
    const auto [text, kinds] = GENERATE(values<row>({{"plain words", {}},
                                                     {"<@U0ANA> and <@U0BEN|ben>", {"user", "user"}},
                                                     {"<@U0ANA> <@U0ANA>", {"user"}},
                                                     {"<!channel> now", {"channel"}},
                                                     {"<!subteam^S0DBAS|dbas>", {"usergroup"}},
                                                     {"&lt;!channel&gt;", {}},
                                                     {"<https://x.test|@channel>", {}},
                                                     {"`<!here>`", {"here"}}}));
    std::vector<std::string> found;
    for (const auto& each : mentions_of(text, {})) found.push_back(each.kind);
    CHECK(found == kinds);
}

TEST_CASE("R7.8 a mrkdwn object that is not verbatim also turns plainly written crowds into mentions",
          "[sandbox][slack][mentions]") {
    const auto blocks = [](const std::string& more) {
        return parse_json(R"([{"type":"section","text":{"type":"mrkdwn","text":"fix @channel handling")" + more + "}}]")
            .value()
            .as_array();
    };
    CHECK(mentions_of("", blocks("")).size() == 1);
    CHECK(mentions_of("", blocks(R"(,"verbatim":true)")).empty());
    const auto literal = parse_json(
        R"([{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"<!channel> @here"}]}]}])");
    CHECK(mentions_of("", literal.value().as_array()).empty());
}

TEST_CASE("A ticket opens one link, within thirty seconds", "[sandbox][slack][handles]") {
    ticket_office office;
    const auto first = office.issue(noon);
    CHECK(office.redeem(first, noon + milliseconds{29'999}));
    CHECK_FALSE(office.redeem(first, noon));
    const auto late = office.issue(noon);
    CHECK_FALSE(office.redeem(late, noon + milliseconds{30'000}));
    CHECK_FALSE(office.redeem("made up", noon));
}

TEST_CASE("A trigger works once, for three seconds", "[sandbox][slack][handles]") {
    trigger_office office;
    std::string user;
    const auto id = office.issue("U0ANA", noon);
    CHECK(office.redeem(id, noon + milliseconds{2'999}, user).empty());
    CHECK(user == "U0ANA");
    CHECK(office.redeem(id, noon, user) == "exchanged_trigger_id");
    CHECK(office.redeem(office.issue("U0ANA", noon), noon + milliseconds{3'000}, user) == "expired_trigger_id");
    CHECK(office.redeem("1.2.3", noon, user) == "invalid_trigger_id");
}

TEST_CASE("A response URL takes five answers within thirty minutes", "[sandbox][slack][handles]") {
    response_office office;
    std::string problem;
    const auto id = office.issue({"C0RELEASES", "U0ANA", "", ""}, noon);
    for (int use = 0; use < 5; ++use) CHECK(office.redeem(id, noon, problem));
    CHECK_FALSE(office.redeem(id, noon, problem));
    CHECK(problem == "used_url");
    const auto old = office.issue({"C0RELEASES", "U0ANA", "", ""}, noon);
    CHECK_FALSE(office.redeem(old, noon + response_office::life, problem));
    CHECK(problem == "expired_url");
}

TEST_CASE("Quotas are per method and refill with time", "[sandbox][slack][limits]") {
    rate_limits limits;
    limits.generosity = 1;
    for (int call = 0; call < 50; ++call) CHECK_FALSE(limits.take("chat.update", 50, noon));
    CHECK(limits.take("chat.update", 50, noon) == 2);
    CHECK_FALSE(limits.take("pins.add", 20, noon));
    CHECK_FALSE(limits.take("chat.update", 50, noon + std::chrono::seconds{2}));
}

TEST_CASE("Posting is one a second in each channel, after a burst", "[sandbox][slack][limits]") {
    rate_limits limits;
    limits.post_burst = 3;
    for (int post = 0; post < 3; ++post) CHECK_FALSE(limits.take_post("C1", noon));
    CHECK(limits.take_post("C1", noon) == 1);
    CHECK_FALSE(limits.take_post("C2", noon));
    CHECK_FALSE(limits.take_post("C1", noon + std::chrono::seconds{1}));
}

TEST_CASE("An acknowledgement counts once, on its own link, in time, in one frame, and not too large",
          "[sandbox][slack][acks]") {
    envelope_ledger ledger;
    ledger.sent("e1", "interactive", 1, 0, noon);
    const auto ack = [&](int link, const std::string& frame, milliseconds after, int pieces = 1) {
        return ledger.read(link, frame, pieces, noon + after);
    };
    const std::string good = R"({"envelope_id":"e1","payload":{"text":"hi"}})";
    CHECK(ack(2, good, milliseconds{10}) == ack_verdict::other_link);
    CHECK(ack(1, good, milliseconds{3'001}) == ack_verdict::late);
    CHECK(ack(1, R"({"envelope_id":"e1","payload":")" + std::string(20'480, 'x') + "\"}", milliseconds{10}) ==
          ack_verdict::too_large);
    CHECK(ack(1, R"({"envelope_id":"e2"})", milliseconds{10}) == ack_verdict::unknown_envelope);
    CHECK(ack(1, "hello", milliseconds{10}) == ack_verdict::not_an_ack);
    CHECK(ack(1, good, milliseconds{10}, 2) == ack_verdict::fragmented);
    CHECK_FALSE(ledger.find("e1")->acked);
    CHECK(ack(1, good, milliseconds{3'000}) == ack_verdict::accepted);
    CHECK(text_at(ledger.find("e1")->answer, "text") == "hi");
    CHECK(ack(1, good, milliseconds{3'000}) == ack_verdict::repeated);
}

TEST_CASE("A choice becomes the state that Slack would send", "[sandbox][slack][elements]") {
    const auto element = [](const std::string& text) { return parse_json(text).value().as_object(); };
    const auto menu = element(
        R"({"type":"static_select","action_id":"m","options":[{"text":{"type":"plain_text","text":"Prod"},"value":"prod"}]})");
    CHECK(text_at(state_after(menu, "prod").value(), "selected_option.text.text") == "Prod");
    CHECK(state_after(menu, "test").error().sentence() == "the menu m has no option test");
    CHECK(state_after(menu, nullptr).value().at("selected_option").is_null());
    const auto people = element(R"({"type":"users_select","action_id":"u"})");
    CHECK(text_at(state_after(people, "U0ANA").value(), "selected_user") == "U0ANA");
    const auto ticks = element(
        R"({"type":"checkboxes","action_id":"c","options":[{"text":{"type":"plain_text","text":"A"},"value":"a"},{"text":{"type":"plain_text","text":"B"},"value":"b"}]})");
    CHECK(state_after(ticks, json::array{"a", "b"}).value().at("selected_options").as_array().size() == 2);
}

}  // namespace slipway::sandbox::slack

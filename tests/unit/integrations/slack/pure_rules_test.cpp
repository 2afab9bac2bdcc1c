// Pacing, error classes and cutting text, as plain functions.
#include <catch2/catch.hpp>

#include "integrations/base/json.hpp"
#include "integrations/slack/api_errors.hpp"
#include "integrations/slack/cut_text.hpp"
#include "integrations/slack/method_table.hpp"
#include "integrations/slack/pacer.hpp"

using namespace slipway;
using namespace slipway::slack;
using namespace std::chrono_literals;

namespace {
const instant rules_noon = from_unix_ms(1'800'000'000'000);
}

TEST_CASE("posts to one channel leave one a second after a small burst, other channels are not held up",
          "[slack][pace]") {
    pacer pace;
    const auto& post = facts_of("chat.postMessage");
    std::vector<milliseconds> waits;
    for (int i = 0; i < 6; ++i) waits.push_back(pace.reserve(post, "C1", rules_noon));
    CHECK(waits == std::vector<milliseconds>{0ms, 0ms, 0ms, 1000ms, 2000ms, 3000ms});
    CHECK(pace.reserve(post, "C2", rules_noon) == 0ms);
    CHECK(pace.reserve(facts_of("chat.update"), "C1", rules_noon) == 0ms);
    CHECK(pace.reserve(post, "C1", rules_noon + 10s) == 0ms);
}

TEST_CASE("a method's tier spreads its calls over the minute", "[slack][pace]") {
    pacer pace;
    milliseconds last{0};
    for (int i = 0; i < 50; ++i) last = pace.reserve(facts_of("users.info"), "", rules_noon);
    CHECK(last >= 12s);  // Tier 4: a hundred a minute
    milliseconds info{0};
    for (int i = 0; i < 50; ++i) info = pace.reserve(facts_of("conversations.info"), "", rules_noon);
    CHECK(info >= 40s);  // Tier 3: fifty a minute
}

TEST_CASE("R5.11 a 429 blocks its own method only, and the longest one counts", "[slack][pace]") {
    pacer pace;
    pace.block("chat.postMessage", rules_noon + 30s);
    pace.block("chat.postMessage", rules_noon + 5s);
    CHECK(pace.blocked_for("chat.postMessage", rules_noon + 10s) == 20s);
    CHECK(pace.blocked_for("chat.postMessage", rules_noon + 31s) == 0ms);
    CHECK(pace.blocked_for("chat.update", rules_noon) == 0ms);
}

TEST_CASE("a clock set back does not stop the queue", "[slack][pace]") {
    pacer pace;
    const auto& post = facts_of("chat.postMessage");
    for (int i = 0; i < 4; ++i) pace.reserve(post, "C1", rules_noon);
    CHECK(pace.reserve(post, "C1", rules_noon - 1h) == 0ms);
}

TEST_CASE("Slack's error codes mean one thing each", "[slack][errors]") {
    using enum repetition;
    const std::vector<std::tuple<std::string, repetition, errc>> rows{
        {"invalid_auth", safe, errc::unauthorised},     {"missing_scope", unsafe, errc::unauthorised},
        {"token_revoked", safe, errc::unauthorised},    {"invalid_arguments", unsafe, errc::invalid},
        {"msg_too_long", safe, errc::invalid},          {"channel_not_found", unsafe, errc::not_found},
        {"message_not_found", safe, errc::not_found},   {"not_in_channel", unsafe, errc::refused},
        {"is_archived", unsafe, errc::refused},         {"edit_window_closed", safe, errc::refused},
        {"hash_conflict", safe, errc::moved},           {"already_pinned", safe, errc::exists},
        {"ratelimited", unsafe, errc::limited},         {"rate_limited", unsafe, errc::limited},
        {"internal_error", unsafe, errc::lost},         {"fatal_error", unsafe, errc::lost},
        {"internal_error", safe, errc::unavailable},    {"service_unavailable", unsafe, errc::lost},
        {"request_timeout", unsafe, errc::unavailable}, {"a_code_of_2031", unsafe, errc::refused},
    };
    for (const auto& [code, again, kind] : rows) {
        INFO(code);
        CHECK(kind_of(code, again) == kind);
    }
}

TEST_CASE("a refusal says what was tried, on what, what came back, and the way out", "[slack][errors]") {
    const auto& post = facts_of("chat.postMessage");
    const auto outside =
        refusal(post, "chat.postMessage", "C1", json::object{{"ok", false}, {"error", "not_in_channel"}});
    CHECK(outside.code == "not_in_channel");
    CHECK(
        outside.sentence() ==
        "Slack answered chat.postMessage for C1 with not_in_channel; type /invite and the bot's name in that channel");
    const auto scope =
        refusal(post, "chat.postMessage", "C1",
                json::object{{"error", "missing_scope"}, {"needed", "chat:write"}, {"provided", "commands"}});
    CHECK(scope == errc::unauthorised);
    CHECK(scope.sentence().find("needs the scope chat:write, the token has commands") != std::string::npos);
    const auto unknown = refusal(post, "chat.postMessage", "C1", json::object{{"error", "fatal_error"}});
    CHECK(unknown == errc::lost);
    CHECK(unknown.sentence().find("not known whether it happened") != std::string::npos);
    const auto blocks = parse_json(
        R"({"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] too long [json-pointer:/blocks/0]"]}})");
    CHECK(refusal(post, "chat.postMessage", "C1", blocks->get_object()).sentence().find("/blocks/0") !=
          std::string::npos);
}

TEST_CASE("an HTTP status without JSON is an outage, a redirect, or a wrong address", "[slack][errors]") {
    const auto& post = facts_of("chat.postMessage");
    const auto& read = facts_of("users.info");
    CHECK(bad_status(post, "chat.postMessage", "C1", 500) == errc::lost);
    CHECK(bad_status(read, "users.info", "U1", 503) == errc::unavailable);
    CHECK(bad_status(post, "chat.postMessage", "", 302).sentence().find("SLACK_API_URL") != std::string::npos);
    CHECK(bad_status(post, "chat.postMessage", "", 403) == errc::unauthorised);
    CHECK(bad_status(post, "chat.postMessage", "", 404) == errc::invalid);
}

TEST_CASE("Retry-After is whole seconds or nothing", "[slack][errors]") {
    CHECK(retry_after("30") == milliseconds{30'000});
    CHECK(retry_after("0") == milliseconds{0});
    CHECK_FALSE(retry_after(std::nullopt).has_value());
    CHECK_FALSE(retry_after("soon").has_value());
    CHECK_FALSE(retry_after("-1").has_value());
    CHECK(too_often("chat.update", std::nullopt).retry_after == milliseconds{30'000});
}

TEST_CASE("text is cut between characters, never inside a link or an entity", "[slack][text]") {
    CHECK(cut_text("short", 10) == "short");
    CHECK(cut_text("exactly10!", 10) == "exactly10!");
    CHECK(cut_text("elevenchars", 10) == "elevencha…");
    CHECK(cut_text("ééééé", 4) == "ééé…");
    CHECK(cut_text("🚀🚀🚀", 5) == "🚀🚀…");
    CHECK(cut_text("ab <https://example.com|here> cd", 12) == "ab …");
    CHECK(cut_text("1234567&amp;90", 9) == "1234567…");
    CHECK(cut_text("a < b but no link at all", 8) == "a < b b…");
    CHECK(cut_text(std::string(5'000, 'x'), update_text_limit).size() ==
          update_text_limit - 1 + std::string{"…"}.size());
    CHECK(cut_text("\xff\xfe\xfd broken", 4) == "\xff\xfe\xfd…");
}

TEST_CASE("methods that would happen twice are never marked as repeatable", "[slack][methods]") {
    for (const auto* name : {"chat.postMessage", "chat.postEphemeral", "files.completeUploadExternal", "views.open",
                             "bookmarks.add", "a.method.of.2031"}) {
        INFO(name);
        CHECK(facts_of(name).again == repetition::unsafe);
    }
    CHECK(facts_of("chat.update").again == repetition::safe);
    CHECK(facts_of("apps.connections.open").token == token_kind::app);
    CHECK(facts_of("files.getUploadURLExternal").body == body_kind::form);
    CHECK(facts_of("a.method.of.2031").body == body_kind::form);
}

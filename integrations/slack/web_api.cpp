#include "integrations/slack/web_api.hpp"

#include <spdlog/spdlog.h>

#include "integrations/base/json.hpp"
#include "integrations/net/http.hpp"
#include "integrations/slack/api_errors.hpp"
#include "integrations/slack/method_table.hpp"
#include "integrations/slack/pacer.hpp"

namespace slipway::slack {
namespace {

std::string form_of(const json::object& arguments) {
    std::vector<net::field> fields;
    for (const auto& each : arguments) {
        const auto& value = each.value();
        if (value.is_null()) continue;
        const auto* text = value.if_string();
        // Nested values travel as JSON text inside their field; numbers and booleans happen to look the same.
        fields.push_back({std::string{each.key()},
                          text != nullptr ? std::string{text->data(), text->size()} : json::serialize(value)});
    }
    return net::encode_form(fields);
}

/// What the call is about, for sentences and for the per-channel queue.
std::string target_of(const json::object& arguments) {
    for (const auto* name : {"channel", "channel_id", "users", "user", "user_id", "usergroup"})
        if (auto found = text_at(arguments, name); !found.empty()) return found;
    return {};
}

std::string channel_of(const json::object& arguments) {
    return text_at(arguments, "channel");
}

void log_warnings(std::string_view method, std::string_view target, const json::object& answer) {
    if (const auto warning = text_at(answer, "warning"); !warning.empty())
        spdlog::warn("slack method={} target={} warning={}", method, target, warning);
    for (const auto& each : array_at(answer, "response_metadata.warnings"))
        if (const auto* text = each.if_string())
            spdlog::warn("slack method={} target={} warning={}", method, target,
                         std::string_view{text->data(), text->size()});
}

bool worth_repeating(const failure& why, repetition again, milliseconds longest_wait) {
    if (why.kind() == errc::unavailable) return true;
    if (why.kind() == errc::limited) return why.retry_after.value_or(milliseconds{0}) <= longest_wait;
    return may_have_happened(why.kind()) && again == repetition::safe;
}

/// The address itself is a secret here, so the HTTP client's sentence, which names it, is not passed on.
failure without_address(const failure& why, std::string_view about) {
    failure told{why.kind(),
                 std::string{about} + " failed (" + std::string{to_string(why.kind())} +
                     (may_have_happened(why.kind()) ? "): it is not known whether it arrived" : "): nothing was sent")};
    told.retry_after = why.retry_after;
    told.code = why.code;
    return told;
}

class http_web_api final : public web_api {
public:
    http_web_api(net::http_client& http, timers& clock, web_api_settings settings, chance roll)
        : http_{http}, clock_{clock}, settings_{std::move(settings)}, roll_{std::move(roll)} {}

    task<result<json::object>> call(std::string method, json::object arguments) override {
        auto facts = facts_of(method);
        facts.name = method;
        const auto asked = request_for(facts, arguments);
        const auto target = target_of(arguments);
        const auto channel = channel_of(arguments);
        backoff between{settings_.between, roll_};
        for (int attempt = 1;; ++attempt) {
            const auto turn = co_await wait_turn(facts, channel);
            if (turn.has_error()) co_return turn.error();
            auto answered = co_await http_.send(asked);
            auto answer = read_answer(facts, target, answered);
            if (answer.has_value()) co_return answer;
            const auto& why = answer.error();
            if (attempt >= settings_.attempts || !worth_repeating(why, facts.again, settings_.longest_wait))
                co_return answer;
            spdlog::info("slack method={} target={} attempt={} kind={} retry: {}", method, target, attempt,
                         to_string(why.kind()), why.sentence());
            if (why.kind() != errc::limited) co_await clock_.sleep(between.next());
        }
    }

    task<result<>> upload(std::string upload_url, std::string bytes) override {
        net::request asked;
        asked.method = "POST";
        asked.url = std::move(upload_url);
        asked.headers.add("Content-Type", "application/octet-stream");
        asked.body = std::move(bytes);
        asked.timeout = settings_.timeout * 4;
        auto answered = co_await http_.send(std::move(asked));
        if (answered.has_error()) co_return without_address(answered.error(), "uploading a file to Slack");
        if (answered->status == 200) co_return result<>{};
        failure refused{errc::refused, "Slack took the upload of a file with HTTP " + std::to_string(answered->status) +
                                           " instead of 200; nothing is visible, ask for a new upload URL"};
        refused.code = std::to_string(answered->status);
        co_return refused;
    }

    task<result<>> respond(std::string response_url, json::object message) override {
        net::request asked;
        asked.method = "POST";
        asked.url = std::move(response_url);
        asked.headers.add("Content-Type", "application/json; charset=utf-8");
        asked.body = json::serialize(message);
        asked.timeout = settings_.timeout;
        backoff between{settings_.between, roll_};
        for (int attempt = 1;; ++attempt) {
            auto answered = co_await http_.send(asked);
            auto outcome = read_response_answer(answered);
            if (outcome.has_value() || attempt >= settings_.attempts) co_return outcome;
            if (!worth_repeating(outcome.error(), repetition::unsafe, settings_.longest_wait)) co_return outcome;
            const auto wait = between.next(outcome.error().retry_after.value_or(milliseconds{0}));
            co_await clock_.sleep(wait);
        }
    }

private:
    net::request request_for(const method_facts& facts, const json::object& arguments) const {
        net::request asked;
        asked.method = "POST";
        asked.url = settings_.api_url + std::string{facts.name};
        const auto& token = facts.token == token_kind::app ? settings_.app_token : settings_.bot_token;
        asked.headers.add("Authorization", "Bearer " + token);
        const bool as_json = facts.body == body_kind::json;
        asked.headers.add("Content-Type",
                          as_json ? "application/json; charset=utf-8" : "application/x-www-form-urlencoded");
        asked.body = as_json ? json::serialize(arguments) : form_of(arguments);
        asked.timeout = settings_.timeout;
        return asked;
    }

    /// Waits for the pacing queue and for the end of a 429; errc::limited when that would take too long.
    task<result<>> wait_turn(method_facts facts, std::string channel) {
        const auto limited = [&](milliseconds left) { return left > settings_.longest_wait; };
        auto blocked = pace_.blocked_for(facts.name, clock_.now());
        if (limited(blocked)) co_return too_often(facts.name, blocked);
        const auto wait = pace_.reserve(facts, channel, clock_.now());
        if (wait > milliseconds{0}) co_await clock_.sleep(wait);
        blocked = pace_.blocked_for(facts.name, clock_.now());
        while (blocked > milliseconds{0}) {
            if (limited(blocked)) co_return too_often(facts.name, blocked);
            co_await clock_.sleep(blocked);
            blocked = pace_.blocked_for(facts.name, clock_.now());
        }
        co_return result<>{};
    }

    result<json::object> read_answer(const method_facts& facts, const std::string& target,
                                     const result<net::response>& answered) {
        const std::string about = "calling Slack's " + std::string{facts.name};
        if (answered.has_error()) return answered.error().within(about);
        spdlog::debug("slack method={} target={} status={} req_id={}", facts.name, target, answered->status,
                      answered->headers.find("x-slack-req-id").value_or("-"));
        if (answered->status == 429) return block(facts.name, answered->headers.find("Retry-After"));
        auto body = parse_json(answered->body);
        const bool readable = body.has_value() && body->is_object() && body->get_object().contains("ok");
        if (answered->status != 200 && !readable) return bad_status(facts, facts.name, target, answered->status);
        if (!readable) return unreadable(facts, target);
        auto& answer = body->get_object();
        log_warnings(facts.name, target, answer);
        if (flag_at(answer, "ok")) return std::move(answer);
        if (kind_of(text_at(answer, "error"), facts.again) == errc::limited)
            return block(facts.name, answered->headers.find("Retry-After"));
        return refusal(facts, facts.name, target, answer);
    }

    failure block(std::string_view method, const std::optional<std::string>& header) {
        auto refused = too_often(method, retry_after(header));
        pace_.block(method, clock_.now() + *refused.retry_after);
        spdlog::warn("slack method={} limited retry_after_ms={}", method, refused.retry_after->count());
        return refused;
    }

    static failure unreadable(const method_facts& facts, const std::string& target) {
        const auto kind = facts.again == repetition::safe ? errc::unavailable : errc::lost;
        return failure{kind, "Slack answered " + std::string{facts.name} + (target.empty() ? "" : " for " + target) +
                                 " with HTTP 200 and no JSON answer; a proxy may stand between the bot and Slack"};
    }

    static result<> read_response_answer(const result<net::response>& answered) {
        const std::string about = "answering through Slack's response_url";
        if (answered.has_error()) return without_address(answered.error(), about);
        if (answered->status == 429)
            return too_often("response_url", retry_after(answered->headers.find("Retry-After")));
        const auto body = parse_json(answered->body);
        const bool says_no =
            body.has_value() && body->is_object() && body->get_object().contains("ok") && !flag_at(*body, "ok");
        if (answered->status >= 200 && answered->status < 300 && !says_no) return {};
        const auto code = says_no ? text_at(*body, "error") : std::to_string(answered->status);
        failure refused{answered->status >= 500 ? errc::lost : errc::refused,
                        about + " gave " + code +
                            "; it lives 30 minutes and serves five times, after that only a new message helps"};
        refused.code = code;
        return refused;
    }

    net::http_client& http_;
    timers& clock_;
    web_api_settings settings_;
    chance roll_;
    pacer pace_;
};

}  // namespace

std::unique_ptr<web_api> create_web_api(net::http_client& http, timers& clock, web_api_settings settings, chance roll) {
    return std::make_unique<http_web_api>(http, clock, std::move(settings), std::move(roll));
}

}  // namespace slipway::slack

#include "deploy/sandbox/slack/request_sender.hpp"

#include "integrations/base/digest.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

constexpr milliseconds patience{3'000};
constexpr std::size_t most_kept = 500;

/// A command's members as form fields; everything in it is text.
std::string to_form(const json::object& payload) {
    std::vector<net::field> fields;
    fields.reserve(payload.size());
    for (const auto& each : payload) fields.push_back({std::string{each.key()}, text_at(payload, each.key())});
    return net::encode_form(fields);
}

/// Slack's word for why a request is sent again.
std::string reason_of(const failure& why) {
    return why == errc::timed_out ? "http_timeout" : "connection_failed";
}

/// The acknowledgement's payload: JSON, or text that becomes the message; null for an empty body.
json::value answer_in(const net::response& got) {
    if (got.body.empty()) return nullptr;
    const auto type = got.headers.find("Content-Type").value_or("");
    if (!type.starts_with("application/json")) return json::object{{"text", got.body}};
    auto parsed = parse_json(got.body);
    return parsed ? std::move(*parsed) : json::value(nullptr);
}

}  // namespace

request_sender::request_sender(executor loop, std::string signing_secret, slipway::timers& timers)
    : client_{net::create_http_client(loop, {})}, secret_{std::move(signing_secret)}, timers_{timers} {}

net::request request_sender::signed_request(std::string url, std::string content_type, std::string body) const {
    const auto now = std::to_string(to_unix(timers_.now()) + clock_ahead.count());
    net::request asked;
    asked.method = "POST";
    asked.url = std::move(url);
    asked.timeout = patience;
    asked.headers.add("Content-Type", std::move(content_type));
    asked.headers.add("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)");
    asked.headers.add("X-Slack-Request-Timestamp", now);
    std::string base = "v0:" + now + ":";
    base += body;
    asked.headers.add("X-Slack-Signature", "v0=" + hmac_sha256_hex(secret_, base));
    asked.body = std::move(body);
    return asked;
}

task<result<>> request_sender::use(std::string url) {
    if (url.empty()) {
        url_.clear();
        co_return result<>{};
    }
    const auto challenge = random_hex(20);
    const json::object question{{"token", "deprecated"}, {"challenge", challenge}, {"type", "url_verification"}};
    auto asked = signed_request(url, "application/json", json::serialize(question));
    const auto got = co_await client_->send(std::move(asked));
    if (!got) co_return failure{got.error().kind(), "the request URL did not answer: " + got.error().sentence()};
    const auto parsed = parse_json(got->body);
    const bool said = got->body == challenge || (parsed && text_at(*parsed, "challenge") == challenge);
    if (got->status != 200 || !said)
        co_return failure{errc::refused, "the request URL answered " + std::to_string(got->status) +
                                             " without the challenge, so it is not this app's"};
    url_ = std::move(url);
    co_return result<>{};
}

task<delivery> request_sender::deliver(std::string type, json::object payload, int attempt, std::string reason) {
    net::request asked;
    if (type == "events_api") {
        asked = signed_request(url_, "application/json", json::serialize(payload));
    } else {
        const auto form =
            type == "slash_commands" ? to_form(payload) : net::encode_form({{"payload", json::serialize(payload)}});
        asked = signed_request(url_, "application/x-www-form-urlencoded", form);
    }
    if (attempt > 0) {
        asked.headers.add("X-Slack-Retry-Num", std::to_string(attempt));
        asked.headers.add("X-Slack-Retry-Reason", reason);
    }
    const auto began = std::chrono::steady_clock::now();
    const auto got = co_await client_->send(std::move(asked));
    delivery done;
    done.latency = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
    if (sent_.size() >= most_kept) sent_.erase(sent_.begin());
    sent_.push_back({{"type", type},
                     {"attempt", attempt},
                     {"status", got ? got->status : 0},
                     {"ms", static_cast<std::int64_t>(done.latency.count())}});
    if (!got) {
        done.problem = reason_of(got.error());
        co_return done;
    }
    done.acked = got->status >= 200 && got->status < 300;
    if (done.acked)
        done.answer = answer_in(*got);
    else
        done.problem = "http_error";
    done.no_retry = !done.acked && got->headers.find("X-Slack-No-Retry") == "1";
    co_return done;
}

json::object request_sender::to_json() const {
    return {{"url", url_}, {"sent", sent_}};
}

}  // namespace slipway::sandbox::slack

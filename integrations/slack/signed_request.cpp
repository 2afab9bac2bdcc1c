#include "integrations/slack/signed_request.hpp"

#include <algorithm>
#include <charconv>

#include "integrations/base/digest.hpp"
#include "integrations/base/json.hpp"
#include "integrations/net/http.hpp"

namespace slipway::slack {
namespace {

failure not_slack(std::string why) {
    return failure{errc::unauthorised, "the request is not taken for Slack's: " + std::move(why)};
}

/// Seconds since 1970, digits only; -1 for anything else.
std::int64_t seconds_in(std::string_view text) {
    std::int64_t seconds = -1;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const bool whole = bad == std::errc{} && end == text.data() + text.size() && seconds >= 0;
    return whole ? seconds : -1;
}

bool is_form(std::string_view content_type) {
    const auto kind = content_type.substr(0, content_type.find(';'));
    return kind.substr(0, kind.find_last_not_of(' ') + 1) == "application/x-www-form-urlencoded";
}

envelope envelope_of(const signed_request& asked, std::string type, bool takes_answer) {
    envelope made;
    made.id = "http:" + fingerprint({asked.timestamp, asked.body}).substr(0, 40);
    made.type = std::move(type);
    made.takes_answer = takes_answer;
    made.retry_attempt = static_cast<int>(std::max<std::int64_t>(seconds_in(asked.retry_number), 0));
    made.retry_reason = asked.retry_reason;
    return made;
}

result<http_delivery> read_form(const signed_request& asked) {
    const auto fields = net::decode_form(asked.body);
    const auto payload = net::field_of(fields, "payload");
    if (!payload.empty()) {
        auto parsed = parse_json(payload);
        if (!parsed || !parsed->is_object())
            return failure{errc::invalid, "Slack's form holds a payload that is no JSON object"};
        auto made = envelope_of(asked, "interactive", /*takes_answer=*/true);
        made.payload = std::move(parsed->get_object());
        return http_delivery{std::move(made)};
    }
    if (net::field_of(fields, "command").empty())
        return failure{errc::invalid, "Slack's form holds neither a payload nor a command"};
    auto made = envelope_of(asked, "slash_commands", /*takes_answer=*/true);
    for (const auto& each : fields) made.payload.emplace(each.name, each.value);
    return http_delivery{std::move(made)};
}

}  // namespace

result<> check_signature(const signed_request& asked, std::string_view secret, instant now, std::chrono::seconds skew) {
    if (secret.empty()) return not_slack("no signing secret is configured, so nothing can be told from a forgery");
    if (asked.timestamp.empty()) return not_slack("it has no X-Slack-Request-Timestamp");
    if (asked.signature.empty()) return not_slack("it has no X-Slack-Signature");
    const auto sent = seconds_in(asked.timestamp);
    if (sent < 0) return not_slack("its X-Slack-Request-Timestamp is no time");
    const auto ahead = sent - to_unix(now);
    if (std::max(ahead, -ahead) > skew.count())
        return not_slack("its time is " + std::to_string(std::max(ahead, -ahead)) + " s " +
                         (ahead > 0 ? "ahead of" : "behind") + " ours; check the clock of this machine");
    std::string base = "v0:" + asked.timestamp + ":";
    base += asked.body;
    if (!equal_in_constant_time("v0=" + hmac_sha256_hex(secret, base), asked.signature))
        return not_slack("its signature does not fit the body and the signing secret");
    return {};
}

bool is_certificate_check(const signed_request& asked) {
    if (!is_form(asked.content_type)) return false;
    int checks = 0;
    for (const auto& each : net::decode_form(asked.body)) {
        if (each.name != "ssl_check") continue;
        if (each.value != "1") return false;
        ++checks;
    }
    return checks == 1;
}

result<http_delivery> read_request(const signed_request& asked) {
    if (is_form(asked.content_type)) return read_form(asked);
    auto parsed = parse_json(asked.body);
    if (!parsed || !parsed->is_object())
        return failure{errc::invalid, "the request's body is neither a form nor a JSON object"};
    auto& body = parsed->get_object();
    if (text_at(body, "type") == "url_verification") return http_delivery{url_verification{text_at(body, "challenge")}};
    auto made = envelope_of(asked, "events_api", /*takes_answer=*/false);
    made.payload = std::move(body);
    return http_delivery{std::move(made)};
}

}  // namespace slipway::slack

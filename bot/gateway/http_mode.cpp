#include "bot/gateway/http_mode.hpp"

#include <spdlog/spdlog.h>

#include "integrations/base/json.hpp"
#include "integrations/slack/signed_request.hpp"

namespace slipway::gateway {
namespace {

net::server_response plain(int status, std::string words = {}) {
    net::server_response made;
    made.status = status;
    if (!words.empty()) made.headers.add("Content-Type", "text/plain; charset=utf-8");
    made.body = std::move(words);
    return made;
}

net::server_response acknowledgement(const std::optional<json::object>& answer) {
    if (!answer) return plain(200);
    net::server_response made;
    made.headers.add("Content-Type", "application/json; charset=utf-8");
    made.body = json::serialize(*answer);
    return made;
}

/// A header that comes twice could mean one thing to a proxy and another to us: it counts as missing.
std::string only_header(const net::headers& all, std::string_view name) {
    std::string value;
    int count = 0;
    for (const auto& each : all.all())
        if (const auto found = net::headers{each}.find(name)) {
            value = *found;
            ++count;
        }
    return count == 1 ? value : std::string{};
}

slack::signed_request to_signed(net::server_request asked) {
    slack::signed_request made;
    made.timestamp = only_header(asked.headers, "X-Slack-Request-Timestamp");
    made.signature = only_header(asked.headers, "X-Slack-Signature");
    made.content_type = only_header(asked.headers, "Content-Type");
    made.retry_number = only_header(asked.headers, "X-Slack-Retry-Num");
    made.retry_reason = only_header(asked.headers, "X-Slack-Retry-Reason");
    made.body = std::move(asked.body);
    return made;
}

}  // namespace

result<std::unique_ptr<http_mode>> http_mode::create(std::string signing_secret, inbox& envelopes, timers& clock,
                                                     answer_hook answer, http_mode_settings settings) {
    if (signing_secret.empty())
        return failure{errc::invalid,
                       "Slack's requests cannot be received without the signing secret (SLACK_SIGNING_SECRET): anybody "
                       "could press any button"};
    return std::unique_ptr<http_mode>{
        new http_mode{std::move(signing_secret), envelopes, clock, std::move(answer), std::move(settings)}};
}

http_mode::http_mode(std::string signing_secret, inbox& envelopes, timers& clock, answer_hook answer,
                     http_mode_settings settings)
    : secret_{std::move(signing_secret)},
      clock_{clock},
      settings_{std::move(settings)},
      intake_{envelopes, clock, std::move(answer)} {}

task<net::server_response> http_mode::handle(net::server_request asked) {
    if (asked.path != settings_.path) co_return plain(404, "Slack's requests are received at " + settings_.path + "\n");
    if (asked.method != "POST") co_return plain(405, "Slack sends its requests with POST\n");
    const auto signed_one = to_signed(std::move(asked));
    if (slack::is_certificate_check(signed_one)) co_return plain(200);
    const auto genuine = slack::check_signature(signed_one, secret_, clock_.now());
    if (!genuine) {
        ++requests_.unauthorised;
        spdlog::warn("slack request: {}", genuine.error().sentence());
        // Who has not the secret learns nothing about which part was wrong.
        co_return plain(401, "the request is not signed by Slack\n");
    }
    auto said = slack::read_request(signed_one);
    if (!said) {
        ++requests_.malformed;
        spdlog::warn("slack request: {}", said.error().sentence());
        auto senseless = plain(400, said.error().sentence() + "\n");
        senseless.headers.add("X-Slack-No-Retry", "1");
        co_return senseless;
    }
    ++requests_.received;
    if (auto* verification = std::get_if<slack::url_verification>(&*said))
        co_return plain(200, verification->challenge);
    auto answered = co_await take(std::move(std::get<slack::envelope>(*said)));
    co_return answered;
}

task<net::server_response> http_mode::take(slack::envelope arrived) {
    const auto since = clock_.now();
    const auto id = arrived.id;
    auto admitted = co_await intake_.admit(std::move(arrived));
    if (admitted.has_error()) {
        ++acks_.refused;
        co_return plain(503, "it could not be stored; send it again\n");
    }
    auto answer = acknowledgement(admitted->answer);
    const auto took = clock_.now() - since;
    if (acks_.note(took, settings_.acknowledge_within))
        spdlog::warn("envelope={} was acknowledged after {} ms", id, took.count());
    intake_.proceed(std::move(*admitted));
    co_return answer;
}

}  // namespace slipway::gateway

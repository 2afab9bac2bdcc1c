// Slack's requests over HTTP: whose they are, and what they say. Pure. Facts: Slack's pages "Verifying requests from
// Slack" and "Using HTTP Request URLs".
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

#include "integrations/base/clock.hpp"
#include "integrations/base/result.hpp"
#include "integrations/slack/payload.hpp"

namespace slipway::slack {

/// What a request came with. Header values as they were sent; "" = the header was missing.
struct signed_request {
    std::string timestamp;     ///< X-Slack-Request-Timestamp
    std::string signature;     ///< X-Slack-Signature
    std::string content_type;  ///< Content-Type
    std::string retry_number;  ///< X-Slack-Retry-Num
    std::string retry_reason;  ///< X-Slack-Retry-Reason
    std::string body;          ///< the bytes as they came: the signature is over these
};

/// errc::unauthorised with what does not fit: a missing or malformed header, a time more than `skew` away in either
/// direction, another secret, an empty secret. Compares in constant time.
result<> check_signature(const signed_request& asked, std::string_view secret, instant now,
                         std::chrono::seconds skew = std::chrono::seconds{300});

/// Slack tries whether our certificate is good. Comes unsigned; answered with an empty 200, and nothing else is done.
/// True only for a form whose one field of that name is exactly "1": whatever else passes for true elsewhere would be
/// a way around the signature.
bool is_certificate_check(const signed_request& asked);

/// Somebody entered our address in the app's settings: the challenge goes back.
struct url_verification {
    std::string challenge;
};
using http_delivery = std::variant<url_verification, envelope>;

/// The request as the envelope a link would have brought. Its id is made of the timestamp and the body, so an identical
/// request is a repeat. errc::invalid for what no handler could make sense of.
result<http_delivery> read_request(const signed_request& asked);

}  // namespace slipway::slack

#include "bot/http/ingest_answers.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace slipway::bot {
namespace {

namespace json = boost::json;

/// Browsers read answers of other origins only with these headers. `body` is JSON.
net::server_response with_cors(int status, std::string body) {
    static const net::headers for_browsers{
        {"Access-Control-Allow-Origin", "*"},
        {"Access-Control-Expose-Headers", "x-sentry-error, x-sentry-rate-limits, retry-after"},
        {"Content-Type", "application/json"}};
    net::server_response answer;
    answer.status = status;
    answer.headers = for_browsers;
    answer.body = std::move(body);
    return answer;
}

/// A header value: one line.
std::string one_line(std::string text) {
    std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return text;
}

}  // namespace

std::optional<ingest_address> read_address(std::string_view path) {
    if (!path.starts_with("/api/")) return std::nullopt;
    path.remove_prefix(5);
    while (path.ends_with('/')) path.remove_suffix(1);
    if (path == "store") return ingest_address{.project = {}, .is = endpoint::store};
    const auto slash = path.find('/');
    if (slash == std::string_view::npos || slash == 0) return std::nullopt;
    const auto project = path.substr(0, slash), last = path.substr(slash + 1);
    if (last != "envelope" && last != "store") return std::nullopt;
    return ingest_address{.project = std::string{project},
                          .is = last == "store" ? endpoint::store : endpoint::envelope};
}

net::server_response accepted(const std::string& event_id) {
    return with_cors(200, event_id.empty() ? "{}" : R"({"id":")" + event_id + R"("})");
}

net::server_response declined(int status, const std::string& sentence) {
    auto answer = with_cors(status, json::serialize(json::object{{"detail", sentence}}));
    answer.headers.add("X-Sentry-Error", one_line(sentence));
    return answer;
}

net::server_response preflight() {
    auto answer = with_cors(200, "{}");
    answer.headers.add("Access-Control-Allow-Methods", "POST");
    answer.headers.add("Access-Control-Allow-Headers",
                       "x-sentry-auth, x-requested-with, x-forwarded-for, origin, referer, accept, content-type, "
                       "authentication, authorization, content-encoding, transfer-encoding");
    answer.headers.add("Access-Control-Max-Age", "3600");
    return answer;
}

void ask_for_less(net::server_response& answer, std::chrono::seconds wait) {
    answer.headers.add("X-Sentry-Rate-Limits", std::to_string(wait.count()) + ":error;default:key:storm");
}

int status_of(const failure& why) {
    switch (why.kind()) {
        case errc::unauthorised:
            return 401;
        case errc::limited:
            return 413;
        case errc::refused:
            return 415;
        default:
            return 400;
    }
}

}  // namespace slipway::bot

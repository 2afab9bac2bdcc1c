#include "integrations/sentry/answers.hpp"

#include <algorithm>
#include <charconv>

#include "integrations/base/json.hpp"
#include "integrations/base/printable.hpp"

namespace slipway::sentry::detail {
namespace {

constexpr std::size_t longest_words = 400;

std::optional<std::int64_t> number_in(const net::response& answer, std::string_view header) {
    const auto text = answer.headers.find(header);
    if (!text) return std::nullopt;
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (problem != std::errc{} || end == text->data()) return std::nullopt;
    return number;
}

/// {"detail": "…"}, {"detail": {"message": "…"}} or {"field": ["…"]}, on one line.
std::string words_of(const net::response& answer) {
    const auto body = parse_json(answer.body);
    std::string words;
    if (!body) {
        words = answer.body.starts_with("<") ? "a web page, not an API answer" : answer.body;
    } else if (!text_at(*body, "detail").empty()) {
        words = text_at(*body, "detail");
    } else if (!text_at(*body, "detail.message").empty()) {
        words = text_at(*body, "detail.message");
    } else {
        words = answer.body;
    }
    words = printable(words, longest_words);
    std::ranges::replace(words, '\n', ' ');
    return words;
}

errc kind_of(int status, call_kind kind) {
    if (status == 401) return errc::unauthorised;
    if (status == 404) return errc::not_found;
    if (status == 409) return errc::exists;
    if (status == 429) return errc::limited;
    if (status == 400) return errc::invalid;
    if (status >= 500) return kind == call_kind::read ? errc::unavailable : errc::lost;
    return errc::refused;
}

}  // namespace

std::string next_page(const net::response& answer) {
    const auto header = answer.headers.find("Link");
    if (!header) return {};
    std::string_view rest = *header;
    while (true) {
        const auto open = rest.find('<'), close = rest.find('>', std::min(open, rest.size()));
        if (open == std::string_view::npos || close == std::string_view::npos) return {};
        const auto url = rest.substr(open + 1, close - open - 1);
        const auto following = rest.find('<', close);
        const auto parameters = rest.substr(close, following == std::string_view::npos ? following : following - close);
        if (parameters.find("rel=\"next\"") != std::string_view::npos)
            return parameters.find("results=\"true\"") != std::string_view::npos ? std::string{url} : std::string{};
        if (following == std::string_view::npos) return {};
        rest.remove_prefix(following);
    }
}

std::optional<instant> window_ends(const net::response& answer) {
    const auto left = number_in(answer, "X-Sentry-Rate-Limit-Remaining");
    const auto reset = number_in(answer, "X-Sentry-Rate-Limit-Reset");
    const bool used_up = (left && *left <= 0) || answer.status == 429;
    if (!used_up || !reset || *reset <= 0) return std::nullopt;
    return from_unix_ms(*reset * 1000);
}

failure explain(std::string_view what, const net::response& answer, call_kind kind, instant now) {
    const auto meaning = kind_of(answer.status, kind);
    std::string sentence{what};
    sentence += ": Sentry answered " + std::to_string(answer.status);
    if (const auto words = words_of(answer); !words.empty()) sentence += " (" + words + ")";
    if (meaning == errc::unauthorised) sentence += ". Check SENTRY_AUTH_TOKEN: it is wrong, expired or revoked";
    if (meaning == errc::not_found)
        sentence += ". It is missing or not visible to the token; check `sentry.organization` and `sentry.project`";
    if (answer.status == 403)
        sentence += ". The token lacks a right: it needs event:read, project:read and project:releases";
    if (meaning == errc::lost) sentence += ". It is not known whether this took effect";
    failure made{meaning, std::move(sentence)};
    made.code = std::to_string(answer.status);
    if (meaning != errc::limited) return made;
    if (const auto seconds = number_in(answer, "Retry-After"); seconds && *seconds >= 0)
        made.retry_after = std::chrono::seconds{*seconds};
    else if (const auto ends = window_ends(answer))
        made.retry_after = std::max(milliseconds{0}, milliseconds{*ends - now});
    return made;
}

result<json::value> body_of(std::string_view what, const net::response& answer) {
    auto body = parse_json(answer.body.empty() ? std::string_view{"{}"} : std::string_view{answer.body});
    if (body) return body;
    return failure{errc::lost, std::string{what} + ": Sentry's answer is no JSON (" + body.error().sentence() +
                                   "). Is SENTRY_URL the address of Sentry itself?"};
}

bool same_origin(std::string_view a, std::string_view b) {
    const auto origin = [](std::string_view url) {
        const auto scheme = url.find("://");
        if (scheme == std::string_view::npos) return std::string{};
        std::string text{url.substr(0, url.find_first_of("/?#", scheme + 3))};
        std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
        return text;
    };
    const auto first = origin(a);
    return !first.empty() && first == origin(b);
}

std::string version_in_path(std::string_view version) {
    auto encoded = net::percent_encode(version);
    for (auto at = encoded.find("%40"); at != std::string::npos; at = encoded.find("%40", at))
        encoded.replace(at, 3, "@");
    return encoded;
}

}  // namespace slipway::sentry::detail

#include "integrations/gitlab/answers.hpp"

#include <algorithm>
#include <charconv>

#include "integrations/base/json.hpp"

namespace slipway::gitlab::detail {
namespace {

constexpr std::size_t longest_words = 600;

/// {"title":["can't be blank"],"base":["…"]}, nested at most a few levels, as one line.
void flatten(const json::value& from, const std::string& name, std::string& words, int depth) {
    if (depth > 4 || words.size() > longest_words) return;
    if (const auto* text = from.if_string()) {
        if (!words.empty()) words += "; ";
        if (!name.empty() && name != "base" && name != "error" && name != "message") words += name + " ";
        words.append(text->data(), text->size());
    } else if (const auto* list = from.if_array()) {
        for (const auto& each : *list) flatten(each, name, words, depth + 1);
    } else if (const auto* object = from.if_object()) {
        for (const auto& [key, value] : *object) flatten(value, std::string{key}, words, depth + 1);
    }
}

std::string json_words(const json::value& body) {
    std::string words;
    if (const auto* message = at_path(body, "message")) flatten(*message, "", words, 0);
    if (const auto* error = at_path(body, "error")) flatten(*error, "", words, 0);
    if (const auto* detail = at_path(body, "error_description")) flatten(*detail, "", words, 0);
    if (const auto* scope = at_path(body, "scope")) flatten(*scope, "needs the scope", words, 0);
    return words;
}

std::string html_title(std::string_view html) {
    const auto start = html.find("<title>");
    const auto end = html.find("</title>");
    if (start == std::string_view::npos || end == std::string_view::npos || end < start)
        return "a web page, not an API answer";
    return std::string{html.substr(start + 7, end - start - 7)};
}

errc kind_of(int status, std::string_view words, call_kind kind) {
    const bool says_exists =
        words.find("already exists") != words.npos || words.find("already been taken") != words.npos;
    if (status == 401) return errc::unauthorised;
    if (status == 404 || status == 410) return errc::not_found;
    if (status == 429) return errc::limited;
    if (status == 409 || says_exists) return errc::exists;
    if (status == 412) return errc::moved;
    if (status == 400) return errc::invalid;
    if (status >= 500) return kind == call_kind::read ? errc::unavailable : errc::lost;
    return errc::refused;
}

std::string_view way_out(errc kind) {
    switch (kind) {
        case errc::unauthorised:
            return ". Check the GitLab token: it is wrong, expired or revoked";
        case errc::not_found:
            return ". It is missing or not visible to the bot (GitLab says 404 for both)";
        case errc::lost:
            return ". It is not known whether this took effect: look there before repeating";
        default:
            return "";
    }
}

}  // namespace

std::string error_words(const net::response& answer) {
    const auto type = answer.headers.find("Content-Type").value_or("");
    std::string words;
    if (type.starts_with("text/html") || answer.body.starts_with("<")) {
        words = html_title(answer.body);
    } else {
        const auto body = parse_json(answer.body);
        words = body ? json_words(*body) : answer.body;
    }
    std::ranges::replace_if(words, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    if (words.size() > longest_words) words.resize(longest_words);
    return words;
}

std::optional<milliseconds> retry_after(const net::response& answer) {
    const auto text = answer.headers.find("Retry-After");
    if (!text) return std::nullopt;
    std::int64_t seconds = 0;
    const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), seconds);
    if (problem != std::errc{} || end != text->data() + text->size() || seconds < 0) return std::nullopt;
    return std::chrono::seconds{seconds};
}

failure explain(std::string_view what, const net::response& answer, call_kind kind) {
    const auto words = error_words(answer);
    const errc meaning = kind_of(answer.status, words, kind);
    std::string sentence{what};
    sentence += ": GitLab answered " + std::to_string(answer.status);
    if (!words.empty()) sentence += " (" + words + ")";
    sentence += way_out(meaning);
    failure made{meaning, std::move(sentence)};
    made.code = std::to_string(answer.status);
    if (meaning == errc::limited || answer.status == 503) made.retry_after = retry_after(answer);
    return made;
}

result<json::value> body_of(std::string_view what, const net::response& answer) {
    auto body = parse_json(answer.body);
    if (body) return body;
    const auto type = answer.headers.find("Content-Type").value_or("no Content-Type");
    return failure{errc::lost, std::string{what} + ": GitLab answered " + std::to_string(answer.status) + " with " +
                                   type + " that is no JSON (" + body.error().sentence() +
                                   "). Is the URL GitLab's own?"};
}

std::string next_link(const net::response& answer) {
    const auto header = answer.headers.find("Link");
    if (!header) return {};
    std::string_view rest = *header;
    // <url>; rel="next", <url>; rel="last"
    while (true) {
        const auto open = rest.find('<');
        const auto close = rest.find('>', open);
        if (open == std::string_view::npos || close == std::string_view::npos) return {};
        const auto url = rest.substr(open + 1, close - open - 1);
        const auto following = rest.find('<', close);
        const auto parameters = rest.substr(close + 1, following - close - 1);
        if (parameters.find("rel=\"next\"") != std::string_view::npos ||
            parameters.find("rel=next") != std::string_view::npos) {
            return std::string{url};
        }
        if (following == std::string_view::npos) return {};
        rest.remove_prefix(following);
    }
}

bool same_origin(std::string_view a, std::string_view b) {
    const auto origin = [](std::string_view url) {
        const auto scheme = url.find("://");
        if (scheme == std::string_view::npos) return std::string{};
        std::string text{url.substr(0, url.find_first_of("/?#", scheme + 3))};
        std::ranges::transform(text, text.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; });
        if (text.starts_with("https://") && text.ends_with(":443")) text.resize(text.size() - 4);
        if (text.starts_with("http://") && text.ends_with(":80")) text.resize(text.size() - 3);
        return text;
    };
    const auto first = origin(a);
    return !first.empty() && first == origin(b);
}

}  // namespace slipway::gitlab::detail

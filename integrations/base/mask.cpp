#include "integrations/base/mask.hpp"

#include <algorithm>
#include <array>

namespace slipway {
namespace {

constexpr std::size_t shortest_secret = 6;

bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_token(char c) noexcept {
    return is_word(c) || c == '-' || c == '_' || c == '.';
}
bool ends_value(char c) noexcept {
    return static_cast<unsigned char>(c) <= ' ' || std::string_view{"\"'`<>,;)]}\\&"}.find(c) != std::string_view::npos;
}
bool ends_line(char c) noexcept {
    return c == '\n' || c == '\r' || c == '"' || c == '\'' || c == '\\';
}
char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with(std::string_view text, std::string_view lower_case) noexcept {
    return text.size() >= lower_case.size() &&
           std::ranges::equal(text.substr(0, lower_case.size()), lower_case, {}, lower);
}

std::size_t span_of(std::string_view text, bool (*stops)(char)) noexcept {
    return static_cast<std::size_t>(std::ranges::find_if(text, stops) - text.begin());
}

bool stops_token(char c) noexcept {
    return !is_token(c);
}

/// A secret at the front of a text: how much of it may stay, how much after that must go. {0, 0} = none.
struct find {
    std::size_t kept = 0;
    std::size_t gone = 0;
};

/// xoxb-…, xoxe.xoxp-…, xapp-…, glpat-…: the token tells itself.
find token_at(std::string_view text) {
    constexpr std::array<std::string_view, 7> prefixes{"xapp-",  "glpat-", "gldt-", "glrt-",
                                                       "glcbt-", "glptt-", "gloas-"};
    const bool known = std::ranges::any_of(prefixes, [text](auto prefix) { return starts_with(text, prefix); });
    const bool slack =
        starts_with(text, "xox") && text.size() > 4 && is_word(text[3]) && (text[4] == '-' || text[4] == '.');
    if (!known && !slack) return {};
    return {0, span_of(text, stops_token)};
}

/// A name, and the value that follows it: `ticket=…`, `"trigger_id": "…"`.
find value_at(std::string_view text) {
    constexpr std::array<std::string_view, 10> names{
        "ticket",         "trigger_id", "response_url",  "access_token",  "private_token",
        "signing_secret", "password",   "client_secret", "private-token", "x-slack-signature"};
    for (const auto name : names) {
        if (!starts_with(text, name)) continue;
        // Up to the value stand only quotes, blanks and one sign: the name in JSON, a form, a header or a log field.
        auto at = text.find_first_not_of("\"'\\ ", name.size());
        if (at == std::string_view::npos || (text[at] != '=' && text[at] != ':')) continue;
        if (name == "ticket" && text[at] == ':') continue;  // "ticket: ABC-1" is ordinary prose
        at = text.find_first_not_of("\"'\\ ", at + 1);
        if (at == std::string_view::npos) continue;
        if (const auto length = span_of(text.substr(at), ends_value); length != 0) return {at, length};
    }
    return {};
}

/// `Authorization: Bearer …` to the end of the line.
find header_at(std::string_view text) {
    constexpr std::string_view name = "authorization";
    if (!starts_with(text, name)) return {};
    auto at = text.find_first_not_of("\"'\\ ", name.size());
    if (at == std::string_view::npos || (text[at] != '=' && text[at] != ':')) return {};
    at = text.find_first_not_of("\"'\\ ", at + 1);
    if (at == std::string_view::npos) return {};
    return {at, span_of(text.substr(at), ends_line)};
}

/// hooks.slack.com/actions/…: the path is the secret.
find hook_at(std::string_view text) {
    constexpr std::string_view host = "hooks.slack.com/";
    if (!starts_with(text, host)) return {};
    return {host.size(), span_of(text.substr(host.size()), ends_value)};
}

/// ://user:password@host
find password_at(std::string_view text) {
    if (!text.starts_with("://")) return {};
    const auto authority = text.substr(3, span_of(text.substr(3), [](char c) { return c == '/' || ends_value(c); }));
    const auto at = authority.rfind('@');
    const auto colon = authority.find(':');
    if (at == std::string_view::npos || colon == std::string_view::npos || colon >= at) return {};
    return {3 + colon + 1, at - colon - 1};
}

find secret_at(std::string_view text) {
    for (const auto look : {token_at, value_at, header_at, hook_at, password_at})
        if (const auto found = look(text); found.gone != 0) return found;
    return {};
}

bool may_begin(char c) noexcept {
    return std::string_view{"xgtrapscohATPRXSCOHG:"}.find(c) != std::string_view::npos;
}

}  // namespace

masker::masker(std::vector<std::string> secrets) : secrets_{std::move(secrets)} {
    std::erase_if(secrets_, [](const auto& each) { return each.size() < shortest_secret; });
    std::ranges::sort(secrets_, [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string masker::operator()(std::string_view text) const {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto starts = [text](const auto& secret) { return text.starts_with(secret); };
        if (const auto known = std::ranges::find_if(secrets_, starts); known != secrets_.end()) {
            out += masked;
            text.remove_prefix(known->size());
            continue;
        }
        if (may_begin(text.front())) {
            if (const auto found = secret_at(text); found.gone != 0) {
                out += (*this)(text.substr(0, found.kept));
                out += masked;
                text.remove_prefix(found.kept + found.gone);
                continue;
            }
        }
        out += text.front();
        text.remove_prefix(1);
    }
    return out;
}

}  // namespace slipway

#include "integrations/telemetry/protocol/matchers.hpp"

#include <algorithm>
#include <array>

#include "integrations/telemetry/protocol/text.hpp"

namespace slipway::telemetry::match {
namespace {

using text::is_alpha;
using text::is_digit;
using text::is_hex;
using text::is_word;

constexpr std::size_t longest_mailbox = 64;
constexpr std::size_t longest_host = 255;
constexpr std::size_t longest_quoted = 1024;

/// `size`, unless a word goes on after it.
std::size_t ended(std::string_view rest, std::size_t size) noexcept {
    return size > 0 && (size == rest.size() || !is_word(rest[size])) ? size : 0;
}

template <class Fits>
std::size_t run(std::string_view rest, std::size_t from, std::size_t most, Fits fits) noexcept {
    std::size_t size = 0;
    while (size < most && from + size < rest.size() && fits(rest[from + size])) ++size;
    return size;
}

std::size_t hex_run(std::string_view rest, std::size_t from, std::size_t most) noexcept {
    return run(rest, from, most, is_hex);
}
std::size_t digits(std::string_view rest, std::size_t from, std::size_t most) noexcept {
    return run(rest, from, most, is_digit);
}

/// Moves past `wanted` when it stands at `at`.
bool eat(std::string_view rest, std::size_t& at, char wanted) noexcept {
    if (at >= rest.size() || rest[at] != wanted) return false;
    ++at;
    return true;
}

bool is_host(char c) noexcept {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '.';
}

/// Dot-separated labels with at least one dot, no empty label; the ending without its trailing dot.
std::size_t dotted(std::string_view rest, std::size_t from) noexcept {
    auto size = run(rest, from, longest_host, is_host);
    while (size > 0 && (rest[from + size - 1] == '.' || rest[from + size - 1] == '-')) --size;
    const auto host = rest.substr(from, size);
    if (host.empty() || host.front() == '.' || host.find('.') == std::string_view::npos) return 0;
    return host.find("..") == std::string_view::npos ? size : 0;
}

/// Endings that are no everyday method or file names ("x.at is not a function" must stay readable).
bool known_ending(std::string_view host) noexcept {
    static constexpr std::array<std::string_view, 40> endings{
        "com", "net", "org", "edu", "gov", "mil",   "info",     "biz", "io",       "dev", "cloud", "eu",  "de", "fr",
        "uk",  "ca",  "nl",  "ch",  "es",  "pl",    "se",       "dk",  "fi",       "jp",  "cn",    "br",  "au", "ru",
        "ua",  "cz",  "pt",  "ie",  "nz",  "local", "internal", "lan", "intranet", "aws", "corp",  "home"};
    const auto ending = host.substr(host.rfind('.') + 1);
    return std::ranges::any_of(endings,
                               [ending](std::string_view each) { return text::equal_without_case(each, ending); });
}

/// Hex digits of exactly the lengths in `groups`, with dashes between.
template <std::size_t N>
std::size_t dashed(std::string_view rest, const std::array<std::size_t, N>& groups) noexcept {
    std::size_t at = 0;
    for (std::size_t i = 0; i < N; ++i) {
        if (i > 0 && !eat(rest, at, '-')) return 0;
        if (hex_run(rest, at, groups[i]) != groups[i]) return 0;
        at += groups[i];
    }
    return ended(rest, at);
}

std::size_t ip4(std::string_view rest) noexcept {
    std::size_t at = 0;
    for (int i = 0; i < 4; ++i) {
        if (i > 0 && !eat(rest, at, '.')) return 0;
        const auto size = digits(rest, at, 3);
        if (size == 0) return 0;
        at += size;
    }
    if (at + 1 < rest.size() && rest[at] == '.' && is_digit(rest[at + 1])) return 0;  // five numbers: a version
    return ended(rest, at);
}

/// Hex groups and colons with "::", or all eight groups; "18:04:05" has neither.
std::size_t ip6(std::string_view rest) noexcept {
    const auto size = run(rest, 0, 45, [](char c) { return is_hex(c) || c == ':'; });
    const auto found = rest.substr(0, size);
    const auto colons = std::ranges::count(found, ':');
    const bool shortened = found.find("::") != std::string_view::npos && found.find(":::") == std::string_view::npos;
    if (size < 3 || colons > 8 || (!shortened && colons != 7)) return 0;
    const bool has_group = std::ranges::any_of(found, is_hex);
    return has_group ? ended(rest, size) : 0;
}

}  // namespace

std::size_t email(std::string_view rest) {
    const auto mailbox = run(rest, 0, longest_mailbox, [](char c) {
        return is_alpha(c) || is_digit(c) || std::string_view{"._%+-"}.find(c) != std::string_view::npos;
    });
    if (mailbox == 0 || mailbox >= rest.size() || rest[mailbox] != '@') return 0;
    const auto host = dotted(rest, mailbox + 1);
    return host == 0 ? 0 : ended(rest, mailbox + 1 + host);
}

std::size_t url(std::string_view rest) {
    const auto scheme = run(rest, 0, 16, [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '.'; });
    if (scheme < 2 || rest.substr(scheme, 3) != "://") return 0;
    const auto stops = [](char c) {
        return static_cast<unsigned char>(c) <= ' ' ||
               std::string_view{"\"'<>`()[]{}"}.find(c) != std::string_view::npos;
    };
    auto size = scheme + 3 + run(rest, scheme + 3, rest.size(), [&stops](char c) { return !stops(c); });
    while (std::string_view{".,;:!?"}.find(rest[size - 1]) != std::string_view::npos) --size;
    return size > scheme + 3 ? size : 0;
}

std::size_t hostname(std::string_view rest) {
    const auto size = dotted(rest, 0);
    return size != 0 && known_ending(rest.substr(0, size)) ? ended(rest, size) : 0;
}

std::size_t ip(std::string_view rest) {
    const auto four = ip4(rest);
    return four != 0 ? four : ip6(rest);
}

std::size_t traceparent(std::string_view rest) {
    return dashed<4>(rest, {2, 32, 16, 2});
}
std::size_t uuid(std::string_view rest) {
    return dashed<5>(rest, {8, 4, 4, 4, 12});
}
std::size_t sha1(std::string_view rest) {
    return hex_run(rest, 0, 41) == 40 ? ended(rest, 40) : 0;
}
std::size_t md5(std::string_view rest) {
    return hex_run(rest, 0, 33) == 32 ? ended(rest, 32) : 0;
}

std::size_t hex(std::string_view rest) {
    if (rest.starts_with("0x") || rest.starts_with("0X")) {
        const auto size = hex_run(rest, 2, 128);
        return size == 0 ? 0 : ended(rest, size + 2);
    }
    const auto size = hex_run(rest, 0, 129);
    if (size < 8 || size > 128) return 0;
    const auto found = rest.substr(0, size);
    const bool mixed = std::ranges::any_of(found, text::is_lower) && std::ranges::any_of(found, text::is_upper);
    return !mixed && std::ranges::any_of(found, is_digit) ? ended(rest, size) : 0;
}

std::size_t git_sha(std::string_view rest) {
    const auto size = run(rest, 0, 8, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
    const auto found = rest.substr(0, size);
    if (size != 7 || !std::ranges::any_of(found, is_digit) || !std::ranges::any_of(found, text::is_lower)) return 0;
    return ended(rest, size);
}

std::size_t floating(std::string_view rest) {
    const std::size_t sign = rest.starts_with('-') ? 1 : 0;
    const auto before = digits(rest, sign, 32);
    if (before == 0 || sign + before >= rest.size() || rest[sign + before] != '.') return 0;
    auto size = sign + before + 1;
    const auto after = digits(rest, size, 32);
    if (after == 0) return 0;
    size += after;
    if (size < rest.size() && (rest[size] == 'e' || rest[size] == 'E')) {
        const std::size_t exponent_sign =
            size + 1 < rest.size() && (rest[size + 1] == '-' || rest[size + 1] == '+') ? 1 : 0;
        const auto exponent = digits(rest, size + 1 + exponent_sign, 5);
        if (exponent > 0) size += 1 + exponent_sign + exponent;
    }
    return ended(rest, size);
}

std::size_t integer(std::string_view rest) {
    const std::size_t sign = rest.starts_with('-') ? 1 : 0;
    const auto size = digits(rest, sign, sign == 1 ? 32 : 8);
    return size == 0 || (sign == 0 && size > 7) ? 0 : ended(rest, sign + size);
}

std::size_t duration(std::string_view rest) {
    auto size = digits(rest, 0, 20);
    if (size == 0) return 0;
    if (size + 1 < rest.size() && rest[size] == '.' && is_digit(rest[size + 1])) size += 1 + digits(rest, size + 1, 20);
    for (const std::string_view unit : {"ms", "us", "ns", "µs", "seconds", "secs", "sec", "s", "minutes", "mins", "min",
                                        "m", "hours", "hrs", "h", "days", "d"})
        if (rest.substr(size).starts_with(unit))
            if (const auto whole = ended(rest, size + unit.size())) return whole;
    return 0;
}

std::size_t quoted(std::string_view rest) {
    const char quote = rest[0];
    if (quote != '\'' && quote != '"') return 0;
    const auto end = rest.substr(0, longest_quoted).find(quote, 1);
    return end == std::string_view::npos ? 0 : end + 1;
}

std::size_t boolean(std::string_view rest) {
    for (const std::string_view word : {"true", "false", "True", "False", "TRUE", "FALSE"})
        if (rest.starts_with(word)) return ended(rest, word.size());
    return 0;
}

}  // namespace slipway::telemetry::match

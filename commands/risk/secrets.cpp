// Secrets in a line of a difference: known shapes, and passwords in quotes. Each character is looked at a bounded
// number of times.
#include <algorithm>
#include <array>

#include "commands/risk/findings.hpp"

namespace slipway::risk {
namespace {

constexpr auto nowhere = std::string_view::npos;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_alnum(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_key_part(char c) noexcept {
    return is_alnum(c) || c == '-' || c == '_' || c == '.';
}
char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

struct shape {
    std::string_view front;
    std::size_t least;  ///< characters after the front
};

/// Fronts that a service gives its secrets, so that they can be found.
constexpr std::array shapes{
    shape{"AKIA", 16},    shape{"ASIA", 16},     shape{"ghp_", 30},        shape{"gho_", 30},     shape{"ghs_", 30},
    shape{"ghu_", 30},    shape{"ghr_", 30},     shape{"github_pat_", 30}, shape{"glpat-", 15},   shape{"gldt-", 15},
    shape{"glrt-", 15},   shape{"glptt-", 15},   shape{"xoxb-", 10},       shape{"xoxp-", 10},    shape{"xoxa-", 10},
    shape{"xoxr-", 10},   shape{"xoxs-", 10},    shape{"xapp-", 10},       shape{"sk_live_", 16}, shape{"rk_live_", 16},
    shape{"sk-ant-", 20}, shape{"sk-proj-", 20}, shape{"AIza", 30},        shape{"SG.", 30},      shape{"npm_", 30},
    shape{"pypi-", 30},   shape{"dop_v1_", 30},  shape{"hvs.", 20},        shape{"ya29.", 20},
};

secret_place shaped_at(std::string_view line, std::size_t at) {
    if (at > 0 && is_alnum(line[at - 1])) return {};
    const auto rest = line.substr(at);
    for (const auto& each : shapes) {
        if (!rest.starts_with(each.front)) continue;
        const auto end = std::ranges::find_if_not(rest.begin() + static_cast<std::ptrdiff_t>(each.front.size()),
                                                  rest.end(), is_key_part);
        const auto size = static_cast<std::size_t>(end - rest.begin());
        if (size >= each.front.size() + each.least) return {at, size};
    }
    return {};
}

secret_place private_key(std::string_view line) {
    const auto at = line.find("-----BEGIN ");
    if (at == nowhere || line.find("PRIVATE KEY", at) == nowhere) return {};
    return {at, line.size() - at};
}

/// Values that stand where a secret would, and are none.
bool is_stand_in(std::string_view value) {
    constexpr std::array<std::string_view, 16> words{
        "example", "changeme", "change-me", "placeholder", "your_", "your-", "xxxx",  "****",
        "secret",  "password", "dummy",     "test",        "none",  "null",  "token", "<"};
    std::string low{value.substr(0, 200)};
    std::ranges::transform(low, low.begin(), lower);
    return low.find('{') != nowhere || low.find("$") == 0 || low.find("%") == 0 || low.find(' ') != nowhere ||
           std::ranges::any_of(words, [&](auto each) { return low.starts_with(each); }) ||
           std::ranges::all_of(low, [&](char c) { return c == low.front(); });
}

/// password = "…", 'api_key' => '…', "client_secret": "…": a name, an assignment, a text in quotes.
secret_place assigned_at(std::string_view line, std::size_t at) {
    constexpr std::array<std::string_view, 9> names{"password", "passwd",      "secret",     "api_key",   "apikey",
                                                    "api-key",  "private_key", "access_key", "auth_token"};
    std::size_t size = 0;
    for (const auto name : names) {
        const auto there = line.substr(at, name.size());
        if (std::ranges::equal(there, name, {}, lower)) size = name.size();
    }
    if (size == 0) return {};
    auto next = at + size;
    while (next < line.size() && (is_key_part(line[next]) || line[next] == '"' || line[next] == '\'')) ++next;
    while (next < line.size() && (line[next] == ' ' || line[next] == '\t')) ++next;
    if (next >= line.size() || (line[next] != '=' && line[next] != ':')) return {};
    while (next < line.size() && (line[next] == '=' || line[next] == ':' || line[next] == '>' || line[next] == ' '))
        ++next;
    if (next >= line.size() || (line[next] != '"' && line[next] != '\'')) return {};
    const auto close = line.find(line[next], next + 1);
    if (close == nowhere || close - next - 1 < 8) return {};
    const auto value = line.substr(next + 1, close - next - 1);
    return is_stand_in(value) ? secret_place{} : secret_place{next + 1, value.size()};
}

}  // namespace

secret_place find_secret(std::string_view line) {
    if (const auto key = private_key(line); key.at != nowhere) return key;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (const auto found = shaped_at(line, at); found.at != nowhere) return found;
        const char c = lower(line[at]);
        if (c != 'p' && c != 's' && c != 'a') continue;
        if (const auto found = assigned_at(line, at); found.at != nowhere) return found;
    }
    return {};
}

std::string mask_secrets(std::string_view line) {
    std::string shown;
    while (true) {
        const auto found = find_secret(line);
        if (found.at == nowhere) return shown.append(line);
        // The front says which kind of key to revoke; of a password nothing is shown.
        const bool telling = std::ranges::any_of(
            shapes, [&](const shape& each) { return line.substr(found.at).starts_with(each.front); });
        shown.append(line.substr(0, found.at + (telling ? 4 : 0))).append("[masked]");
        line.remove_prefix(found.at + found.size);
    }
}

}  // namespace slipway::risk

#include "commands/release/setting_checks.hpp"

#include <algorithm>
#include <array>

namespace slipway::checks {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_lower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
bool is_upper(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}
bool is_visible(char c) noexcept {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f;
}

bool is_slack_id(std::string_view text, std::string_view first_letters) {
    return text.size() >= 2 && text.size() <= 32 && first_letters.find(text.front()) != std::string_view::npos &&
           std::ranges::all_of(text, [](char c) { return is_upper(c) || is_digit(c); });
}

/// "user:password@" before the host.
bool has_password(std::string_view after_scheme) {
    const auto authority = after_scheme.substr(0, after_scheme.find('/'));
    const auto at = authority.rfind('@');
    return at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
}

bool looks_secret(std::string_view value) {
    constexpr std::array<std::string_view, 10> prefixes{"xoxb-", "xoxp-", "xoxa-", "xoxr-",  "xoxs-",
                                                        "xoxe-", "xoxe.", "xapp-", "glpat-", "-----BEGIN"};
    return std::ranges::any_of(prefixes, [value](auto prefix) { return value.starts_with(prefix); });
}

bool is_secret_key(std::string_view key) {
    constexpr std::array<std::string_view, 9> words{"token",      "app_token",   "bot_token",
                                                    "auth_token", "secret",      "signing_secret",
                                                    "password",   "private_key", "api_key"};
    return std::ranges::find(words, key) != words.end();
}

}  // namespace

bool is_identifier(std::string_view text) {
    return !text.empty() && text.size() <= 60 && text.front() != '-' &&
           std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_slack_channel(std::string_view text) {
    return is_slack_id(text, "CG");
}
bool is_slack_user(std::string_view text) {
    return is_slack_id(text, "UW");
}

bool is_slack_group(std::string_view text) {
    return is_slack_id(text, "S");
}

bool is_branch(std::string_view text) {
    const auto fits = [](char c) {
        return is_visible(c) && std::string_view{"~^:?*[\\"}.find(c) == std::string_view::npos;
    };
    return !text.empty() && text.size() <= 200 && text.front() != '-' && text.front() != '/' && text.front() != '.' &&
           text.back() != '/' && text.back() != '.' && !text.ends_with(".lock") && std::ranges::all_of(text, fits) &&
           text.find("..") == std::string_view::npos && text.find("//") == std::string_view::npos &&
           text.find("@{") == std::string_view::npos;
}

bool is_tag_prefix(std::string_view text) {
    return text.empty() || is_branch(std::string{text} + "1");
}

bool is_path_inside(std::string_view text) {
    if (text.empty() || text.front() == '/' || text.front() == '-') return false;
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; })) return false;
    while (true) {
        const auto slash = text.find('/');
        const auto part = text.substr(0, slash);
        const bool last = slash == std::string_view::npos;
        if (part == "." || part == ".." || part == ".git" || (part.empty() && !last)) return false;
        if (last) return true;
        text.remove_prefix(slash + 1);
    }
}

bool is_variable(std::string_view text) {
    return !text.empty() && !is_digit(text.front()) &&
           std::ranges::all_of(text, [](char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '_'; });
}

bool is_web_url(std::string_view text) {
    const auto scheme = text.starts_with("https://") ? 8U : text.starts_with("http://") ? 7U : 0U;
    return scheme != 0 && text.size() > scheme && text[scheme] != '/' && std::ranges::all_of(text, is_visible) &&
           !has_password(text.substr(scheme));
}

bool is_repository_url(std::string_view text) {
    if (text.empty() || text.front() == '-' || !std::ranges::all_of(text, is_visible)) return false;
    if (is_web_url(text) || text.front() == '/' || text.starts_with("file:///")) return true;
    if (text.starts_with("ssh://")) return text.size() > 6 && text[6] != '-' && !has_password(text.substr(6));
    const auto colon = text.find(':');  // user@host:path
    return colon != std::string_view::npos && text.substr(0, colon).find('@') != std::string_view::npos &&
           !text.substr(colon).starts_with("::") && !text.substr(colon).starts_with("://");
}

std::string text_that(const yaml_value& at, bool (*check)(std::string_view), std::string_view expected,
                      std::string otherwise) {
    auto found = at.text(otherwise);
    if (!at.is_text() || check(found)) return found;
    at.problem("`" + at.path() + "` must be " + std::string{expected} + ", not `" + found + "`");
    return otherwise;
}

std::vector<std::string> texts_that(const yaml_value& at, bool (*check)(std::string_view), std::string_view expected) {
    std::vector<std::string> good;
    for (const auto& each : at.items()) {
        auto found = text_that(each, check, expected);
        if (!each.present()) each.problem("`" + each.path() + "` is empty");
        if (!found.empty()) good.push_back(std::move(found));
    }
    return good;
}

std::vector<std::string> command_at(const yaml_value& at) {
    if (at.is_text()) {
        at.problem("`" + at.path() + "` must be a list of arguments such as [make, assets]: no shell reads it");
        return {};
    }
    auto argv = at.texts();
    if (at.is_list() && (argv.empty() || argv.front().empty()))
        at.problem("`" + at.path() + "` needs at least the name of a program");
    return argv;
}

void refuse_secrets(const yaml_value& root) {
    if (root.is_list())
        for (const auto& each : root.items()) refuse_secrets(each);
    if (root.is_text() && looks_secret(root.text()))
        root.problem("`" + root.path() +
                     "` looks like a secret; secrets come from the environment (or from a file that NAME_FILE names). "
                     "Take it out and replace it, since it has been written down");
    if (!root.is_map()) return;
    for (const auto& [key, value] : root.entries()) {
        if (is_secret_key(key) && value.is_text() && !looks_secret(value.text()))
            value.problem("`" + value.path() +
                          "` is a secret and does not belong into this file; set it in the environment, or name a "
                          "file that holds it with NAME_FILE");
        refuse_secrets(value);
    }
}

}  // namespace slipway::checks

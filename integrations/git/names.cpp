#include "integrations/git/names.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace slipway::git {
namespace {

constexpr std::size_t longest_name = 200;

bool is_blank_or_control(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f;
}

/// One element between slashes.
bool is_ref_element(std::string_view element) noexcept {
    return !element.empty() && element.front() != '.' && element.front() != '-' && !element.ends_with('.') &&
           !element.ends_with(".lock");
}

template <class Accepts>
bool every_element(std::string_view text, Accepts accepts) noexcept {
    while (true) {
        const auto slash = text.find('/');
        if (!accepts(text.substr(0, slash))) return false;
        if (slash == std::string_view::npos) return true;
        text.remove_prefix(slash + 1);
    }
}

bool equal_without_case(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

result<> refuse_url(std::string_view url, std::string_view why) {
    // A URL may hold a secret: only what stands before it is repeated.
    const auto shown = url.substr(0, std::min<std::size_t>(url.find("://"), 12));
    return failure{errc::invalid,
                   "The remote URL (\"" + std::string{shown} + "…\") cannot be used: " + std::string{why}};
}

}  // namespace

bool is_object_id(std::string_view text) noexcept {
    return text.size() == 40 &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_short_ref_name(std::string_view text) noexcept {
    if (text.empty() || text.size() > longest_name || text == "@") return false;
    if (std::ranges::any_of(text, is_blank_or_control)) return false;
    if (text.find_first_of("~^:?*[\\\"'`$;&|<>(){}") != std::string_view::npos) return false;
    if (text.find("..") != std::string_view::npos || text.find("@{") != std::string_view::npos) return false;
    return every_element(text, is_ref_element);
}

bool is_full_ref_name(std::string_view text) noexcept {
    constexpr std::string_view root = "refs/";
    if (!text.starts_with(root)) return false;
    const auto rest = text.substr(root.size());
    return rest.find('/') != std::string_view::npos && is_short_ref_name(rest);
}

bool is_tree_path(std::string_view text) noexcept {
    if (text.empty() || text.find('\0') != std::string_view::npos) return false;
    return every_element(text, [](std::string_view element) {
        return !element.empty() && element != "." && element != ".." && !equal_without_case(element, ".git");
    });
}

result<> check_remote_url(std::string_view url) {
    if (url.empty()) return refuse_url(url, "it is empty");
    if (url.front() == '-') return refuse_url(url, "it starts with a dash and would be read as an option");
    if (std::ranges::any_of(url, is_blank_or_control)) return refuse_url(url, "it has blanks or control characters");
    if (url.find("::") != std::string_view::npos) return refuse_url(url, "remote helpers (\"ext::\") run programs");
    const auto scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) {
        const bool is_path = url.front() == '/';
        const bool is_scp = url.find('@') != std::string_view::npos && url.find(':') != std::string_view::npos;
        if (is_path || is_scp) return {};
        return refuse_url(url, "it is neither an absolute path nor user@host:path nor has a scheme");
    }
    constexpr std::array<std::string_view, 4> schemes{"https", "http", "ssh", "file"};
    if (std::ranges::find(schemes, url.substr(0, scheme_end)) == schemes.end()) {
        return refuse_url(url, "its scheme is none of https, http, ssh, file");
    }
    const auto authority = url.substr(scheme_end + 3, url.find('/', scheme_end + 3) - scheme_end - 3);
    if (authority.starts_with('-')) return refuse_url(url, "its host starts with a dash");
    const auto at = authority.rfind('@');
    if (at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos) {
        return refuse_url(url, "it holds a password; give the secret by settings, so that it stays out of logs");
    }
    return {};
}

}  // namespace slipway::git

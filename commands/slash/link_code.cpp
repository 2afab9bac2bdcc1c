#include "commands/slash/link_code.hpp"

#include <charconv>

#include "integrations/base/digest.hpp"

namespace slipway::slash {
namespace {

constexpr std::size_t signature_digits = 32;

std::string signature(std::string_view key, const release::person_id& who, std::string_view nonce,
                      std::string_view expiry) {
    // A fingerprint separates the parts, so that no other person's name and nonce read the same.
    return hmac_sha256_hex(key, fingerprint({"link", who.team, who.user, nonce, expiry})).substr(0, signature_digits);
}

}  // namespace

std::string make_code(std::string_view key, const release::person_id& who, std::string_view nonce, instant expires) {
    const auto expiry = std::to_string(to_unix(expires));
    return std::string{nonce} + "-" + expiry + "-" + signature(key, who, nonce, expiry);
}

bool is_good_code(std::string_view key, const release::person_id& who, std::string_view code, instant now) {
    const auto first = code.find('-'), last = code.rfind('-');
    if (first == std::string_view::npos || last <= first) return false;
    const auto expiry = code.substr(first + 1, last - first - 1);
    std::int64_t seconds = 0;
    const auto [end, problem] = std::from_chars(expiry.data(), expiry.data() + expiry.size(), seconds);
    if (problem != std::errc{} || end != expiry.data() + expiry.size() || to_unix(now) >= seconds) return false;
    return equal_in_constant_time(signature(key, who, code.substr(0, first), expiry), code.substr(last + 1));
}

std::string code_line(std::string_view code) {
    return "slipway-link: " + std::string{code};
}

bool has_code_line(std::string_view text, std::string_view code) {
    const auto wanted = code_line(code);
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
        if (line == wanted) return true;
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return false;
}

}  // namespace slipway::slash

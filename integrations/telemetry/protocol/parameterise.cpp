// One pass over a message. Every matcher looks at a bounded number of bytes, so the whole is linear whatever is sent.
#include <array>
#include <optional>
#include <string_view>

#include "integrations/telemetry/protocol/group.hpp"
#include "integrations/telemetry/protocol/matchers.hpp"
#include "integrations/telemetry/protocol/text.hpp"

namespace slipway::telemetry {
namespace {

constexpr std::size_t longest_input = 8192;

struct rule {
    std::string_view name;
    std::size_t (*match)(std::string_view rest);  ///< bytes that match at the front; 0 = none
};

/// In order of preference: the first that matches wins.
constexpr std::array rules{
    rule{"<email>", match::email},
    rule{"<url>", match::url},
    rule{"<hostname>", match::hostname},
    rule{"<ip>", match::ip},
    rule{"<traceparent>", match::traceparent},
    rule{"<uuid>", match::uuid},
    rule{"<sha1>", match::sha1},
    rule{"<md5>", match::md5},
    rule{"<date>", match::date},
    rule{"<duration>", match::duration},
    rule{"<hex>", match::hex},
    rule{"<git_sha>", match::git_sha},
    rule{"<float>", match::floating},
    rule{"<int>", match::integer},
};

constexpr rule after_equals[] = {
    {"<quoted_str>", match::quoted},
    {"<bool>", match::boolean},
};

/// Appends the name of the first rule that matches `rest`; the bytes it stands for.
template <class Rules>
std::size_t replace(const Rules& from, std::string_view rest, std::string& out) {
    for (const auto& each : from) {
        const auto size = each.match(rest);
        if (size == 0) continue;
        out += each.name;
        return size;
    }
    return 0;
}

/// Words of plain letters cannot begin anything but an address or a date: most text passes here.
bool may_begin(char c) noexcept {
    return text::is_word(c) || c == '-' || c == ':';
}

}  // namespace

std::string parameterise(std::string_view message) {
    if (message.size() > longest_input) return std::string{message};
    std::string out;
    out.reserve(message.size());
    for (std::size_t at = 0; at < message.size();) {
        const auto rest = message.substr(at);
        const bool boundary = at == 0 || !text::is_word(message[at - 1]);
        std::size_t taken = 0;
        if (boundary && may_begin(rest[0])) taken = replace(rules, rest, out);
        if (taken == 0 && at > 0 && message[at - 1] == '=') taken = replace(after_equals, rest, out);
        if (taken == 0) {  // a word that is no value is copied whole; anything else byte by byte
            taken = 1;
            while (text::is_word(rest[0]) && taken < rest.size() && text::is_word(rest[taken])) ++taken;
            out += rest.substr(0, taken);
        }
        at += taken;
    }
    return out;
}

}  // namespace slipway::telemetry

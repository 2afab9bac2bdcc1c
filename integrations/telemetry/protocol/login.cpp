// Where a report says who sends it: query, X-Sentry-Auth, Authorization.
#include <openssl/evp.h>
#include <charconv>
#include <optional>
#include <vector>

#include "integrations/telemetry/protocol/dsn.hpp"
#include "integrations/telemetry/protocol/text.hpp"

namespace slipway::telemetry {
namespace {

constexpr std::size_t longest_key = 128;
constexpr std::size_t longest_client = 200;

struct claims {
    std::string_view key, client, version;
    void set(std::string_view name, std::string_view value) {
        if (name == "sentry_key") key = value;
        if (name == "sentry_client") client = value;
        if (name == "sentry_version") version = value;
    }
};

/// "name=value" parts of `text`, split at `separator`.
claims read_pairs(std::string_view text, char separator) {
    claims found;
    while (!text.empty()) {
        const auto end = text.find(separator);
        const auto pair = text::trim(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        found.set(text::trim(pair.substr(0, equals)), text::trim(pair.substr(equals + 1)));
    }
    return found;
}

/// The rest after a scheme word and blank, when the word is `scheme` (case does not matter).
std::optional<std::string_view> after_scheme(std::string_view header, std::string_view scheme) {
    header = text::trim(header);
    if (header.size() <= scheme.size() || !text::equal_without_case(header.substr(0, scheme.size()), scheme))
        return std::nullopt;
    if (header[scheme.size()] != ' ' && header[scheme.size()] != '\t') return std::nullopt;
    return text::trim(header.substr(scheme.size()));
}

/// The user name of "Basic <base64 of user:password>"; "" when it is not base64.
std::string basic_user(std::string_view encoded) {
    if (encoded.empty() || encoded.size() > 1024 || encoded.size() % 4 != 0) return {};
    const std::vector<unsigned char> characters{encoded.begin(), encoded.end()};
    std::vector<unsigned char> bytes(encoded.size());
    const int size = EVP_DecodeBlock(bytes.data(), characters.data(), static_cast<int>(characters.size()));
    if (size < 0) return {};
    const std::string decoded{bytes.begin(), bytes.begin() + size};
    const auto colon = decoded.find_first_of(std::string_view{":\0", 2});
    return decoded.substr(0, colon);
}

result<login> accept(const claims& said) {
    login found;
    if (!said.version.empty()) {
        const std::string digits{said.version};
        const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), found.version);
        if (error == std::errc{} && found.version > 7)
            return failure{errc::invalid, "protocol version " + std::to_string(found.version) +
                                              " is not known here; versions up to 7 are"};
        if (error != std::errc{})
            found.version = 7;  // "7.0" and worse are sent by real clients; only a newer one matters
    }
    if (said.key.size() > longest_key) return failure{errc::unauthorised, "the public key is too long to be one"};
    found.key = said.key;
    found.client = printable(said.client, longest_client);
    return found;
}

}  // namespace

result<login> parse_login(login_sources from) {
    const auto in_query = read_pairs(from.query, '&');
    if (!in_query.key.empty()) return accept(in_query);
    for (const auto header : {from.x_sentry_auth, from.authorization}) {
        const auto pairs = after_scheme(header, "Sentry");
        if (!pairs) continue;
        const auto said = read_pairs(*pairs, ',');
        if (!said.key.empty()) return accept(said);
    }
    if (const auto encoded = after_scheme(from.authorization, "Basic")) {
        claims said;
        const auto user = basic_user(*encoded);
        said.key = user;
        if (!user.empty()) return accept(said);
    }
    return failure{errc::unauthorised, "the report carries no public key (sentry_key); check the DSN of the sender"};
}

}  // namespace slipway::telemetry

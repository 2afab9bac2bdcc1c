// The address a web site reports its errors to: "https://<key>@host/path/<project>".
// Protocol source: Sentry developer documentation, "DSN" and "Authentication".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "integrations/base/result.hpp"

namespace slipway::telemetry {

struct dsn {
    std::string scheme;  ///< "http" or "https"
    std::string public_key;
    std::string host;
    std::uint16_t port = 0;  ///< 0 = the scheme's own
    std::string path;        ///< between host and project, without slashes at the ends; mostly ""
    std::string project;     ///< the number that stands in the ingest path

    /// Where envelopes go: "{scheme}://{host}[:{port}][/{path}]/api/{project}/envelope/".
    std::string envelope_url() const;
};

/// errc::invalid names the part that is missing. A secret after the key is accepted and forgotten.
result<dsn> parse_dsn(std::string_view text);

/// What a reporter says about itself, wherever it said it.
struct login {
    std::string key;     ///< claimed, not yet compared with a known one
    std::string client;  ///< "sentry.php/4.29.0"; "" when it did not say
    int version = 7;
};

/// The three places of one HTTP request that may carry the key; "" = not there.
struct login_sources {
    std::string_view query;          ///< without "?"
    std::string_view x_sentry_auth;  ///< header X-Sentry-Auth
    std::string_view authorization;  ///< header Authorization: "Sentry …" or "Basic …" with the key as user name
};

/// Takes the first source that holds a key. errc::unauthorised when none does; errc::invalid for a protocol version
/// above 7. `sentry_secret` and `sentry_timestamp` are ignored, as every current server does.
result<login> parse_login(login_sources from);

}  // namespace slipway::telemetry

// What the website tells an error monitor: a Sentry event in an envelope, as an SDK would send it.
#pragma once

#include <optional>
#include <string>

#include "deploy/sandbox/site/checkout.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/net/http.hpp"

namespace slipway::sandbox::site {

/// {scheme}://{key}@{host}[:{port}][/{path}]/{project}
struct dsn {
    std::string text;
    std::string key;
    std::string endpoint;  ///< "http://127.0.0.1:9100/api/1/envelope/"
};

/// nullopt when the text is no DSN.
std::optional<dsn> read_dsn(const std::string& text);

struct incident {
    site::page page;
    visit asked;
    std::string event_id;  ///< 32 hex digits
    instant at;
};

/// The event's JSON.
json::object event_of(const incident& what);
/// The whole request, gzip-encoded, with X-Sentry-Auth.
net::request envelope_request(const incident& what, const dsn& to);

std::string gzip(const std::string& bytes);

}  // namespace slipway::sandbox::site

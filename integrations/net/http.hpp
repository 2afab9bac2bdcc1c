// HTTP messages and the client interface. No Beast here: a file that includes this compiles in a second.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"

namespace slipway::net {

struct header {
    std::string name;
    std::string value;
};

/// Header lists keep order and repetition; names compare without case.
class headers {
public:
    headers() = default;
    headers(std::initializer_list<header> all) : all_{all} {}
    void add(std::string name, std::string value) { all_.push_back({std::move(name), std::move(value)}); }
    /// The first value of that name, or nullopt.
    std::optional<std::string> find(std::string_view name) const;
    const std::vector<header>& all() const noexcept { return all_; }

private:
    std::vector<header> all_;
};

struct request {
    std::string method = "GET";
    std::string url;  ///< absolute: "https://host/path?query"
    net::headers headers;
    std::string body;
    milliseconds timeout{15'000};             ///< for the whole exchange
    std::size_t largest_answer = 16U << 20U;  ///< bytes; a larger body is errc::lost
};

struct response {
    int status = 0;
    net::headers headers;
    std::string body;
};

/// Keep-alive connections per host; redirects are never followed (a token would travel with them).
/// Failures: unavailable (surely not sent), timed_out and lost (may have been received), invalid (URL).
/// A status of 4xx or 5xx is a response, not a failure.
class http_client {
public:
    virtual ~http_client() = default;
    virtual task<result<response>> send(request asked) = 0;
};

/// Who we trust and who we are.
struct client_settings {
    std::string ca_file;  ///< PEM roots instead of the system's; "" = system roots. Verification cannot be turned off.
    std::string user_agent = "slipway/" SLIPWAY_VERSION;
};

std::unique_ptr<http_client> create_http_client(executor loop, client_settings settings);

/// "a b/c" → "a%20b%2Fc": everything but unreserved characters.
std::string percent_encode(std::string_view text);
/// The inverse; with `plus_is_space` as in form bodies. Malformed escapes stay as they are.
std::string percent_decode(std::string_view text, bool plus_is_space = false);

struct field {
    std::string name;
    std::string value;
};
/// application/x-www-form-urlencoded, both ways. Also query strings.
std::string encode_form(const std::vector<field>& fields);
std::vector<field> decode_form(std::string_view body);
/// The first field of that name, or "".
std::string field_of(const std::vector<field>& fields, std::string_view name);

}  // namespace slipway::net

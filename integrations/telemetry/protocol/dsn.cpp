#include "integrations/telemetry/protocol/dsn.hpp"

#include <charconv>

namespace slipway::telemetry {
namespace {

failure without(std::string_view part) {
    return {errc::invalid, "the DSN has no " + std::string{part} +
                               "; it looks like https://<public key>@<host>/<project number> and stands in the "
                               "settings of the error monitor"};
}

/// "host", "host:port", "[::1]:port".
bool read_host(std::string_view text, dsn& into) {
    const auto colon = text.rfind(':');
    const auto bracket = text.rfind(']');
    const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    into.host = text.substr(0, has_port ? colon : text.size());
    if (into.host.empty()) return false;
    if (!has_port) return true;
    const auto digits = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), into.port);
    return error == std::errc{} && end == digits.data() + digits.size() && into.port != 0;
}

}  // namespace

std::string dsn::envelope_url() const {
    std::string url = scheme + "://" + host;
    if (port != 0) url += ":" + std::to_string(port);
    if (!path.empty()) url += "/" + path;
    return url + "/api/" + project + "/envelope/";
}

result<dsn> parse_dsn(std::string_view text) {
    dsn found;
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos || scheme == 0) return without("scheme");
    found.scheme = text.substr(0, scheme);
    if (found.scheme != "http" && found.scheme != "https") return without("scheme of http or https");
    text.remove_prefix(scheme + 3);

    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return without("project number");
    auto authority = text.substr(0, slash);
    const auto at = authority.rfind('@');
    if (at == std::string_view::npos) return without("public key");
    const auto user = authority.substr(0, at);
    found.public_key = user.substr(0, user.find(':'));
    if (found.public_key.empty()) return without("public key");
    if (!read_host(authority.substr(at + 1), found)) return without("host, or its port is not a number");

    auto rest = text.substr(slash + 1);
    rest = rest.substr(0, rest.find_first_of("?#"));
    while (rest.ends_with('/')) rest.remove_suffix(1);
    const auto last = rest.rfind('/');
    found.project = last == std::string_view::npos ? rest : rest.substr(last + 1);
    found.path = last == std::string_view::npos ? std::string_view{} : rest.substr(0, last);
    if (found.project.empty()) return without("project number");
    return found;
}

}  // namespace slipway::telemetry

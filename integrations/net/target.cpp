#include "integrations/net/target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <optional>

namespace slipway::net {
namespace {

/// What of a malformed URL can be shown: nothing behind '?' or '#', nothing before '@'.
std::string without_secrets(std::string_view url) {
    url = url.substr(0, std::min(url.find_first_of("?#"), url.size()));
    const auto at = url.rfind('@');
    if (at != std::string_view::npos) return "…@" + std::string{url.substr(at + 1)};
    return std::string{url};
}

failure malformed(std::string_view url, const std::string& why) {
    return failure{errc::invalid, "\"" + without_secrets(url) + "\" " + why};
}

/// 0 when none is given. Boost.URL lets numbers beyond 65535 pass.
std::optional<std::uint16_t> port_of(std::string_view digits) {
    std::uint16_t port = 0;
    if (digits.empty()) return port;
    const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (bad != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;
    return port;
}

}  // namespace

result<target> parse_target(std::string_view url, url_family family) {
    const auto parsed = boost::urls::parse_uri(boost::urls::string_view{url.data(), url.size()});
    if (!parsed) return malformed(url, "is not a complete URL (scheme://host/path, blanks escaped as %20)");
    const auto& view = *parsed;
    const bool http = family == url_family::http;
    const std::string plain = http ? "http" : "ws";
    const std::string secure = http ? "https" : "wss";
    std::string scheme{view.scheme().data(), view.scheme().size()};
    for (auto& c : scheme) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (scheme != plain && scheme != secure) {
        return malformed(url, "has the scheme " + scheme + ": only " + plain + " and " + secure + " are spoken here");
    }
    if (view.has_userinfo()) return malformed(url, "holds credentials: give them in a header instead");
    if (view.encoded_host().empty()) return malformed(url, "names no host");
    const auto port = port_of({view.port().data(), view.port().size()});
    if (!port) return malformed(url, "has a wrong port");

    target to;
    to.tls = scheme == secure;
    to.host = std::string{view.host_address()};
    const std::uint16_t usual = to.tls ? 443 : 80;
    to.port = *port == 0 ? usual : *port;
    const auto host = view.encoded_host();
    to.authority = std::string{host.data(), host.size()};
    if (to.port != usual) to.authority += ":" + std::to_string(to.port);
    const auto encoded = view.encoded_path();
    std::string path{encoded.data(), encoded.size()};
    if (path.empty()) path = "/";
    const auto query = view.encoded_query();
    to.resource = path;
    if (view.has_query()) to.resource += "?" + std::string{query.data(), query.size()};
    to.shown = scheme + "://" + to.authority + path;
    return to;
}

result<> redirect_connection(target& to, std::string_view host_and_port) {
    const auto colon = host_and_port.rfind(':');
    const auto port = colon == std::string_view::npos ? std::nullopt : port_of(host_and_port.substr(colon + 1));
    auto host = host_and_port.substr(0, std::min(colon, host_and_port.size()));
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    if (host.empty() || !port || *port == 0)
        return failure{errc::invalid, "\"" + std::string{host_and_port} +
                                          "\" is no place to connect to; it is written host:port or [address]:port"};
    to.dialled = std::string{host};
    to.dialled_port = *port;
    return {};
}

}  // namespace slipway::net

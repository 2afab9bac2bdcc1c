#include "integrations/net/proxy.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "integrations/net/http.hpp"

namespace slipway::net {
namespace {

namespace ip = boost::asio::ip;

constexpr std::uint16_t usual_proxy_port = 3128;

std::string lower(std::string_view text) {
    std::string made{text};
    for (auto& c : made) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return made;
}

std::vector<std::string> split_exceptions(std::string_view list) {
    std::vector<std::string> all;
    while (!list.empty()) {
        const auto end = std::min(list.find_first_of(", "), list.size());
        if (end > 0) all.push_back(lower(list.substr(0, end)));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return all;
}

bool lies_in_network(const std::string& host, const std::string& network) {
    boost::system::error_code bad;
    const auto address = ip::make_address(host, bad);
    if (bad) return false;
    if (address.is_v4()) {
        const auto wanted = ip::make_network_v4(network, bad);
        return !bad && ip::make_network_v4(address.to_v4(), wanted.prefix_length()).canonical() == wanted.canonical();
    }
    const auto wanted = ip::make_network_v6(network, bad);
    return !bad && ip::make_network_v6(address.to_v6(), wanted.prefix_length()).canonical() == wanted.canonical();
}

bool fits_name(const std::string& host, std::string_view rule) {
    if (rule.starts_with('.')) rule.remove_prefix(1);
    if (rule.empty() || !host.ends_with(rule)) return false;
    return host.size() == rule.size() || host[host.size() - rule.size() - 1] == '.';
}

bool is_excepted(const std::string& host, std::uint16_t port, const std::string& rule) {
    if (rule == "*") return true;
    if (rule.find('/') != std::string::npos) return lies_in_network(host, rule);
    if (rule == host || "[" + host + "]" == rule) return true;
    const auto colon = rule.rfind(':');
    const bool with_port = colon != std::string::npos && rule.find(':') == colon;
    if (!with_port) return fits_name(host, rule);
    return rule.substr(colon + 1) == std::to_string(port) && fits_name(host, rule.substr(0, colon));
}

failure no_proxy_address(const std::string& why) {
    return failure{errc::invalid, "is no address of a proxy (" + why +
                                      "); it is written http://user:password@host:port, with special characters of "
                                      "user and password percent-encoded"};
}

}  // namespace

bool proxy::serves(std::string_view to_host, std::uint16_t to_port) const {
    const auto name = lower(to_host);
    return std::ranges::none_of(except, [&](const std::string& rule) { return is_excepted(name, to_port, rule); });
}

std::string proxy::shown() const {
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

result<proxy> parse_proxy(std::string_view address, std::string_view no_proxy) {
    const bool named = address.find("://") != std::string_view::npos;
    const auto whole = named ? std::string{address} : "http://" + std::string{address};
    const auto parsed = boost::urls::parse_uri(whole);
    if (!parsed) return no_proxy_address("it cannot be read");
    const auto scheme = lower({parsed->scheme().data(), parsed->scheme().size()});
    if (scheme != "http") return no_proxy_address("its scheme is " + scheme + ", and only http is spoken with a proxy");
    if (parsed->encoded_host().empty()) return no_proxy_address("it names no host");
    proxy made;
    made.host = std::string{parsed->host_address()};
    made.port = usual_proxy_port;
    const auto digits = parsed->port();  // Boost.URL lets numbers beyond 65535 pass
    const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), made.port);
    if (!digits.empty() && (bad != std::errc{} || end != digits.data() + digits.size() || made.port == 0))
        return no_proxy_address("its port is wrong");
    made.user = percent_decode({parsed->encoded_user().data(), parsed->encoded_user().size()});
    made.password = percent_decode({parsed->encoded_password().data(), parsed->encoded_password().size()});
    // The credentials go out as one line of base64 of user:password.
    if (made.user.find(':') != std::string::npos) return no_proxy_address("its user holds a colon");
    made.except = split_exceptions(no_proxy);
    return made;
}

}  // namespace slipway::net

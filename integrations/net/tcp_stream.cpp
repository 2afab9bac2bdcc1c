// Plain TCP: the stream, name lookup and connecting.
#include <boost/asio/post.hpp>
#include <vector>

#include "integrations/async/one_shot.hpp"
#include "integrations/net/alarm.hpp"
#include "integrations/net/connect.hpp"
#include "integrations/net/socket_stream.hpp"

namespace slipway::net {
namespace {

using asio::ip::tcp;

class tcp_stream final : public socket_stream {
public:
    explicit tcp_stream(tcp::socket socket) : socket_{std::move(socket)} { prepare(); }
    void read_some(asio::mutable_buffer into, moved handler) override {
        socket_.async_read_some(into, bound(std::move(handler)));
    }
    void write_some(asio::const_buffer from, moved handler) override {
        socket_.async_write_some(from, bound(std::move(handler)));
    }
    std::size_t write_now(asio::const_buffer from) override {
        const auto done = ::send(socket_.native_handle(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        return done < 0 ? 0 : static_cast<std::size_t>(done);
    }
    void shutdown(done handler) override {
        error_code ec;
        socket_.shutdown(tcp::socket::shutdown_send, ec);
        asio::post(socket_.get_executor(), [ec, kept = std::move(handler)]() mutable { std::move(kept)(ec); });
    }

private:
    tcp::socket& socket() override { return socket_; }
    tcp::socket socket_;
};

/// A lookup outlives its waiter: getaddrinfo cannot be interrupted, so a late answer must find a home.
struct lookup {
    explicit lookup(const executor& loop) : resolver{loop}, answered{loop} {}
    tcp::resolver resolver;
    one_shot answered;
    error_code ec;
    std::vector<tcp::endpoint> endpoints;
};

void start(const std::shared_ptr<lookup>& asked, const std::string& host, std::uint16_t port) {
    // All addresses, also of a family that has no interface: those fail at once and the next one is tried.
    const auto flags = tcp::resolver::numeric_service;
    auto answer = [asked](error_code ec, const tcp::resolver::results_type& found) {
        asked->ec = asked->answered.fired() ? asked->ec : ec;
        for (const auto& each : found) asked->endpoints.push_back(each.endpoint());
        asked->answered.fire();
    };
    asked->resolver.async_resolve(host, std::to_string(port), flags, std::move(answer));
}

task<result<std::vector<tcp::endpoint>>> resolve(std::string host, std::uint16_t port, time_point until) {
    error_code not_numeric;
    const auto address = asio::ip::make_address(host, not_numeric);
    if (!not_numeric) co_return std::vector{tcp::endpoint{address, port}};
    const auto loop = co_await asio::this_coro::executor;
    const auto asked = std::make_shared<lookup>(loop);
    start(asked, host, port);
    alarm limit{loop};
    limit.set(until, [asked] {
        asked->ec = asio::error::timed_out;
        asked->answered.fire();
    });
    co_await asked->answered.wait();
    if (asked->ec) {
        co_return failure{errc::unavailable, "the name " + host + " could not be looked up: " + asked->ec.message()};
    }
    co_return asked->endpoints;
}

std::string named(const tcp::endpoint& end) {
    const auto address = end.address().to_string();
    return (end.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(end.port());
}

task<result<tcp::socket>> connect_one(tcp::endpoint end, time_point until) {
    const auto loop = co_await asio::this_coro::executor;
    tcp::socket socket{loop};
    alarm limit{loop};
    limit.set(until, [&socket] {
        error_code ignored;
        socket.close(ignored);
    });
    const auto [ec] = co_await socket.async_connect(end, as_values);
    limit.clear();
    if (limit.struck()) co_return failure{errc::unavailable, "no connection to " + named(end) + " in time"};
    if (ec == asio::error::operation_aborted) co_return failure{errc::cancelled, "connecting was cancelled"};
    if (ec) co_return failure{errc::unavailable, "cannot connect to " + named(end) + ": " + ec.message()};
    co_return socket;
}

/// One address after the other; each gets its share of the time that is left, so that a dead one cannot use up all.
task<result<tcp::socket>> connect_any(std::vector<tcp::endpoint> ends, time_point until) {
    std::optional<failure> last;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const auto now = std::chrono::steady_clock::now();
        const auto share = (until - now) / static_cast<std::int64_t>(ends.size() - i);
        auto socket = co_await connect_one(ends[i], now + share);
        if (socket) co_return socket;
        last = socket.error();
        if (last->kind() == errc::cancelled) break;
    }
    co_return last.value_or(failure{errc::unavailable, "the name has no address"});
}

}  // namespace

stream_ptr plain_stream(tcp::socket socket) {
    return std::make_shared<tcp_stream>(std::move(socket));
}

task<result<stream_ptr>> connect_stream(target to, client_settings settings, std::optional<proxy> through,
                                        time_point until) {
    const bool tunnelled = through && to.tls && to.dialled.empty() && through->serves(to.host, to.port);
    auto host = to.dialled.empty() ? to.host : to.dialled;
    auto port = to.dialled.empty() ? to.port : to.dialled_port;
    if (tunnelled) {
        host = through->host;
        port = through->port;
    }
    auto ends = co_await resolve(host, port, until);
    if (!ends && tunnelled) co_return ends.error().within("the proxy of HTTPS_PROXY");
    if (!ends) co_return ends.error();
    auto socket = co_await connect_any(std::move(*ends), until);
    if (!socket && tunnelled) co_return socket.error().within("the proxy of HTTPS_PROXY");
    if (!socket) co_return socket.error();
    if (!to.tls) co_return plain_stream(std::move(*socket));
    if (tunnelled) {
        socket = co_await open_tunnel(std::move(*socket), to, *through, until);
        if (!socket) co_return socket.error();
    }
    auto secured = co_await secure_stream(std::move(*socket), to.host, settings.ca_file, until);
    co_return secured;
}

}  // namespace slipway::net

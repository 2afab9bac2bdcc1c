// CONNECT: the way through an HTTP proxy (RFC 9110, 9.3.6).
#include "integrations/base/digest.hpp"
#include "integrations/net/alarm.hpp"
#include "integrations/net/connect.hpp"
#include "integrations/net/message_reader.hpp"
#include "integrations/net/message_writer.hpp"

namespace slipway::net {
namespace {

std::string connect_request(const target& to, const proxy& through) {
    const auto host = to.host.find(':') == std::string::npos ? to.host : "[" + to.host + "]";
    const auto place = host + ":" + std::to_string(to.port);
    std::string wire = "CONNECT " + place + " HTTP/1.1\r\n";
    write_header(wire, "Host", place);
    if (!through.user.empty() || !through.password.empty())
        write_header(wire, "Proxy-Authorization", "Basic " + to_base64(through.user + ":" + through.password));
    return wire + "\r\n";
}

failure declined(const target& to, const proxy& through, int status) {
    auto sentence = "the proxy " + through.shown() + " answered the way to " + to.authority + " with status " +
                    std::to_string(status);
    if (status == 407) sentence += ": it wants another user and password; correct HTTPS_PROXY";
    if (status == 403)
        sentence += ": it does not let us go there; have the host allowed, or leave it out with NO_PROXY";
    failure told{errc::unavailable, std::move(sentence)};
    told.code = std::to_string(status);
    return told;
}

failure silent(const target& to, const proxy& through, const std::string& why) {
    return failure{errc::unavailable,
                   "the proxy " + through.shown() + " opened no way to " + to.authority + ": " + why};
}

using socket_type = asio::ip::tcp::socket;

/// Until the head of the answer is complete. A proxy says nothing behind it before we do.
task<result<int>> read_status(socket_type& from, const alarm& limit) {
    const auto reader = create_response_reader({.header = 16U << 10U}, /*bodyless=*/true);
    std::string pending;
    std::string chunk(4096, '\0');
    auto state = progress::more;
    while (state == progress::more) {
        const auto [ec, count] = co_await from.async_read_some(asio::buffer(chunk), as_values);
        if (limit.struck()) co_return failure{errc::unavailable, "it did not answer in time"};
        if (ec == asio::error::operation_aborted) co_return failure{errc::cancelled, "connecting was cancelled"};
        if (ec) co_return failure{errc::unavailable, ec.message()};
        pending.append(chunk, 0, count);
        state = reader->feed(pending);
    }
    if (state != progress::complete) co_return failure{errc::unavailable, "its answer is not HTTP"};
    co_return reader->take().status;
}

}  // namespace

task<result<socket_type>> open_tunnel(socket_type socket, target to, proxy through, time_point until) {
    alarm limit{socket.get_executor()};
    limit.set(until, [&socket] {
        error_code ignored;
        socket.close(ignored);
    });
    const auto wire = connect_request(to, through);
    std::size_t sent = 0;
    while (sent < wire.size()) {
        const auto rest = asio::buffer(wire) + sent;
        const auto [ec, count] = co_await socket.async_write_some(asio::const_buffer{rest}, as_values);
        if (ec) co_return silent(to, through, ec.message());
        sent += count;
    }
    const auto status = co_await read_status(socket, limit);
    limit.clear();
    if (!status && status.error() == errc::cancelled) co_return status.error();
    if (!status) co_return silent(to, through, status.error().sentence());
    if (*status < 200 || *status > 299) co_return declined(to, through, *status);
    co_return std::move(socket);
}

}  // namespace slipway::net

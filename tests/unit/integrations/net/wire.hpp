// Bare sockets for the tests of this room: what a peer really sends, byte by byte.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <string>

#include "tests/fakes/run_task.hpp"

namespace slipway::net {

class wire {
public:
    explicit wire(asio::ip::tcp::socket socket) : socket_{std::move(socket)} {}
    /// False once the peer is gone; nothing can be sent after that.
    task<bool> send(std::string bytes) {
        const auto [ec, count] =
            co_await asio::async_write(socket_, asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
        co_return !ec;
    }
    /// Everything up to and including `marker`; what arrived when the peer ended earlier.
    task<std::string> until(std::string marker) {
        while (unread_.find(marker) == std::string::npos) {
            const bool more = co_await read_more();
            if (!more) co_return std::exchange(unread_, {});
        }
        co_return cut(unread_.find(marker) + marker.size());
    }
    task<std::string> bytes(std::size_t count) {
        while (unread_.size() < count) {
            const bool more = co_await read_more();
            if (!more) break;
        }
        co_return cut(std::min(count, unread_.size()));
    }
    /// Until the peer ends.
    task<std::string> rest() {
        bool more = true;
        while (more) more = co_await read_more();
        co_return std::exchange(unread_, {});
    }
    void close() { socket_.close(); }
    void end_of_writing() { socket_.shutdown(asio::ip::tcp::socket::shutdown_send); }

private:
    task<bool> read_more() {
        char chunk[4096];
        const auto [ec, count] =
            co_await socket_.async_read_some(asio::buffer(chunk), asio::as_tuple(asio::use_awaitable));
        unread_.append(chunk, count);
        co_return !ec;
    }
    std::string cut(std::size_t count) {
        auto front = unread_.substr(0, count);
        unread_.erase(0, count);
        return front;
    }
    asio::ip::tcp::socket socket_;
    std::string unread_;
};

inline task<wire> dial(std::uint16_t port) {
    asio::ip::tcp::socket socket{co_await asio::this_coro::executor};
    co_await socket.async_connect({asio::ip::address_v4::loopback(), port}, asio::use_awaitable);
    co_return wire{std::move(socket)};
}

/// A peer that accepts and then does what the test says.
class listener {
public:
    explicit listener(const executor& loop) : acceptor_{loop, {asio::ip::address_v4::loopback(), 0}} {}
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    std::string url(const std::string& rest, const std::string& scheme = "http") const {
        return scheme + "://127.0.0.1:" + std::to_string(port()) + rest;
    }
    task<wire> accept() {
        auto socket = co_await acceptor_.async_accept(asio::use_awaitable);
        ++accepted;
        co_return wire{std::move(socket)};
    }
    std::size_t accepted = 0;

private:
    asio::ip::tcp::acceptor acceptor_;
};

}  // namespace slipway::net

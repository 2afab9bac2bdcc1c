// What plain and TLS streams have in common: the TCP socket at the bottom. Internal to this room.
#pragma once

#include <sys/socket.h>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "integrations/net/stream.hpp"

namespace slipway::net {

class socket_stream : public stream {
public:
    executor get_executor() override { return socket().get_executor(); }
    void cancel() override {
        error_code ignored;  // a socket that is already closed has nothing to cancel
        socket().cancel(ignored);
    }
    void close() override {
        error_code ignored;  // closing is the last thing: nobody could act on its failure
        socket().close(ignored);
    }
    void reset() override {
        error_code ignored;
        socket().set_option(asio::socket_base::linger{true, 0}, ignored);
        socket().close(ignored);
    }
    bool is_quiet() override {
        char byte = 0;
        const auto got = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return socket().is_open() && got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
    std::string peer() const override { return peer_; }

protected:
    virtual asio::ip::tcp::socket& socket() = 0;

    /// Small frames must not wait for each other's acknowledgement: Nagle off, on both sides.
    void prepare() {
        error_code ignored;
        socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
        const auto end = socket().remote_endpoint(ignored);
        const auto address = end.address().to_string();
        peer_ = (end.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(end.port());
    }
    /// Beast and ssl streams want the handler's executor spelled out (Boost 1.81).
    template <class Handler>
    auto bound(Handler handler) {
        return asio::bind_executor(socket().get_executor(), std::move(handler));
    }

private:
    std::string peer_;
};

}  // namespace slipway::net

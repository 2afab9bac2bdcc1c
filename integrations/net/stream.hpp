// The byte stream below HTTP and websocket, TCP or TLS: type-erased, so that each protocol above compiles once.
// Internal to this room.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"

namespace slipway::net {

using boost::system::error_code;

/// Loop thread only. Held by shared_ptr; whoever waits for an operation keeps it alive.
class stream {
public:
    using done = asio::any_completion_handler<void(error_code)>;
    using moved = asio::any_completion_handler<void(error_code, std::size_t)>;

    virtual ~stream() = default;
    virtual executor get_executor() = 0;
    virtual void read_some(asio::mutable_buffer into, moved handler) = 0;
    virtual void write_some(asio::const_buffer from, moved handler) = 0;
    /// Hands over what the system takes at once, without waiting; how much that was. Whatever hinders it (an error, a
    /// full buffer, TLS) is for write_some to meet. Not while a write_some is under way.
    virtual std::size_t write_now(asio::const_buffer) { return 0; }
    /// Says that we write no more (TLS: close_notify; may wait for the peer, so put an alarm on it).
    virtual void shutdown(done handler) = 0;
    /// Ends what is pending with operation_aborted; the stream stays open.
    virtual void cancel() = 0;
    /// At once; pending operations end with an error.
    virtual void close() = 0;
    /// Like close(), but the peer gets a reset instead of an orderly end.
    virtual void reset() = 0;
    /// Open, and nothing arrived that nobody asked for: fit for another request.
    virtual bool is_quiet() = 0;
    /// "127.0.0.1:40312"
    virtual std::string peer() const = 0;
    /// Over TLS: when the other side's certificate ends.
    virtual std::optional<instant> certificate_until() const { return std::nullopt; }
};

using stream_ptr = std::shared_ptr<stream>;

template <class Token>
auto async_read_some(stream& from, asio::mutable_buffer into, Token&& token) {
    auto start = [&from, into](auto handler) { from.read_some(into, stream::moved{std::move(handler)}); };
    return asio::async_initiate<Token, void(error_code, std::size_t)>(std::move(start), token);
}

template <class Token>
auto async_write_some(stream& to, asio::const_buffer from, Token&& token) {
    auto start = [&to, from](auto handler) { to.write_some(from, stream::moved{std::move(handler)}); };
    return asio::async_initiate<Token, void(error_code, std::size_t)>(std::move(start), token);
}

template <class Token>
auto async_shutdown(stream& which, Token&& token) {
    auto start = [&which](auto handler) { which.shutdown(stream::done{std::move(handler)}); };
    return asio::async_initiate<Token, void(error_code)>(std::move(start), token);
}

/// Errors as values, for the coroutines next to the socket.
inline constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

}  // namespace slipway::net

// One websocket, either side. Any number of callers may send; frames leave one at a time, whole and unfragmented.
#pragma once

#include <memory>
#include <string>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/net/http.hpp"

namespace slipway::net {

enum class frame_kind { text, binary, closed };

struct frame {
    frame_kind kind = frame_kind::text;
    std::string payload;  ///< text or bytes; with `closed` the reason
    int close_code = 0;   ///< with `closed`: 1000, 1001 …; 1006 when the socket just went away
    int pieces = 1;       ///< of frames that the message came in
};

/// Loop thread only. Incoming pings are answered with the same payload without being asked.
class websocket {
public:
    virtual ~websocket() = default;
    /// The next data frame. Cancelling the wait (a deadline) does no harm: the frame is there for the next call. After
    /// `closed` or a failure (errc::lost) the socket is of no more use.
    virtual task<result<frame>> receive() = 0;
    /// Resumes when the bytes were handed to the system: no proof that the peer read them.
    virtual task<result<>> send_text(std::string text) = 0;
    virtual task<result<>> send_binary(std::string bytes) = 0;
    /// At most 125 bytes (RFC 6455, 5.5); errc::invalid beyond.
    virtual task<result<>> ping(std::string payload) = 0;
    /// Close handshake, for at most two seconds, then the socket.
    virtual task<> close(int code, std::string reason) = 0;
    /// The socket, at once (RST-like; for faults and for the dead).
    virtual void abort() = 0;
    /// When anything at all (data, ping, pong) last arrived. Steady clock.
    virtual std::chrono::steady_clock::time_point last_byte() const = 0;
    /// A fault for sandboxes: pings are answered so much later; zero ends it.
    virtual void delay_pongs(milliseconds) {}
    /// Pings that arrived so far.
    virtual std::size_t pings_seen() const = 0;
};

struct websocket_settings {
    client_settings client;
    milliseconds connect_timeout{10'000};     ///< DNS, TCP, TLS and upgrade together
    std::size_t largest_message = 4U << 20U;  ///< bytes; more ends the link with errc::lost
};

/// `url` is ws:// or wss://; TLS verifies chain and host. A refused upgrade is errc::unavailable with the HTTP status
/// in `code`. The URL (it holds a ticket) never enters a sentence or a log line.
task<result<std::unique_ptr<websocket>>> connect_websocket(std::string url, websocket_settings settings);

}  // namespace slipway::net

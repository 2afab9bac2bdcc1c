// Makes one HTTP message out of bytes that arrive in pieces. Beast's parser is behind it. Internal to this room.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "integrations/net/http.hpp"

namespace slipway::net {

struct message {
    std::string method;    ///< of a request
    std::string resource;  ///< of a request: as in its first line
    int status = 0;        ///< of a response
    net::headers headers;
    std::string body;
    bool keep_alive = false;        ///< the connection may carry another message
    bool upgrade = false;           ///< a request for a websocket
    bool expects_continue = false;  ///< a request that waits for "100 Continue" before it sends its body
};

enum class progress { more, complete, header_too_large, body_too_large, malformed };

struct reader_limits {
    std::size_t header = 64U << 10U;  ///< bytes
    std::size_t body = 16U << 20U;    ///< bytes
};

/// One reader per message.
class message_reader {
public:
    virtual ~message_reader() = default;
    /// Takes from the front of `bytes` what belongs to this message and is understood so far: after `more`, what is
    /// left comes again with what follows it; after `complete`, it is the beginning of the next one.
    virtual progress read(std::string_view& bytes) = 0;
    /// The same from a buffer that keeps what was not taken.
    progress feed(std::string& pending) {
        std::string_view rest{pending};
        const auto state = read(rest);
        pending.erase(0, pending.size() - rest.size());
        return state;
    }
    /// The peer writes no more: completes a response that ends with its connection.
    virtual progress end() = 0;
    virtual bool header_complete() const = 0;
    /// After the header: everything but the body.
    virtual const message& head() const = 0;
    /// Once complete; only once.
    virtual message take() = 0;
};

std::unique_ptr<message_reader> create_request_reader(reader_limits limits);
/// `bodyless` for the answer to HEAD: its Content-Length describes a body that does not come.
std::unique_ptr<message_reader> create_response_reader(reader_limits limits, bool bodyless);

}  // namespace slipway::net

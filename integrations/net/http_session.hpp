// One accepted connection of the HTTP server: request after request until one side has enough. Internal to this room.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "integrations/net/alarm.hpp"
#include "integrations/net/connect.hpp"
#include "integrations/net/message_reader.hpp"
#include "integrations/net/server.hpp"
#include "integrations/net/stream.hpp"

namespace slipway::net {

/// What the sessions of one server share.
struct session_rules {
    server_settings limits;
    http_handler handler;
    websocket_handler on_websocket;
    upgrade_check check;
    std::shared_ptr<identity> who;  ///< null: no TLS
    bool stopping = false;
};

/// Must live until run() has ended.
class http_session {
public:
    explicit http_session(std::shared_ptr<session_rules> rules) : rules_{std::move(rules)} {}
    /// Serves until the connection is over.
    task<> run(asio::ip::tcp::socket socket);
    /// Between two requests: closes at once. In a request: after its answer. A websocket: with code 1001.
    void stop_gently();
    /// False while TLS is still being negotiated: there is nothing yet that could be stopped gently.
    bool has_begun() const noexcept { return link_ != nullptr; }
    void close();

private:
    enum class phase { idle, busy, websocket };
    enum class ending { complete, refused, gone };
    struct incoming {
        std::unique_ptr<message_reader> reader;
        std::string pending;            ///< read, but not yet part of a message
        int refusal = 0;                ///< the status that answers a request we do not take
        std::unique_ptr<char[]> chunk;  ///< read into; one for the life of the connection
        progress take_in(std::size_t count);
    };
    task<> serve();
    task<ending> read_request(incoming& from);
    task<bool> answer(message got, std::string early);
    task<server_response> call_handler(server_request asked);
    task<bool> upgrade(server_request asked, std::string resource, std::string early);
    task<bool> reply(const message& to, server_response what);
    task<bool> send(std::string bytes, milliseconds drip = milliseconds{0});
    task<> part();

    std::shared_ptr<session_rules> rules_;
    stream_ptr link_;
    std::optional<alarm> limit_;  ///< of reading requests
    phase phase_ = phase::idle;
    std::function<void()> say_goodbye_;  ///< while a websocket is open
};

}  // namespace slipway::net

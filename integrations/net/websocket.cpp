// The websocket: one reader and one writer task per link, so that waiting callers can be cancelled without harm
// (a Beast read or write that is cancelled half-way would leave the stream unusable).
#include "integrations/net/websocket.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <charconv>
#include <deque>

#include "integrations/async/one_shot.hpp"
#include "integrations/net/alarm.hpp"
#include "integrations/net/connect.hpp"
#include "integrations/net/erased_stream.hpp"
#include "integrations/net/ws_link.hpp"

namespace slipway::net {
namespace {

namespace beast = boost::beast;
namespace ws = boost::beast::websocket;
using steady = std::chrono::steady_clock;

constexpr milliseconds close_limit{2'000};
/// Frames that nobody has received yet; then the reader stops reading and TCP holds the peer back.
constexpr std::size_t most_waiting = 256;
constexpr std::size_t most_waiting_bytes = 8U << 20U;
/// Frames that leave together, and for how many turns of the loop the next of them is waited for.
constexpr std::size_t most_together = 64;
constexpr int patience = 8;

enum class opcode { text, binary, ping };

struct outgoing {
    opcode kind = opcode::text;
    std::string payload;
    bool done = false;
    error_code ec;
};

using beast_stream = ws::stream<erased_stream, /*deflateSupported=*/false>;

/// Shared by the public object and the two tasks, which end soon after the stream is closed.
struct link_state {
    /// `after_head`: on the connecting side an answer comes before the frames.
    link_state(stream_ptr link, std::string early, bool after_head, std::size_t largest)
        : loop{link->get_executor()},
          bytes{link},
          socket{std::move(link), std::move(early), after_head},
          arrived{loop},
          room{loop},
          queued{loop},
          sent{loop, steady::time_point::max()} {
        const ws::stream_base::timeout ours{ws::stream_base::none(), ws::stream_base::none(), false};
        socket.set_option(ours);
        socket.auto_fragment(false);
        socket.read_message_max(largest);
    }
    void push(result<frame> next) {
        waiting_bytes += next ? next->payload.size() : 0;
        incoming.push_back(std::move(next));
        arrived.fire();
    }
    result<frame> pop() {
        auto next = std::move(incoming.front());
        incoming.pop_front();
        waiting_bytes -= next ? next->payload.size() : 0;
        if (!is_full()) room.fire();
        return next;
    }
    bool has_more_at_hand() { return !incoming.empty() || socket.next_layer().has_unread(); }
    bool is_full() const { return incoming.size() >= most_waiting || waiting_bytes >= most_waiting_bytes; }
    void shut() {
        shut_down = true;
        bytes->close();
        queued.fire();
        room.fire();
    }

    executor loop;
    stream_ptr bytes;
    beast_stream socket;
    std::deque<result<frame>> incoming;
    std::size_t waiting_bytes = 0;
    one_shot arrived;  ///< incoming is not empty
    one_shot room;     ///< the reader may go on
    std::deque<std::shared_ptr<outgoing>> unsent;
    one_shot queued;          ///< unsent is not empty, or the link is shut
    asio::steady_timer sent;  ///< never runs out; cancelled when frames have left, which wakes those who wait for it
    bool closing = false;
    bool shut_down = false;
    bool over = false;  ///< the reader has delivered its last frame
    std::size_t pings = 0;
};

using state_ptr = std::shared_ptr<link_state>;

/// Below the websocket protocol: the peer or the network ended the link. That is an event of its life, not a failure.
bool is_plain_end(const error_code& ec) {
    return ec.category() != ws::make_error_code(ws::error::closed).category();
}

result<frame> last_frame(const link_state& link, const error_code& ec) {
    if (ec == ws::error::closed) {
        const auto& why = link.socket.reason();
        const int code = why.code == ws::close_code::none ? 1005 : static_cast<int>(why.code);
        return frame{frame_kind::closed, std::string{why.reason.data(), why.reason.size()}, code};
    }
    if (is_plain_end(ec)) return frame{frame_kind::closed, "", 1006};
    if (ec == ws::error::message_too_big) {
        return failure{errc::lost, "the peer sent a websocket message that is larger than this link accepts"};
    }
    return failure{errc::lost, "the websocket link broke: " + ec.message()};
}

/// A message that has arrived to its end needs no wait and no turn of the loop. Not while Beast reads too, as it does
/// to close.
bool can_read_at_once(link_state& link) {
    return !link.closing && link.socket.next_layer().arrivals().next_is_whole();
}

task<> read_frames(state_ptr link) {
    link->socket.control_callback([raw = link.get()](ws::frame_type kind, beast::string_view) {
        if (kind == ws::frame_type::ping) ++raw->pings;
    });
    beast::flat_buffer buffer;
    error_code ec;
    while (true) {
        if (can_read_at_once(*link)) {
            link->socket.read(buffer, ec);
        } else {
            const auto [met, count] = co_await link->socket.async_read(buffer, as_values);
            ec = met;
        }
        if (ec) break;
        const auto kind = link->socket.got_text() ? frame_kind::text : frame_kind::binary;
        const auto data = buffer.cdata();
        const int pieces = link->socket.next_layer().arrivals().take();
        link->push(frame{kind, std::string{static_cast<const char*>(data.data()), data.size()}, 0, pieces});
        buffer.consume(buffer.size());
        while (link->is_full() && !link->shut_down) {
            link->room.rearm();
            co_await link->room.wait();
        }
    }
    // A message that was read at once and that Beast could not bear: it wrote a close frame that says so.
    if (link->socket.next_layer().has_unsent()) co_await link->socket.next_layer().async_flush(as_values);
    link->push(last_frame(*link, ec));
    link->over = true;
    link->shut();
}

/// Into the stream's buffer: it leaves with the next flush.
error_code put(link_state& link, const outgoing& next) {
    error_code ec;
    if (next.kind == opcode::ping) {
        ws::ping_data payload;
        payload.assign(next.payload.data(), next.payload.size());
        link.socket.ping(payload, ec);
    } else {
        link.socket.text(next.kind == opcode::text);
        link.socket.write(asio::buffer(next.payload), ec);
    }
    return ec;
}

/// Whoever sends mostly answers what came: while more of it is at hand, its answers are waited for and leave together.
task<> let_answers_gather(state_ptr link) {
    int quiet = 0;
    while (quiet < patience && link->unsent.size() < most_together && link->has_more_at_hand()) {
        const auto had = link->unsent.size();
        co_await asio::post(link->loop, asio::use_awaitable);
        quiet = link->unsent.size() > had ? 0 : quiet + 1;
    }
}

task<> write_frames(state_ptr link) {
    error_code broken;
    while (true) {
        while (link->unsent.empty() && !link->shut_down) {
            link->queued.rearm();
            co_await link->queued.wait();
        }
        if (link->unsent.empty()) co_return;
        co_await let_answers_gather(link);
        const auto together = std::exchange(link->unsent, {});
        for (const auto& each : together) {
            // Nothing may follow a close frame.
            if (!link->socket.is_open() && !broken) broken = asio::error::not_connected;
            if (!broken) broken = put(*link, *each);
        }
        if (!broken) {
            const auto [ec, count] = co_await link->socket.next_layer().async_flush(as_values);
            broken = ec;
        }
        // None of them is known to have left before all have.
        for (const auto& each : together) {
            each->ec = broken;
            each->done = true;
        }
        link->sent.cancel();
    }
}

void report_bug(const std::exception_ptr& thrown) {
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const std::exception& bug) {
        spdlog::error("task=websocket ended by a bug: {}", bug.what());
    }
}

/// Codes that a close frame may not carry (RFC 6455, 7.4.1) become the normal one.
ws::close_reason to_reason(int code, std::string text) {
    const bool sendable = code >= 1000 && code < 5000 && code != 1004 && code != 1005 && code != 1006 && code != 1015;
    ws::close_reason why{static_cast<std::uint16_t>(sendable ? code : 1000)};
    std::size_t size = std::min<std::size_t>(text.size(), 123);
    while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
    text.resize(size);  // never in the middle of a character: the peer would call that a protocol error
    why.reason.assign(text.data(), text.size());
    return why;
}

/// The link may end meanwhile.
task<> send_later(std::weak_ptr<link_state> to, std::string pong, milliseconds span) {
    const auto loop = co_await asio::this_coro::executor;
    asio::steady_timer until{loop, span};
    co_await until.async_wait(asio::use_awaitable);
    const auto link = to.lock();
    if (!link || !link->socket.is_open()) co_return;
    error_code kept;
    link->socket.next_layer().write_some(asio::buffer(pong), kept);
    co_await link->socket.next_layer().async_flush(as_values);
}

class ws_link final : public websocket {
public:
    explicit ws_link(state_ptr link) : link_{std::move(link)} {
        // Owned by the stream: both end when it is closed, which the destructor does at the latest.
        asio::co_spawn(link_->loop, read_frames(link_), report_bug);
        asio::co_spawn(link_->loop, write_frames(link_), report_bug);
    }
    ~ws_link() override { link_->shut(); }

    task<result<frame>> receive() override {
        const auto link = link_;
        while (link->incoming.empty()) {
            if (link->over) co_return frame{frame_kind::closed, "", 1006};
            link->arrived.rearm();
            co_await link->arrived.wait();
        }
        co_return link->pop();
    }
    task<result<>> send_text(std::string text) override { return send(link_, opcode::text, std::move(text)); }
    task<result<>> send_binary(std::string bytes) override { return send(link_, opcode::binary, std::move(bytes)); }
    task<result<>> ping(std::string payload) override { return send(link_, opcode::ping, std::move(payload)); }
    task<> close(int code, std::string reason) override { return close(link_, code, std::move(reason)); }
    void abort() override {
        link_->bytes->reset();
        link_->shut();
    }
    steady::time_point last_byte() const override { return link_->socket.next_layer().last_byte(); }
    void delay_pongs(milliseconds span) override {
        auto& out = link_->socket.next_layer();
        if (span.count() <= 0) return out.divert_pongs({});
        out.divert_pongs([link = std::weak_ptr{link_}, loop = link_->loop, span](std::string pong) {
            asio::co_spawn(loop, send_later(link, std::move(pong), span), report_bug);
        });
    }
    std::size_t pings_seen() const override { return link_->pings; }

    static task<> close(state_ptr link, int code, std::string reason) {
        if (link->shut_down || std::exchange(link->closing, true)) co_return;
        alarm limit{link->loop};
        limit.set(close_limit, [link] { link->bytes->reset(); });
        const auto why = to_reason(code, std::move(reason));
        co_await link->socket.async_close(why, as_values);  // its error changes nothing: the socket goes either way
        limit.clear();
        link->shut();
    }

private:
    static task<result<>> send(state_ptr link, opcode kind, std::string payload) {
        if (kind == opcode::ping && payload.size() > 125) {
            co_return failure{errc::invalid, "a websocket ping carries 125 bytes at most"};
        }
        if (link->shut_down) co_return failure{errc::lost, "the websocket link is closed"};
        const auto mine = std::make_shared<outgoing>();
        mine->kind = kind;
        mine->payload = std::move(payload);
        link->unsent.push_back(mine);
        link->queued.fire();
        while (!mine->done) {
            error_code woken;
            co_await link->sent.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        }
        if (mine->ec) co_return failure{errc::lost, "the websocket link broke while sending: " + mine->ec.message()};
        co_return result<>{};
    }
    state_ptr link_;
};

failure refusal(const target& to, const ws::response_type& answer) {
    const auto status = std::to_string(answer.result_int());
    failure refused{errc::unavailable,
                    "the websocket server at " + to.authority + " refused the upgrade with status " + status};
    refused.code = status;
    const auto wait = answer[beast::http::field::retry_after];
    int seconds = 0;
    const auto [end, bad] = std::from_chars(wait.data(), wait.data() + wait.size(), seconds);
    if (bad == std::errc{} && end == wait.data() + wait.size()) refused.retry_after = std::chrono::seconds{seconds};
    return refused;
}

}  // namespace

task<result<std::unique_ptr<websocket>>> connect_websocket(std::string url, websocket_settings settings) {
    auto connected = co_await connect_websocket(std::move(url), std::move(settings), std::nullopt);
    co_return connected;
}

task<result<std::unique_ptr<websocket>>> connect_websocket(std::string url, websocket_settings settings,
                                                           std::optional<proxy> through) {
    const auto to = parse_target(url, url_family::websocket);
    if (!to) co_return failure{errc::invalid, "the websocket URL is not one: ws:// or wss://, without credentials"};
    const auto until = steady::now() + settings.connect_timeout;
    auto connected = co_await connect_stream(*to, settings.client, std::move(through), until);
    if (!connected) co_return connected.error().within("websocket to " + to->authority);
    const auto link = std::make_shared<link_state>(std::move(*connected), "", true, settings.largest_message);
    auto name_us = [agent = settings.client.user_agent](ws::request_type& upgrade) {
        upgrade.set(beast::http::field::user_agent, agent);
    };
    link->socket.set_option(ws::stream_base::decorator{std::move(name_us)});

    alarm limit{link->loop};
    limit.set(until, [link] { link->bytes->close(); });
    ws::response_type answer;
    const auto [ec] = co_await link->socket.async_handshake(answer, to->authority, to->resource, as_values);
    limit.clear();
    if (!ec) co_return std::make_unique<ws_link>(link);
    link->bytes->close();
    if (ec == ws::error::upgrade_declined) co_return refusal(*to, answer);
    if (limit.struck()) {
        co_return failure{errc::unavailable, "the websocket server at " + to->authority +
                                                 " did not answer the upgrade within " +
                                                 to_words(settings.connect_timeout)};
    }
    if (ec == asio::error::operation_aborted) co_return failure{errc::cancelled, "connecting was cancelled"};
    co_return failure{errc::unavailable, "no websocket with " + to->authority + ": " + ec.message()};
}

task<result<accepted_websocket>> accept_websocket(stream_ptr link, server_request upgrade, std::string resource,
                                                  std::string early, std::size_t largest) {
    const auto made = std::make_shared<link_state>(std::move(link), std::move(early), false, largest);
    beast::http::request<beast::http::empty_body> asked;
    asked.version(11);
    asked.method_string(upgrade.method);
    asked.target(resource);
    for (const auto& each : upgrade.headers.all()) asked.insert(each.name, each.value);
    alarm limit{made->loop};
    limit.set(close_limit, [made] { made->bytes->close(); });
    const auto [ec] = co_await made->socket.async_accept(asked, as_values);
    if (!ec) {
        auto goodbye = [kept = std::weak_ptr{made}] {
            const auto link_now = kept.lock();
            if (link_now) asio::co_spawn(link_now->loop, ws_link::close(link_now, 1001, "going away"), report_bug);
        };
        accepted_websocket accepted{std::make_unique<ws_link>(made), std::move(goodbye)};
        co_return accepted;
    }
    made->bytes->close();
    co_return failure{errc::lost, "no websocket with " + made->bytes->peer() + ": " + ec.message()};
}

}  // namespace slipway::net

#include "integrations/net/http_session.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/status.hpp>
#include <ctime>
#include <memory>

#include "integrations/net/alarm.hpp"
#include "integrations/net/message_writer.hpp"
#include "integrations/net/ws_link.hpp"

namespace slipway::net {
namespace {

constexpr milliseconds handshake_limit{10'000};
constexpr milliseconds parting_limit{2'000};
/// Of a refused body: read and dropped, because closing on unread bytes would destroy our answer on its way.
constexpr std::size_t most_dropped = 16U << 20U;
constexpr std::size_t piece = 256U << 10U;
constexpr std::size_t chunk_bytes = 16U << 10U;  ///< read at once

server_request to_request(message got, std::string remote) {
    server_request asked;
    asked.method = std::move(got.method);
    std::string_view resource = got.resource;
    const auto scheme = resource.find("://");  // "GET http://host/path", as proxies ask
    if (!resource.starts_with('/') && scheme != std::string_view::npos) {
        const auto path = resource.find('/', scheme + 3);
        resource = path == std::string_view::npos ? std::string_view{"/"} : resource.substr(path);
    }
    const auto mark = std::min(resource.find('?'), resource.size());
    asked.path = std::string{resource.substr(0, mark)};
    if (mark < resource.size()) asked.query = std::string{resource.substr(mark + 1)};
    asked.headers = std::move(got.headers);
    asked.body = std::move(got.body);
    asked.remote = std::move(remote);
    return asked;
}

/// The same text for a second.
const std::string& http_date() {
    thread_local std::time_t made_at = 0;
    thread_local std::string text;
    const auto now = std::time(nullptr);
    if (now == made_at) return text;
    std::tm parts{};
    gmtime_r(&now, &parts);
    char letters[32];
    text.assign(letters, std::strftime(letters, sizeof letters, "%a, %d %b %Y %H:%M:%S GMT", &parts));
    made_at = now;
    return text;
}

bool has_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

bool is_ours(const std::string& name) {
    return is_same_name(name, "Content-Length") || is_same_name(name, "Date") || is_same_name(name, "Connection") ||
           is_same_name(name, "Transfer-Encoding");
}

std::string to_wire(const server_response& what, bool with_body, bool keep_alive) {
    const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(what.status));
    std::string wire;
    wire.reserve(512 + what.body.size());
    wire.append("HTTP/1.1 ").append(std::to_string(what.status)).append(" ");
    wire.append(reason.data(), reason.size()).append("\r\n");
    write_header(wire, "Date", http_date());
    for (const auto& each : what.headers.all()) {
        if (!is_ours(each.name) && is_clean(each)) write_header(wire, each.name, each.value);
    }
    if (has_body(what.status)) write_header(wire, "Content-Length", std::to_string(what.body.size()));
    write_header(wire, "Connection", keep_alive ? "keep-alive" : "close");
    wire += "\r\n";
    if (with_body && has_body(what.status)) wire += what.body;
    return wire;
}

int to_status(progress flaw) {
    if (flaw == progress::header_too_large) return 431;
    if (flaw == progress::body_too_large) return 413;
    return 400;
}

server_response plain_text(int status, std::string sentence) {
    server_response made;
    made.status = status;
    made.headers.add("Content-Type", "text/plain; charset=utf-8");
    made.body = std::move(sentence);
    return made;
}

server_response refusal(int status, const server_settings& limits) {
    switch (status) {
        case 408:
            return plain_text(408, "The request was not complete within " + to_words(limits.request_timeout) + ".\n");
        case 413:
            return plain_text(413, "The body is larger than " + std::to_string(limits.largest_body) + " bytes.\n");
        case 431:
            return plain_text(431, "The header is larger than " + std::to_string(limits.largest_header) + " bytes.\n");
        default:
            return plain_text(400, "This is not an HTTP/1.1 request.\n");
    }
}

}  // namespace

task<> http_session::run(asio::ip::tcp::socket socket) {
    if (rules_->who) {
        const auto until = std::chrono::steady_clock::now() + handshake_limit;
        auto secured = co_await accept_secure_stream(std::move(socket), rules_->who, until);
        if (!secured) co_return;  // the peer's own trouble (scanners, wrong roots): it has been told by TLS
        link_ = std::move(*secured);
    } else {
        link_ = plain_stream(std::move(socket));
    }
    co_await serve();
    link_->close();
}

void http_session::stop_gently() {
    if (phase_ == phase::websocket && say_goodbye_) say_goodbye_();
    if (phase_ == phase::idle) close();
}

void http_session::close() {
    if (link_) link_->close();
}

task<> http_session::serve() {
    incoming next;
    next.chunk = std::make_unique_for_overwrite<char[]>(chunk_bytes);
    limit_.emplace(link_->get_executor());
    bool again = true;
    while (again && !rules_->stopping) {
        phase_ = next.pending.empty() ? phase::idle : phase::busy;
        next.reader = create_request_reader({rules_->limits.largest_header, rules_->limits.largest_body});
        next.refusal = 0;
        const auto how = co_await read_request(next);
        limit_->clear();
        if (how == ending::gone) co_return;
        phase_ = phase::busy;
        if (how == ending::refused) {
            const message unread;
            co_await reply(unread, refusal(next.refusal, rules_->limits));
            break;
        }
        auto got = next.reader->take();
        const bool upgrades = got.upgrade && rules_->on_websocket;
        std::string early;
        if (upgrades) early.swap(next.pending);
        again = co_await answer(std::move(got), std::move(early));
        if (upgrades && !again) co_return;
        // A turn later, while others are served, a busy peer's next request has come: reading before it does costs a
        // call.
        if (again && next.pending.empty()) co_await asio::post(link_->get_executor(), asio::use_awaitable);
    }
    co_await part();
}

/// The caller clears the limit that this sets.
task<http_session::ending> http_session::read_request(incoming& from) {
    auto& limit = *limit_;
    const auto interrupt = [this] { link_->cancel(); };
    bool began = !from.pending.empty();
    limit.set(began ? rules_->limits.request_timeout : rules_->limits.idle_timeout, interrupt);
    bool continued = false;
    auto state = from.reader->feed(from.pending);
    while (state == progress::more) {
        if (from.reader->header_complete() && !continued) {
            continued = true;
            if (from.reader->head().expects_continue && from.pending.empty()) {
                const auto sent = co_await send("HTTP/1.1 100 Continue\r\n\r\n");
                if (!sent) co_return ending::gone;
            }
        }
        error_code ec = asio::error::operation_aborted;
        std::size_t count = 0;
        if (!limit.struck())
            std::tie(ec, count) =
                co_await async_read_some(*link_, asio::buffer(from.chunk.get(), chunk_bytes), as_values);
        if (limit.struck() && began) {
            from.refusal = 408;
            co_return ending::refused;
        }
        if (ec || limit.struck()) co_return ending::gone;
        phase_ = phase::busy;
        state = from.take_in(count);
        // Most requests come in one piece, and need no second limit.
        if (!began && state == progress::more) limit.set(rules_->limits.request_timeout, interrupt);
        began = true;
    }
    if (state == progress::complete) co_return ending::complete;
    from.refusal = to_status(state);
    co_return ending::refused;
}

/// `count` more bytes are in the chunk.
progress http_session::incoming::take_in(std::size_t count) {
    std::string_view fresh{chunk.get(), count};
    if (!pending.empty()) {
        pending.append(fresh);
        return reader->feed(pending);
    }
    const auto state = reader->read(fresh);
    pending.assign(fresh);
    return state;
}

/// True when the connection may carry another request.
task<bool> http_session::answer(message got, std::string early) {
    const message head{.method = got.method, .keep_alive = got.keep_alive};
    const bool upgrades = got.upgrade && rules_->on_websocket;
    auto resource = got.resource;
    auto asked = to_request(std::move(got), link_->peer());
    if (upgrades) {
        auto refused = rules_->check ? rules_->check(asked) : std::nullopt;
        if (!refused) {
            const auto again = co_await upgrade(std::move(asked), std::move(resource), std::move(early));
            co_return again;
        }
        const message last{.method = head.method};
        co_await reply(last, std::move(*refused));
        co_await part();
        co_return false;
    }
    auto made = co_await call_handler(std::move(asked));
    if (made.status == 0) co_return false;
    const auto again = co_await reply(head, std::move(made));
    co_return again;
}

task<server_response> http_session::call_handler(server_request asked) {
    const auto what = asked.method + " " + asked.path;
    std::string bug;
    try {
        auto made = co_await rules_->handler(std::move(asked));
        co_return made;
    } catch (const std::exception& thrown) {
        bug = thrown.what();
    }
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() == asio::cancellation_type::none) {
        spdlog::error("http {} answered 500, its handler failed: {}", what, bug);
    }
    co_return plain_text(500, "Something went wrong here; it has been logged.\n");
}

task<bool> http_session::upgrade(server_request asked, std::string resource, std::string early) {
    const auto path = asked.path;
    const auto largest = rules_->limits.largest_message;
    auto accepted = co_await accept_websocket(link_, asked, std::move(resource), std::move(early), largest);
    if (!accepted) co_return false;
    phase_ = phase::websocket;
    say_goodbye_ = std::move(accepted->say_goodbye);
    if (rules_->stopping) say_goodbye_();
    std::string bug;
    try {
        co_await rules_->on_websocket(std::move(accepted->link), std::move(asked));
    } catch (const std::exception& thrown) {
        bug = thrown.what();
    }
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (!bug.empty() && cancellation.cancelled() == asio::cancellation_type::none) {
        spdlog::error("websocket {} ended, its handler failed: {}", path, bug);
    }
    co_return false;
}

task<bool> http_session::reply(const message& to, server_response what) {
    const auto connection = what.headers.find("Connection");
    const bool keep_alive = to.keep_alive && !rules_->stopping && !(connection && is_same_name(*connection, "close"));
    const bool with_body = to.method != "HEAD";
    auto wire = to_wire(what, with_body, keep_alive);
    // After the requests that are at hand: an answer wakes its reader, who would take this core from them.
    co_await asio::post(link_->get_executor(), asio::use_awaitable);
    if (what.drip.count() == 0) wire.erase(0, link_->write_now(asio::buffer(wire)));  // nearly always all of it
    if (wire.empty()) co_return keep_alive;
    const bool sent = co_await send(std::move(wire), what.drip);
    co_return sent ? keep_alive : false;
}

/// A peer that takes nothing for request_timeout is cut off; slow ones that keep reading are served to the end.
task<bool> http_session::send(std::string bytes, milliseconds drip) {
    alarm limit{link_->get_executor()};
    const std::size_t step = drip.count() > 0 ? 1 : piece;
    for (std::size_t from = 0; from < bytes.size(); from += step) {
        limit.set(rules_->limits.request_timeout, [link = link_] { link->close(); });
        const auto sent = co_await write_all(link_, bytes.substr(from, step));
        if (sent.ec) co_return false;
        if (drip.count() == 0) continue;
        asio::steady_timer pause{link_->get_executor(), drip};
        co_await pause.async_wait(as_values);
    }
    co_return true;
}

/// The end of a connection that we close: our end first, then what the peer still sends is dropped.
task<> http_session::part() {
    alarm limit{link_->get_executor()};
    limit.set(parting_limit, [link = link_] { link->close(); });
    co_await async_shutdown(*link_, as_values);  // its error shows in the next read
    std::string chunk(chunk_bytes, '\0');
    std::size_t dropped = 0;
    while (dropped < most_dropped) {
        const auto [ec, count] = co_await async_read_some(*link_, asio::buffer(chunk), as_values);
        if (ec) break;
        dropped += count;
    }
}

}  // namespace slipway::net

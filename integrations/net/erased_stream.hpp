// A net::stream in the shape Beast's websocket wants: an AsyncStream by concept, and a SyncStream over what has already
// arrived and what may wait to be sent. Reads as much as has arrived; what was written leaves with one call of the
// system. Internal to this room.
#pragma once

#include <algorithm>
#include <boost/asio/append.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "integrations/net/frame_counter.hpp"
#include "integrations/net/stream.hpp"

namespace slipway::net {

/// At most one read is pending; writes may be several, and leave in order. It stays where it is while any is: whoever
/// waits keeps it alive.
class erased_stream {
public:
    using executor_type = executor;
    /// `early` is delivered before anything that is read from `link`. `after_head`: frames come after an answer's head.
    explicit erased_stream(stream_ptr link, std::string early = {}, bool after_head = false)
        : link_{std::move(link)}, unread_{std::move(early)}, filled_{unread_.size()}, arrivals_{after_head} {
        arrivals_.feed(unread_);
    }
    executor_type get_executor() const { return link_->get_executor(); }

    /// Bytes arrived that Beast has not asked for yet.
    bool has_unread() const noexcept { return taken_ < filled_; }
    bool has_unsent() const noexcept { return !unsent_.empty(); }
    /// Of all that was read. Whoever takes a message from Beast takes it here too.
    frame_counter& arrivals() noexcept { return arrivals_; }
    /// When bytes last arrived.
    std::chrono::steady_clock::time_point last_byte() const noexcept { return last_byte_; }

    /// A fault for sandboxes: whole pong frames go there in place of the link. Empty = no more.
    void divert_pongs(std::function<void(std::string)> to) { diverted_ = std::move(to); }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& into, Token&& token) {
        auto start = [this, into](auto handler) { this->read(into, std::move(handler)); };
        return asio::async_initiate<Token, void(error_code, std::size_t)>(std::move(start), token);
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& from, Token&& token) {
        auto start = [this, from](auto handler) {
            if (this->diverted_ && is_pong(from)) return this->divert(from, std::move(handler));
            const auto count = this->keep(from);
            this->depart(count, stream::moved{std::move(handler)});
        };
        return asio::async_initiate<Token, void(error_code, std::size_t)>(std::move(start), token);
    }
    /// Completes when all that was written until now has left.
    template <class Token>
    auto async_flush(Token&& token) {
        auto start = [this](auto handler) { this->depart(0, stream::moved{std::move(handler)}); };
        return asio::async_initiate<Token, void(error_code, std::size_t)>(std::move(start), token);
    }

    /// What has arrived, without waiting: would_block when that is nothing.
    template <class Buffers>
    std::size_t read_some(const Buffers& into, error_code& ec) {
        ec = has_unread() ? error_code{} : make_error_code(asio::error::would_block);
        return hand_out(into);
    }
    template <class Buffers>
    std::size_t read_some(const Buffers& into) {
        error_code ec;
        const auto count = read_some(into, ec);
        if (ec) throw boost::system::system_error{ec};
        return count;
    }
    /// Waits for async_flush, or for the next async_write_some.
    template <class Buffers>
    std::size_t write_some(const Buffers& from, error_code& ec) {
        ec = {};
        return keep(from);
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& from) {
        return keep(from);
    }

    /// Beast ends the stream when a close frame has been seen; ours is closed by its owner, who knows the time limit.
    template <class Handler>
    friend void async_teardown(boost::beast::role_type, erased_stream& which, Handler&& handler) {
        asio::post(which.get_executor(), asio::append(std::forward<Handler>(handler), error_code{}));
    }
    friend void teardown(boost::beast::role_type, erased_stream&, error_code& ec) { ec = {}; }
    friend void beast_close_socket(erased_stream& which) { which.link_->close(); }

private:
    static constexpr std::size_t most = 128U << 10U;  ///< with one read

    struct departure {
        std::size_t count = 0;
        stream::moved handler;
    };
    /// Who waits for the bytes that are on their way. Those who came later wait in the stream itself, which they keep
    /// alive: when a flight is dropped unfinished, as when a loop ends, they are let go.
    struct flight {
        explicit flight(erased_stream* stream) : from{stream}, aboard{std::move(stream->waiting_)} {}
        flight(const flight&) = delete;
        flight& operator=(const flight&) = delete;
        ~flight() {
            if (from == nullptr) return;
            const auto grounded = std::exchange(from->waiting_, {});
        }
        erased_stream* from;  ///< null once it has landed
        std::vector<departure> aboard;
    };

    template <class Buffers, class Handler>
    void read(const Buffers& into, Handler handler) {
        if (has_unread()) {
            const auto count = hand_out(into);
            asio::post(link_->get_executor(), asio::append(std::move(handler), error_code{}, count));
            return;
        }
        const auto slot = asio::get_associated_cancellation_slot(handler);
        auto arrived = [this, into, handler = std::move(handler)](error_code ec, std::size_t count) mutable {
            take_in(count);
            std::move(handler)(ec, hand_out(into));
        };
        unread_.resize(most);  // once: it stays that long
        link_->read_some(asio::buffer(unread_), stream::moved{asio::bind_cancellation_slot(slot, std::move(arrived))});
    }
    void take_in(std::size_t count) {
        filled_ = count;
        taken_ = 0;
        if (count == 0) return;
        last_byte_ = std::chrono::steady_clock::now();
        arrivals_.feed({unread_.data(), count});
    }
    template <class Buffers>
    std::size_t hand_out(const Buffers& into) {
        const auto count = asio::buffer_copy(into, asio::buffer(unread_.data() + taken_, filled_ - taken_));
        taken_ += count;
        return count;
    }

    template <class Buffers>
    static bool is_pong(const Buffers& from) {
        unsigned char first = 0;
        asio::buffer_copy(asio::buffer(&first, 1), from);
        return first == 0x8A;  // FIN and opcode 10
    }
    template <class Buffers, class Handler>
    void divert(const Buffers& from, Handler handler) {
        std::string frame(asio::buffer_size(from), '\0');
        asio::buffer_copy(asio::buffer(frame), from);
        asio::post(link_->get_executor(), asio::append(std::move(handler), error_code{}, frame.size()));
        diverted_(std::move(frame));
    }
    template <class Buffers>
    std::size_t keep(const Buffers& from) {
        for (auto each = asio::buffer_sequence_begin(from); each != asio::buffer_sequence_end(from); ++each) {
            const asio::const_buffer piece{*each};
            unsent_.append(static_cast<const char*>(piece.data()), piece.size());
        }
        return asio::buffer_size(from);
    }
    void depart(std::size_t count, stream::moved handler) {
        waiting_.push_back({count, std::move(handler)});
        if (!is_in_flight_) take_off();
    }
    void take_off() {
        is_in_flight_ = true;
        leaving_.swap(unsent_);
        unsent_.clear();
        gone_ = 0;
        fly(std::make_unique<flight>(this));
    }
    void fly(std::unique_ptr<flight> now) {
        auto went = [this, now = std::move(now)](error_code ec, std::size_t some) mutable {
            gone_ += some;
            if (!ec && gone_ < leaving_.size()) return fly(std::move(now));
            land(ec, std::move(now));
        };
        if (leaving_.empty()) return asio::post(link_->get_executor(), asio::append(std::move(went), error_code{}, 0U));
        link_->write_some(asio::buffer(leaving_) + gone_, stream::moved{std::move(went)});
    }
    void land(error_code ec, std::unique_ptr<flight> done) {
        done->from = nullptr;
        is_in_flight_ = false;
        if (!waiting_.empty()) take_off();
        for (auto& each : done->aboard) std::move(each.handler)(ec, ec ? 0 : each.count);  // the last may end us
    }

    stream_ptr link_;
    std::string unread_;
    std::size_t filled_ = 0;  ///< of unread_
    std::size_t taken_ = 0;   ///< of those
    frame_counter arrivals_;
    std::string unsent_;    ///< for the next flight
    std::string leaving_;   ///< the system reads it while a flight is under way
    std::size_t gone_ = 0;  ///< of leaving_
    bool is_in_flight_ = false;
    std::function<void(std::string)> diverted_;
    std::vector<departure> waiting_;  ///< for the next flight
    std::chrono::steady_clock::time_point last_byte_ = std::chrono::steady_clock::now();
};

}  // namespace slipway::net

// A net::stream in the shape Beast's websocket wants: an AsyncStream by concept. Reads as much as has arrived, and can
// hold frames back so that several leave with one call of the system. Internal to this room.
#pragma once

#include <algorithm>
#include <boost/asio/append.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <chrono>
#include <utility>

#include "integrations/net/stream.hpp"

namespace slipway::net {

/// As AsyncStream demands, at most one read and one write are pending. It stays where it is while either is.
class erased_stream {
public:
    using executor_type = executor;
    /// `early` is delivered before anything that is read from `link`.
    explicit erased_stream(stream_ptr link, std::string early = {})
        : link_{std::move(link)}, unread_{std::move(early)}, filled_{unread_.size()} {}
    executor_type get_executor() const { return link_->get_executor(); }

    /// While true, what is written waits for the next write after it (or for `most` bytes): the writer knows that
    /// another frame follows at once.
    void hold_back(bool more_follows) noexcept { holding_ = more_follows; }
    /// Bytes arrived that Beast has not asked for yet.
    bool has_unread() const noexcept { return taken_ < filled_; }
    /// When bytes last arrived.
    std::chrono::steady_clock::time_point last_byte() const noexcept { return last_byte_; }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& into, Token&& token) {
        auto start = [this, into](auto handler) { this->read(into, std::move(handler)); };
        return asio::async_initiate<Token, void(error_code, std::size_t)>(std::move(start), token);
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& from, Token&& token) {
        auto start = [this, from](auto handler) { this->write(from, std::move(handler)); };
        return asio::async_initiate<Token, void(error_code, std::size_t)>(std::move(start), token);
    }

    /// Beast ends the stream when a close frame has been seen; ours is closed by its owner, who knows the time limit.
    template <class Handler>
    friend void async_teardown(boost::beast::role_type, erased_stream& which, Handler&& handler) {
        asio::post(which.get_executor(), asio::append(std::forward<Handler>(handler), error_code{}));
    }
    friend void teardown(boost::beast::role_type, erased_stream& which, error_code&) { which.link_->close(); }
    friend void beast_close_socket(erased_stream& which) { which.link_->close(); }

private:
    static constexpr std::size_t most = 32U << 10U;

    template <class Buffers, class Handler>
    void read(const Buffers& into, Handler handler) {
        if (has_unread()) {
            const auto count = hand_out(into);
            asio::post(link_->get_executor(), asio::append(std::move(handler), error_code{}, count));
            return;
        }
        const auto slot = asio::get_associated_cancellation_slot(handler);
        auto arrived = [this, into, handler = std::move(handler)](error_code ec, std::size_t count) mutable {
            filled_ = count;
            taken_ = 0;
            if (count > 0) last_byte_ = std::chrono::steady_clock::now();
            std::move(handler)(ec, hand_out(into));
        };
        unread_.resize(most);  // once: it stays that long
        link_->read_some(asio::buffer(unread_), stream::moved{asio::bind_cancellation_slot(slot, std::move(arrived))});
    }
    template <class Buffers>
    std::size_t hand_out(const Buffers& into) {
        const auto count = asio::buffer_copy(into, asio::buffer(unread_.data() + taken_, filled_ - taken_));
        taken_ += count;
        return count;
    }

    /// "Some" may be less than all: a frame that is larger than `most` goes in pieces.
    template <class Buffers, class Handler>
    void write(const Buffers& from, Handler handler) {
        const auto had = unsent_.size();
        const auto count = std::min(asio::buffer_size(from), most - had);
        unsent_.resize(had + count);
        asio::buffer_copy(asio::buffer(unsent_) + had, from);
        if (holding_ && unsent_.size() < most)
            asio::post(link_->get_executor(), asio::append(std::move(handler), error_code{}, count));
        else
            flush(count, std::move(handler));
    }
    template <class Handler>
    void flush(std::size_t count, Handler handler) {
        const auto slot = asio::get_associated_cancellation_slot(handler);
        auto went = [this, count, handler = std::move(handler)](error_code ec, std::size_t some) mutable {
            gone_ += some;
            if (!ec && gone_ < unsent_.size()) return flush(count, std::move(handler));
            unsent_.clear();
            gone_ = 0;
            std::move(handler)(ec, ec ? 0 : count);
        };
        link_->write_some(asio::buffer(unsent_) + gone_,
                          stream::moved{asio::bind_cancellation_slot(slot, std::move(went))});
    }

    stream_ptr link_;
    std::string unread_;
    std::size_t filled_ = 0;  ///< of unread_
    std::size_t taken_ = 0;   ///< of those
    std::string unsent_;
    std::size_t gone_ = 0;  ///< of unsent_
    bool holding_ = false;
    std::chrono::steady_clock::time_point last_byte_ = std::chrono::steady_clock::now();
};

}  // namespace slipway::net

// A net::stream in the shape Beast's websocket wants: an AsyncStream by concept. Internal to this room.
#pragma once

#include <boost/asio/append.hpp>
#include <boost/asio/buffers_iterator.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <utility>

#include "integrations/net/stream.hpp"

namespace slipway::net {

class erased_stream {
public:
    using executor_type = executor;
    /// `early` is delivered before anything that is read from `link`.
    explicit erased_stream(stream_ptr link, std::string early = {})
        : link_{std::move(link)}, early_{std::move(early)} {}
    executor_type get_executor() const { return link_->get_executor(); }
    stream& link() const { return *link_; }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& into, Token&& token) {
        const auto room = first_of<asio::mutable_buffer>(into);
        auto start = [this, room](auto handler) {
            if (early_.empty()) return link_->read_some(room, stream::moved{std::move(handler)});
            const auto count = asio::buffer_copy(room, asio::buffer(early_));
            early_.erase(0, count);
            asio::post(link_->get_executor(), asio::append(std::move(handler), error_code{}, count));
        };
        return asio::async_initiate<Token, void(error_code, std::size_t)>(std::move(start), token);
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& from, Token&& token) {
        const auto bytes = first_of<asio::const_buffer>(from);
        return net::async_write_some(*link_, bytes, std::forward<Token>(token));
    }

    /// Beast ends the stream when a close frame has been seen; ours is closed by its owner, who knows the time limit.
    template <class Handler>
    friend void async_teardown(boost::beast::role_type, erased_stream& which, Handler&& handler) {
        asio::post(which.get_executor(), asio::append(std::forward<Handler>(handler), error_code{}));
    }
    friend void teardown(boost::beast::role_type, erased_stream& which, error_code&) { which.link_->close(); }
    friend void beast_close_socket(erased_stream& which) { which.link_->close(); }

private:
    /// The first piece that is not empty: "some" may be less than all.
    template <class Buffer, class Buffers>
    static Buffer first_of(const Buffers& all) {
        const auto end = asio::buffer_sequence_end(all);
        for (auto each = asio::buffer_sequence_begin(all); each != end; ++each) {
            const Buffer piece{*each};
            if (piece.size() > 0) return piece;
        }
        return {};
    }
    stream_ptr link_;
    std::string early_;
};

}  // namespace slipway::net

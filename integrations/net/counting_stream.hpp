// Counts in how many frames each websocket message of the other side came: Beast gives whole messages and does not
// tell. Internal to this room.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "integrations/net/stream.hpp"

namespace slipway::net {

/// Reads frame headers (RFC 6455, 5.2) out of a byte stream. Pure.
class frame_counter {
public:
    void feed(std::string_view bytes) {
        while (!bytes.empty()) {
            if (left_ > 0) {
                const auto skipped = std::min<std::uint64_t>(left_, bytes.size());
                left_ -= skipped;
                bytes.remove_prefix(static_cast<std::size_t>(skipped));
                continue;
            }
            header_ += bytes.front();
            bytes.remove_prefix(1);
            if (header_.size() >= 2 && header_.size() == header_size()) begin_frame();
        }
    }
    /// Frames of the oldest message that was not asked for yet.
    int take() {
        if (whole_.empty()) return 1;
        const int frames = whole_.front();
        whole_.pop_front();
        return frames;
    }

private:
    unsigned at(std::size_t place) const { return static_cast<unsigned char>(header_[place]); }
    std::size_t length_size() const {
        const auto length = at(1) & 0x7FU;
        return length == 126 ? 2 : length == 127 ? 8 : 0;
    }
    std::size_t header_size() const { return 2 + length_size() + ((at(1) & 0x80U) != 0 ? 4 : 0); }
    void begin_frame() {
        left_ = length_size() == 0 ? at(1) & 0x7FU : 0;
        for (std::size_t i = 0; i < length_size(); ++i) left_ = (left_ << 8U) | at(2 + i);
        const bool is_data = (at(0) & 0x0FU) < 8;  // control frames may stand between the frames of a message
        const bool is_last = (at(0) & 0x80U) != 0;
        header_.clear();
        if (!is_data) return;
        ++frames_;
        if (!is_last) return;
        whole_.push_back(frames_);
        frames_ = 0;
    }

    std::string header_;
    std::uint64_t left_ = 0;  ///< bytes of payload until the next header
    int frames_ = 0;
    std::deque<int> whole_;
};

/// Shows everything that is read to a counter; all else is the stream's own.
class counting_stream final : public stream {
public:
    counting_stream(stream_ptr inner, std::shared_ptr<frame_counter> counter)
        : inner_{std::move(inner)}, counter_{std::move(counter)} {}

    executor get_executor() override { return inner_->get_executor(); }
    void read_some(asio::mutable_buffer into, moved handler) override {
        auto seen = [counter = counter_, into, handler = std::move(handler)](error_code ec, std::size_t count) mutable {
            counter->feed({static_cast<const char*>(into.data()), count});
            std::move(handler)(ec, count);
        };
        inner_->read_some(into, moved{std::move(seen)});
    }
    void write_some(asio::const_buffer from, moved handler) override { inner_->write_some(from, std::move(handler)); }
    void shutdown(done handler) override { inner_->shutdown(std::move(handler)); }
    void cancel() override { inner_->cancel(); }
    void close() override { inner_->close(); }
    void reset() override { inner_->reset(); }
    bool is_quiet() override { return inner_->is_quiet(); }
    std::string peer() const override { return inner_->peer(); }
    std::optional<instant> certificate_until() const override { return inner_->certificate_until(); }

private:
    stream_ptr inner_;
    std::shared_ptr<frame_counter> counter_;
};

}  // namespace slipway::net

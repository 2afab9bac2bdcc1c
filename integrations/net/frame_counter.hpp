// What of a websocket's messages has arrived, and in how many frames each came: Beast gives whole messages and does
// not tell. Internal to this room.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace slipway::net {

/// Reads frame headers (RFC 6455, 5.2) out of a byte stream. Pure.
class frame_counter {
public:
    /// `after_head`: the answer to an upgrade comes first, up to its empty line.
    explicit frame_counter(bool after_head = false) : in_head_{after_head} {}

    void feed(std::string_view bytes) {
        while (in_head_ && !bytes.empty()) {
            header_ += bytes.front();
            bytes.remove_prefix(1);
            if (!header_.ends_with("\r\n\r\n")) continue;
            in_head_ = false;
            header_.clear();
        }
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
    /// The oldest message that was not taken yet has arrived to its end, and no ping, pong or close before it. May be
    /// false for one that has, never true for one that has not.
    bool next_is_whole() const {
        return !known_.empty() && known_.front().is_plain && (known_.size() > 1 || left_ == 0);
    }
    /// Frames of the oldest message that was not taken yet.
    int take() {
        if (known_.empty()) return 1;
        const int frames = known_.front().frames;
        known_.pop_front();
        return frames;
    }

private:
    struct message {
        int frames = 0;
        bool is_plain = true;  ///< nothing that controls the link came since the end of the one before it
    };

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
        if (!is_data) {
            next_.is_plain = false;
            return;
        }
        ++next_.frames;
        if (!is_last) return;
        known_.push_back(next_);
        next_ = {};
    }

    std::string header_;
    std::uint64_t left_ = 0;  ///< bytes of payload until the next header
    bool in_head_;
    message next_;               ///< its last frame has not begun
    std::deque<message> known_;  ///< the last frame of each has begun
};

}  // namespace slipway::net

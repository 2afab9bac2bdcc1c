// Stack traces that were read before.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

#include "integrations/base/result.hpp"
#include "integrations/telemetry/protocol/contribution.hpp"
#include "integrations/telemetry/protocol/trace.hpp"

namespace slipway::telemetry {

/// In a storm one trace comes thousands of times, byte for byte: it is parsed, cleaned and made into parts of an
/// identity once. A trace is kept when it comes the second time: the many that come once cost nothing more. Only equal
/// bytes are taken for equal. Not for several threads at once.
class trace_memory {
public:
    /// Keeps traces of at most twice so many bytes of JSON; in memory they take some three times that.
    explicit trace_memory(std::size_t most_bytes = 512U << 10U) : most_bytes_{most_bytes} {}

    /// The calls of `text`, which is a `{"frames":[…]}`, with their identity in a program of that language.
    /// errc::invalid when it is no JSON.
    result<trace> read(std::string_view text, language in);
    /// Forgets what was not asked for since the time before.
    void age();
    std::size_t size() const noexcept { return recent_.size() + older_.size(); }

private:
    struct hash {
        using is_transparent = void;
        /// The crash is at the end, and tells most traces apart.
        std::size_t operator()(std::string_view text) const noexcept {
            constexpr std::size_t end = 256;
            return std::hash<std::string_view>{}(text.substr(text.size() - std::min(text.size(), end)));
        }
    };
    using table = std::unordered_map<std::string, trace, hash, std::equal_to<>>;

    /// Asked once for each time; forgets, now and then, that it was.
    bool came_before(std::string_view text);
    const trace* find(std::string_view text, language in);
    const trace& keep(std::string text, trace made);

    std::size_t most_bytes_;
    table recent_, older_;  ///< what is asked for moves to the recent ones; when they are many, the older ones go
    std::size_t recent_bytes_ = 0;
    std::array<std::size_t, 1024> seen_{};  ///< hashes of traces that came, each at its place
};

}  // namespace slipway::telemetry

// Which envelope went to which link, when, and what came back: the rules of acknowledging. Pure.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/clock.hpp"

namespace slipway::sandbox::slack {

namespace json = boost::json;

/// What Slack makes of a frame that a client sent.
enum class ack_verdict { accepted, unknown_envelope, other_link, late, repeated, too_large, fragmented, not_an_ack };
std::string_view to_string(ack_verdict verdict);

class envelope_ledger {
public:
    static constexpr milliseconds deadline{3'000};
    static constexpr std::size_t largest_frame = 20'480;  ///< bytes; from here on they are ignored silently

    struct entry {
        std::string id;
        std::string type;
        int link = 0;
        instant sent;
        int attempt = 0;
        std::optional<instant> acked;
        json::value answer;  ///< the ack's payload; null without one
    };

    void sent(std::string id, std::string type, int link, int attempt, instant now);
    /// Reads one text message of `link` that came in so many frames; with `accepted` the entry holds time and answer.
    /// An acknowledgement in more than one frame is ignored silently, like one that is too large.
    ack_verdict read(int link, std::string_view frame, int pieces, instant now, std::string* id = nullptr);
    const entry* find(const std::string& id) const;
    /// Oldest first; at most the last 2 000.
    const std::vector<std::string>& order() const noexcept { return order_; }
    /// How often each verdict was given.
    const std::map<ack_verdict, int>& verdicts() const noexcept { return verdicts_; }

private:
    ack_verdict judge(int link, std::string_view frame, int pieces, instant now, std::string* id);
    std::map<std::string, entry> all_;
    std::vector<std::string> order_;
    std::map<ack_verdict, int> verdicts_;
};

}  // namespace slipway::sandbox::slack

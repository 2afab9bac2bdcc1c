// One queue per (method, channel): when a call may leave, so that Slack never has to say 429. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "integrations/slack/method_table.hpp"

namespace slipway::slack {

/// Callers are served in the order they ask (generic cell rate algorithm: each reservation moves the next one back).
class pacer {
public:
    /// Takes the next free slot for the call and says how long to wait for it. `channel` "" = none.
    milliseconds reserve(const method_facts& method, std::string_view channel, instant now);
    /// Slack said 429: nobody calls this method before `until`. Other methods go on.
    void block(std::string_view method, instant until);
    /// What is left of a block; zero when there is none.
    milliseconds blocked_for(std::string_view method, instant now) const;

private:
    milliseconds slot(std::string key, const pace& limit, instant now);
    void forget_idle(instant now);

    std::map<std::string, instant, std::less<>> next_;  ///< theoretical arrival time per queue
    std::map<std::string, instant, std::less<>> blocked_;
};

}  // namespace slipway::slack

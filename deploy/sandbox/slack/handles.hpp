// Slack's short-lived handles: link tickets, trigger ids, response URLs. Each knows its life and its uses. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "integrations/base/clock.hpp"

namespace slipway::sandbox::slack {

/// Tickets of apps.connections.open: one use, 30 seconds.
class ticket_office {
public:
    static constexpr milliseconds life{30'000};
    std::string issue(instant now);
    /// True once per ticket, while it lives.
    bool redeem(const std::string& ticket, instant now);

private:
    std::map<std::string, instant> until_;
};

/// trigger_id: three seconds from dispatch, one use.
class trigger_office {
public:
    milliseconds life{3'000};
    std::string issue(const std::string& user, instant now);
    /// "" and the person in `user`, or Slack's error code: expired_trigger_id, exchanged_trigger_id,
    /// invalid_trigger_id.
    std::string redeem(const std::string& trigger, instant now, std::string& user);

private:
    struct entry {
        std::string user;
        instant until;
        bool used = false;
    };
    std::map<std::string, entry> all_;
    int next_ = 0;
};

/// What an answer through a response URL refers to.
struct response_target {
    std::string channel;
    std::string user;
    std::string source_ts;  ///< the message whose element was used; "" for slash commands
    std::string thread_ts;
};

/// response_url: thirty minutes, five uses.
class response_office {
public:
    static constexpr milliseconds life{30 * 60'000};
    static constexpr int most_uses = 5;
    std::string issue(response_target target, instant now);
    /// The target, or nullopt with `problem` = "expired_url", "used_url" or "invalid_url".
    std::optional<response_target> redeem(const std::string& id, instant now, std::string& problem);

private:
    struct entry {
        response_target target;
        instant until;
        int uses = 0;
    };
    std::map<std::string, entry> all_;
};

}  // namespace slipway::sandbox::slack

#include "deploy/sandbox/slack/handles.hpp"

#include "integrations/base/digest.hpp"

namespace slipway::sandbox::slack {

std::string ticket_office::issue(instant now) {
    std::erase_if(until_, [now](const auto& each) { return each.second < now; });
    auto ticket = random_hex(16);
    until_[ticket] = now + life;
    return ticket;
}

bool ticket_office::redeem(const std::string& ticket, instant now) {
    const auto found = until_.find(ticket);
    if (found == until_.end()) return false;
    const bool alive = now < found->second;
    until_.erase(found);
    return alive;
}

std::string trigger_office::issue(const std::string& user, instant now) {
    auto id = std::to_string(++next_) + "." + std::to_string(to_unix(now)) + "." + random_hex(8);
    all_[id] = {user, now + life};
    return id;
}

std::string trigger_office::redeem(const std::string& trigger, instant now, std::string& user) {
    const auto found = all_.find(trigger);
    if (found == all_.end()) return "invalid_trigger_id";
    if (found->second.used) return "exchanged_trigger_id";
    if (now >= found->second.until) return "expired_trigger_id";
    found->second.used = true;
    user = found->second.user;
    return {};
}

std::string response_office::issue(response_target target, instant now) {
    auto id = random_hex(12);
    all_[id] = {std::move(target), now + life};
    return id;
}

std::optional<response_target> response_office::redeem(const std::string& id, instant now, std::string& problem) {
    const auto found = all_.find(id);
    if (found == all_.end()) {
        problem = "invalid_url";
        return {};
    }
    if (now >= found->second.until) {
        problem = "expired_url";
        return {};
    }
    if (found->second.uses >= most_uses) {
        problem = "used_url";
        return {};
    }
    ++found->second.uses;
    return found->second.target;
}

}  // namespace slipway::sandbox::slack

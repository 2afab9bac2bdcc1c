#include "bot/gateway/dispatcher.hpp"

#include <spdlog/spdlog.h>

namespace slipway::gateway {
namespace {

task<> dispatch(payload_handler handle, slack::payload what, std::string id) {
    const auto words = slack::describe(what);
    if (is_noise(what)) {
        spdlog::debug("envelope={} payload={} ignored", id, words);
        co_return;
    }
    const auto& from = slack::origin_of(what);
    spdlog::info("envelope={} payload={} user={}/{} channel={}", id, words, from.team, from.user, from.channel);
    co_await handle(std::move(what), std::move(id));
}

struct noise_rule {
    bool operator()(const slack::message_posted& each) const { return !each.bot_id.empty() || !each.subtype.empty(); }
    bool operator()(const slack::app_mention& each) const { return !each.bot_id.empty(); }
    bool operator()(const slack::unknown_payload&) const { return true; }
    template <class Other>
    bool operator()(const Other&) const {
        return false;
    }
};

}  // namespace

bool is_noise(const slack::payload& what) {
    return std::visit(noise_rule{}, what);
}

payload_handler dispatch_to(payload_handler handle) {
    return [handle = std::move(handle)](slack::payload what, std::string id) {
        return dispatch(handle, std::move(what), std::move(id));
    };
}

}  // namespace slipway::gateway

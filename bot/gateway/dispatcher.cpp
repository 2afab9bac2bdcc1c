#include "bot/gateway/dispatcher.hpp"

#include <spdlog/spdlog.h>

namespace slipway::gateway {
namespace {

task<> dispatch(payload_handler handle, store::envelope stored) {
    const auto arrived = slack::envelope_from_json(stored.payload);
    if (arrived.has_error()) {
        spdlog::warn("envelope={} cannot be read back: {}", stored.id, arrived.error().sentence());
        co_return;
    }
    auto what = slack::payload_of(*arrived, stored.received);
    const auto words = slack::describe(what);
    const auto& from = slack::origin_of(what);
    if (is_noise(what)) {
        spdlog::debug("envelope={} payload={} ignored", stored.id, words);
        co_return;
    }
    spdlog::info("envelope={} payload={} user={}/{} channel={}", stored.id, words, from.team, from.user, from.channel);
    co_await handle(std::move(what), stored.id);
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

envelope_handler dispatch_to(payload_handler handle) {
    return [handle = std::move(handle)](store::envelope stored) { return dispatch(handle, std::move(stored)); };
}

}  // namespace slipway::gateway

#include "integrations/store/event_chain.hpp"

#include "integrations/base/digest.hpp"

namespace slipway::store {

std::string canonical(const json::object& data) {
    return json::serialize(data);
}

std::string hash_of(const chain_link& link) {
    const auto version = std::to_string(link.version);
    const auto at = std::to_string(to_unix_ms(link.at));
    return fingerprint({link.previous, link.stream, version, link.type, link.data, link.actor, link.cause, at});
}

}  // namespace slipway::store

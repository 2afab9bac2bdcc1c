// The chain that makes an edited journal visible: each event's hash covers the one before it. Pure; the same for
// every database, so that a journal can be moved between them and still be verified.
#pragma once

#include <string>
#include <string_view>

#include "integrations/store/store.hpp"

namespace slipway::store {

/// The text of an object as it is stored and hashed: boost::json::serialize, members in the order they were given.
std::string canonical(const json::object& data);

/// What an event's hash covers beside its predecessor.
struct chain_link {
    std::string_view previous;  ///< hash of the event before; "" for version 1
    std::string_view stream;
    std::int64_t version = 0;
    std::string_view type;
    std::string_view data;  ///< canonical form
    std::string_view actor;
    std::string_view cause;
    instant at;
};

/// Lower-case hex SHA-256 over the length-prefixed parts, in the order above; version and time (Unix milliseconds) as
/// decimal text.
std::string hash_of(const chain_link& link);

}  // namespace slipway::store

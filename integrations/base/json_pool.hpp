// JSON that is read once and dropped: the whole document in one block of memory, in place of one for every text and
// member, and gone without a walk.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <memory>
#include <string_view>

#include "integrations/base/result.hpp"

namespace slipway {

namespace json = boost::json;

/// Keeps the memory of a document alive. Declare it before what lies in it. It can be moved with its document and not
/// be assigned over: what lay in the old one would be lost.
class json_pool {
public:
    json_pool() = default;
    explicit json_pool(std::size_t bytes) : memory_{std::make_shared<json::monotonic_resource>(bytes)} {}
    json_pool(const json_pool&) = default;
    json_pool(json_pool&&) = default;
    json_pool& operator=(const json_pool&) = delete;
    json_pool& operator=(json_pool&&) = delete;
    ~json_pool() = default;
    json::storage_ptr get() const noexcept { return memory_ ? json::storage_ptr{memory_.get()} : json::storage_ptr{}; }

private:
    std::shared_ptr<json::monotonic_resource> memory_;
};

/// What is moved out of `value` into a new variable lies in the pool as well; what is assigned or copied to one that
/// exists does not (Boost.JSON copies between different memory).
struct pooled_json {
    json_pool pool;
    json::value value;
};

/// As parse_json.
result<pooled_json> parse_pooled_json(std::string_view text);

}  // namespace slipway

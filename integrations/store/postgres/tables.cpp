#include "integrations/store/postgres/tables.hpp"

#include <stdexcept>

namespace slipway::store::postgres {

json::object object_of(const std::string& text, const std::string& where) {
    json::error_code error;
    json::parse_options deep;
    deep.max_depth = 512;  // what was stored may nest deeper than what a peer may send
    auto value = json::parse(text, error, {}, deep);
    if (error || !value.is_object())
        throw std::runtime_error{"the database holds no JSON object in " + where + ": " + error.message()};
    return std::move(value.get_object());
}

std::string list_of(const std::vector<std::string>& texts) {
    json::array list;
    for (const auto& text : texts) list.emplace_back(text);
    return json::serialize(list);
}

}  // namespace slipway::store::postgres

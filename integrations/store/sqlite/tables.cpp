#include "integrations/store/sqlite/tables.hpp"

#include <stdexcept>

namespace slipway::store::sqlite {

json::object object_of(const std::string& text, std::string_view where) {
    json::error_code error;
    json::parse_options deep;
    deep.max_depth = 512;  // what was stored may nest deeper than what a peer may send
    auto value = json::parse(text, error, {}, deep);
    if (error || !value.is_object())
        throw std::runtime_error{"the database holds no JSON object in " + std::string{where} + ": " + error.message()};
    return std::move(value.get_object());
}

std::int64_t next_fence(connection& db) {
    query counter{db, "UPDATE fence SET last = last + 1 WHERE only = 1 RETURNING last"};
    const auto fence = counter.next() ? counter.number(0) : 0;
    while (counter.next()) {
    }
    return fence;
}

std::string list_of(const std::vector<std::string>& texts) {
    json::array list;
    for (const auto& text : texts) list.emplace_back(text);
    return json::serialize(list);
}

}  // namespace slipway::store::sqlite

#include "integrations/store/sqlite/tables.hpp"

namespace slipway::store::sqlite {

arrival receive_envelope(connection& db, const envelope& incoming) {
    const auto payload = json::serialize(incoming.payload);
    const auto stored = db.run(
        "INSERT INTO inbox (source, id, payload, received) VALUES (?, ?, ?, ?) ON CONFLICT (source, id) DO NOTHING",
        incoming.source, incoming.id, payload, to_unix_ms(incoming.received));
    return stored == 0 ? arrival::repeat : arrival::fresh;
}

std::vector<envelope> unhandled_envelopes(connection& db, const std::string& source) {
    std::vector<envelope> all;
    query rows{db, "SELECT id, payload, received FROM inbox WHERE source = ? AND handled = 0 ORDER BY number", source};
    while (rows.next()) {
        auto& each = all.emplace_back();
        each.id = rows.text(0);
        each.source = source;
        each.payload = object_of(rows.text(1), "inbox row " + each.id);
        each.received = from_unix_ms(rows.number(2));
    }
    return all;
}

void mark_handled(connection& db, const document_key& which) {
    db.run("UPDATE inbox SET handled = 1 WHERE source = ? AND id = ?", which.collection, which.id);
}

void forget_envelopes(connection& db, instant before) {
    db.run("DELETE FROM inbox WHERE handled = 1 AND received < ?", to_unix_ms(before));
}

}  // namespace slipway::store::sqlite

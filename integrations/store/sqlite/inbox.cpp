#include "integrations/store/sqlite/tables.hpp"

namespace slipway::store::sqlite {

arrival receive_envelope(connection& db, const envelope& incoming) {
    const auto payload = json::serialize(incoming.payload);
    const auto stored = db.run(
        "INSERT INTO inbox (source, id, payload, received, owner) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (source, id) DO NOTHING",
        incoming.source, incoming.id, payload, to_unix_ms(incoming.received), incoming.owner);
    return stored == 0 ? arrival::repeat : arrival::fresh;
}

std::vector<envelope> unhandled_envelopes(connection& db, const std::string& source) {
    std::vector<envelope> all;
    query rows{db, "SELECT id, payload, received, owner FROM inbox WHERE source = ? AND handled = 0 ORDER BY number",
               source};
    while (rows.next()) {
        auto& each = all.emplace_back();
        each.id = rows.text(0);
        each.source = source;
        each.payload = object_of(rows.text(1), "inbox row " + each.id);
        each.received = from_unix_ms(rows.number(2));
        each.owner = rows.text(3);
    }
    return all;
}

std::vector<envelope> adopt_envelopes(connection& db, const std::string& source, const std::string& owner,
                                      instant now) {
    db.run(
        "UPDATE inbox SET owner = ?2 WHERE source = ?1 AND handled = 0 AND owner <> ?2 "
        "AND NOT EXISTS (SELECT 1 FROM member WHERE member.name = inbox.owner AND alive_until > ?3)",
        source, owner, to_unix_ms(now));
    auto all = unhandled_envelopes(db, source);
    std::erase_if(all, [&](const envelope& each) { return each.owner != owner; });
    return all;
}

void mark_handled(connection& db, const document_key& which) {
    db.run("UPDATE inbox SET handled = 1 WHERE source = ? AND id = ?", which.collection, which.id);
}

void forget_envelopes(connection& db, instant before) {
    db.run("DELETE FROM inbox WHERE handled = 1 AND received < ?", to_unix_ms(before));
}

}  // namespace slipway::store::sqlite

#include "integrations/store/postgres/tables.hpp"

namespace slipway::store::postgres {

task<arrival> receive_envelope(connection& db, const envelope& incoming) {
    const auto payload = json::serialize(incoming.payload);
    const auto stored = co_await db.run(
        "INSERT INTO inbox (source, id, payload, received, owner) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (source, id) DO NOTHING",
        incoming.source, incoming.id, payload, to_unix_ms(incoming.received), incoming.owner);
    if (stored.changed() == 0) co_return arrival::repeat;
    co_return arrival::fresh;
}

task<std::vector<envelope>> unhandled_envelopes(connection& db, std::string source) {
    const auto found = co_await db.run(
        "SELECT id, payload, received, owner FROM inbox WHERE source = $1 AND NOT handled ORDER BY number", source);
    std::vector<envelope> all(static_cast<std::size_t>(found.count()));
    for (int row = 0; row < found.count(); ++row) {
        auto& each = all[static_cast<std::size_t>(row)];
        each.id = found.text(row, 0);
        each.source = source;
        each.payload = object_of(found.text(row, 1), "inbox row " + each.id);
        each.received = from_unix_ms(found.number(row, 2));
        each.owner = found.text(row, 3);
    }
    co_return all;
}

task<std::vector<envelope>> adopt_envelopes(connection& db, std::string source, std::string owner) {
    // Of two who adopt at once the second waits for the row, and then sees that its owner lives.
    co_await db.run(
        "UPDATE inbox SET owner = $2 WHERE source = $1 AND NOT handled AND owner <> $2 "
        "AND NOT EXISTS (SELECT 1 FROM member WHERE member.name = inbox.owner AND alive_until > slipway_now())",
        source, owner);
    auto all = co_await unhandled_envelopes(db, source);
    std::erase_if(all, [&](const envelope& each) { return each.owner != owner; });
    co_return all;
}

task<> mark_handled(connection& db, const document_key& which) {
    co_await db.run("UPDATE inbox SET handled = true WHERE source = $1 AND id = $2", which.collection, which.id);
}

task<> forget_envelopes(connection& db, instant before) {
    co_await db.run("DELETE FROM inbox WHERE handled AND received < $1", to_unix_ms(before));
}

}  // namespace slipway::store::postgres

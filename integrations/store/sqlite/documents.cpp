#include "integrations/store/sqlite/tables.hpp"

namespace slipway::store::sqlite {

void put_document(connection& db, const document& wanted) {
    const auto body = json::serialize(wanted.body);
    db.run(
        "INSERT INTO document (collection, id, body) VALUES (?, ?, ?) "
        "ON CONFLICT (collection, id) DO UPDATE SET body = excluded.body",
        wanted.collection, wanted.id, body);
}

void forget_document(connection& db, const document_key& which) {
    db.run("DELETE FROM document WHERE collection = ? AND id = ?", which.collection, which.id);
}

std::optional<json::object> document_of(connection& db, const std::string& collection, const std::string& id) {
    query found{db, "SELECT body FROM document WHERE collection = ? AND id = ?", collection, id};
    if (!found.next()) return std::nullopt;
    return object_of(found.text(0), "document " + collection + "/" + id);
}

std::vector<document> documents_in(connection& db, const std::string& collection) {
    std::vector<document> all;
    query rows{db, "SELECT id, body FROM document WHERE collection = ? ORDER BY id", collection};
    while (rows.next()) {
        auto id = rows.text(0);
        auto body = object_of(rows.text(1), id);
        all.push_back({collection, std::move(id), std::move(body)});
    }
    return all;
}

result<> take_claim(connection& db, const claim& wanted) {
    const auto taken = db.run("INSERT INTO claim (name, holder) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                              wanted.name, wanted.holder);
    if (taken != 0) return {};
    auto holder = holder_of(db, wanted.name).value_or("");
    if (holder == wanted.holder) return {};
    failure held{errc::exists, "the name " + wanted.name + " is held by " + holder + " already"};
    held.code = std::move(holder);
    return held;
}

void release_claim(connection& db, const claim& held) {
    db.run("DELETE FROM claim WHERE name = ? AND holder = ?", held.name, held.holder);
}

std::optional<std::string> holder_of(connection& db, const std::string& name) {
    query found{db, "SELECT holder FROM claim WHERE name = ?", name};
    if (!found.next()) return std::nullopt;
    return found.text(0);
}

std::vector<claim> all_claims(connection& db) {
    std::vector<claim> all;
    query rows{db, "SELECT name, holder FROM claim ORDER BY name"};
    while (rows.next()) all.push_back({rows.text(0), rows.text(1)});
    return all;
}

}  // namespace slipway::store::sqlite

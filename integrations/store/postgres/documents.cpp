#include "integrations/store/postgres/tables.hpp"

namespace slipway::store::postgres {

task<> put_document(connection& db, const document& wanted) {
    const auto body = json::serialize(wanted.body);
    co_await db.run(
        "INSERT INTO document (collection, id, body) VALUES ($1, $2, $3) "
        "ON CONFLICT (collection, id) DO UPDATE SET body = excluded.body",
        wanted.collection, wanted.id, body);
}

task<> forget_document(connection& db, const document_key& which) {
    co_await db.run("DELETE FROM document WHERE collection = $1 AND id = $2", which.collection, which.id);
}

task<std::optional<json::object>> document_of(connection& db, std::string collection, std::string id) {
    const auto found = co_await db.run("SELECT body FROM document WHERE collection = $1 AND id = $2", collection, id);
    if (found.empty()) co_return std::nullopt;
    co_return object_of(found.text(0, 0), "document " + collection + "/" + id);
}

task<std::vector<document>> documents_in(connection& db, std::string collection) {
    const auto found = co_await db.run("SELECT id, body FROM document WHERE collection = $1 ORDER BY id", collection);
    std::vector<document> all;
    for (int row = 0; row < found.count(); ++row)
        all.push_back({collection, found.text(row, 0), object_of(found.text(row, 1), found.text(row, 0))});
    co_return all;
}

task<result<>> take_claim(connection& db, const claim& wanted) {
    // The update changes nothing; it waits for whoever is just taking or releasing the name, and tells who holds it.
    const auto holder = co_await db.run(
        "INSERT INTO claim (name, holder) VALUES ($1, $2) "
        "ON CONFLICT (name) DO UPDATE SET holder = claim.holder RETURNING holder",
        wanted.name, wanted.holder);
    auto name = holder.text(0, 0);
    if (name == wanted.holder) co_return result<>{};
    failure held{errc::exists, "the name " + wanted.name + " is held by " + name + " already"};
    held.code = std::move(name);
    co_return held;
}

task<> release_claim(connection& db, const claim& held) {
    co_await db.run("DELETE FROM claim WHERE name = $1 AND holder = $2", held.name, held.holder);
}

task<std::optional<std::string>> holder_of(connection& db, std::string name) {
    const auto found = co_await db.run("SELECT holder FROM claim WHERE name = $1", name);
    if (found.empty()) co_return std::nullopt;
    co_return found.text(0, 0);
}

task<std::vector<claim>> all_claims(connection& db) {
    const auto found = co_await db.run("SELECT name, holder FROM claim ORDER BY name");
    std::vector<claim> all;
    for (int row = 0; row < found.count(); ++row) all.push_back({found.text(row, 0), found.text(row, 1)});
    co_return all;
}

}  // namespace slipway::store::postgres

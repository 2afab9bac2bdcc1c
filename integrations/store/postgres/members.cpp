#include "integrations/store/postgres/tables.hpp"

namespace slipway::store::postgres {

task<> announce_member(connection& db, std::string name, const json::object& about, milliseconds lease) {
    co_await db.run(
        "INSERT INTO member (name, about, since, alive_until) VALUES ($1, $2, slipway_now(), slipway_now() + $3) "
        "ON CONFLICT (name) DO UPDATE SET about = excluded.about, alive_until = excluded.alive_until",
        name, json::serialize(about), lease.count());
    co_await db.run("DELETE FROM member WHERE alive_until < slipway_now() - 86400000");
}

task<> forget_member(connection& db, std::string name) {
    co_await db.run("DELETE FROM member WHERE name = $1", name);
}

task<std::vector<member>> all_members(connection& db) {
    const auto found = co_await db.run(
        "SELECT name, about, since, alive_until, alive_until > slipway_now() FROM member ORDER BY since, name");
    std::vector<member> all(static_cast<std::size_t>(found.count()));
    for (int row = 0; row < found.count(); ++row) {
        auto& each = all[static_cast<std::size_t>(row)];
        each.name = found.text(row, 0);
        each.about = object_of(found.text(row, 1), "member " + each.name);
        each.since = from_unix_ms(found.number(row, 2));
        each.alive_until = from_unix_ms(found.number(row, 3));
        each.alive = found.flag(row, 4);
    }
    co_return all;
}

task<std::vector<holding>> all_leases(connection& db) {
    const auto found = co_await db.run(
        "SELECT what, id, owner, fence, leased_until, leased_until <= slipway_now() FROM ("
        "SELECT 'work' AS what, id, owner, fence, leased_until FROM work WHERE owner <> '' UNION ALL "
        "SELECT 'message', key, owner, fence, leased_until FROM outbox WHERE owner <> '') AS held "
        "ORDER BY what DESC, id");
    std::vector<holding> all(static_cast<std::size_t>(found.count()));
    for (int row = 0; row < found.count(); ++row) {
        auto& each = all[static_cast<std::size_t>(row)];
        each.what = found.text(row, 0);
        each.id = found.text(row, 1);
        each.owner = found.text(row, 2);
        each.fence = found.number(row, 3);
        each.until = from_unix_ms(found.number(row, 4));
        each.over = found.flag(row, 5);
    }
    co_return all;
}

task<> forget_leases(connection& db) {
    co_await db.run("UPDATE work SET owner = '', leased_until = 0 WHERE owner <> ''");
    co_await db.run("UPDATE outbox SET owner = '', leased_until = 0 WHERE owner <> ''");
    co_await db.run("DELETE FROM member");
    co_await db.run("DELETE FROM lane");
}

}  // namespace slipway::store::postgres

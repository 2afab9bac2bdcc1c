#include "integrations/store/sqlite/tables.hpp"

namespace slipway::store::sqlite {
namespace {

constexpr std::chrono::hours remembered{24};

}  // namespace

void announce_member(connection& db, const std::string& name, const json::object& about, instant now, instant until) {
    const auto text = json::serialize(about);
    db.run(
        "INSERT INTO member (name, about, since, alive_until) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET about = excluded.about, alive_until = excluded.alive_until",
        name, text, to_unix_ms(now), to_unix_ms(until));
    db.run("DELETE FROM member WHERE alive_until < ?", to_unix_ms(now - remembered));
}

void forget_member(connection& db, const std::string& name) {
    db.run("DELETE FROM member WHERE name = ?", name);
}

std::vector<member> all_members(connection& db, instant now) {
    std::vector<member> all;
    query rows{db, "SELECT name, about, since, alive_until FROM member ORDER BY since, name"};
    while (rows.next()) {
        auto& each = all.emplace_back();
        each.name = rows.text(0);
        each.about = object_of(rows.text(1), "member " + each.name);
        each.since = from_unix_ms(rows.number(2));
        each.alive_until = from_unix_ms(rows.number(3));
        each.alive = each.alive_until > now;
    }
    return all;
}

std::vector<holding> all_leases(connection& db, instant now) {
    std::vector<holding> all;
    query rows{db,
               "SELECT 'work', id, owner, fence, leased_until FROM work WHERE owner <> '' UNION ALL "
               "SELECT 'message', key, owner, fence, leased_until FROM outbox WHERE owner <> '' ORDER BY 1 DESC, 2"};
    while (rows.next()) {
        auto& each = all.emplace_back();
        each.what = rows.text(0);
        each.id = rows.text(1);
        each.owner = rows.text(2);
        each.fence = rows.number(3);
        each.until = from_unix_ms(rows.number(4));
        each.over = each.until <= now;
    }
    return all;
}

}  // namespace slipway::store::sqlite

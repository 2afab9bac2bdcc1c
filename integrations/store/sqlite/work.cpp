#include "integrations/store/sqlite/tables.hpp"

namespace slipway::store::sqlite {
namespace {

work_row work_row_of(const query& found) {
    work_row row;
    row.id = found.text(0);
    row.kind = found.text(1);
    row.payload = object_of(found.text(2), "work row " + row.id);
    row.due = from_unix_ms(found.number(3));
    row.owner = found.text(4);
    row.fence = found.number(5);
    row.leased_until = from_unix_ms(found.number(6));
    return row;
}

failure work_taken(const std::string& id) {
    return failure{errc::moved, "the lease on the work " + id +
                                    " is gone, it ended or went to somebody else: drop what was done under it"};
}

}  // namespace

void put_work(connection& db, const work_put& wanted) {
    const auto payload = json::serialize(wanted.payload);
    db.run(
        "INSERT INTO work (id, kind, payload, due) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
        "SET kind = excluded.kind, payload = excluded.payload, due = excluded.due, revision = revision + 1",
        wanted.id, wanted.kind, payload, to_unix_ms(wanted.due));
}

result<> finish_work(connection& db, const work_done& done) {
    bool put_again = false;
    {
        query held{db, "SELECT revision > leased FROM work WHERE id = ? AND fence = ? AND owner <> ''", done.id,
                   done.fence};
        if (!held.next()) return work_taken(done.id);
        put_again = held.flag(0);
    }
    // What was asked for while the work was under way is still to be done: its due time stands, or an earlier `again`.
    if (put_again && done.again)
        db.run("UPDATE work SET due = min(due, ?), owner = '', leased_until = 0 WHERE id = ?", to_unix_ms(*done.again),
               done.id);
    else if (put_again)
        db.run("UPDATE work SET owner = '', leased_until = 0 WHERE id = ?", done.id);
    else if (done.again)
        db.run("UPDATE work SET due = ?, owner = '', leased_until = 0 WHERE id = ?", to_unix_ms(*done.again), done.id);
    else
        drop_work(db, done.id);
    return {};
}

void drop_work(connection& db, const std::string& id) {
    db.run("DELETE FROM work WHERE id = ?", id);
}

std::vector<work_row> lease_work(connection& db, const std::string& owner, const std::vector<std::string>& kinds,
                                 std::size_t limit, instant now, instant until) {
    std::vector<work_row> leased;
    {
        const auto wanted = list_of(kinds);
        query rows{db,
                   "SELECT id, kind, payload, due, owner, fence, leased_until FROM work "
                   "WHERE due <= ?1 AND leased_until <= ?1 "
                   "AND (?2 = '[]' OR kind IN (SELECT value FROM json_each(?2))) ORDER BY due, number LIMIT ?3",
                   to_unix_ms(now), wanted, limit};
        while (rows.next()) leased.push_back(work_row_of(rows));
    }
    for (auto& row : leased) {
        row.owner = owner;
        row.fence = next_fence(db);
        row.leased_until = until;
        db.run("UPDATE work SET owner = ?, fence = ?, leased_until = ?, leased = revision WHERE id = ?", owner,
               row.fence, to_unix_ms(until), row.id);
    }
    return leased;
}

void forget_leases(connection& db) {
    db.run("UPDATE work SET owner = '', leased_until = 0 WHERE owner <> ''");
    db.run("UPDATE outbox SET owner = '', leased_until = 0 WHERE owner <> ''");
    db.run("DELETE FROM member");
    db.run("DELETE FROM lane");
}

result<> renew_work(connection& db, const std::string& id, std::int64_t fence, instant until) {
    const auto changed = db.run("UPDATE work SET leased_until = ? WHERE id = ? AND fence = ? AND owner <> ''",
                                to_unix_ms(until), id, fence);
    if (changed == 0) return work_taken(id);
    return {};
}

std::vector<work_row> every_work(connection& db) {
    std::vector<work_row> all;
    query rows{db, "SELECT id, kind, payload, due, owner, fence, leased_until FROM work ORDER BY due, number"};
    while (rows.next()) all.push_back(work_row_of(rows));
    return all;
}

std::optional<instant> next_work_due(connection& db, const std::vector<std::string>& kinds) {
    const auto wanted = list_of(kinds);
    query soonest{db,
                  "SELECT min(max(due, leased_until)) FROM work "
                  "WHERE ?1 = '[]' OR kind IN (SELECT value FROM json_each(?1))",
                  wanted};
    if (!soonest.next() || soonest.is_null(0)) return std::nullopt;
    return from_unix_ms(soonest.number(0));
}

}  // namespace slipway::store::sqlite

#include <algorithm>

#include "integrations/store/postgres/tables.hpp"

namespace slipway::store::postgres {
namespace {

// One text for all reads of a row, in the order that `row_of` takes it; `number` orders rows of one due time.
#define SLIPWAY_WORK_COLUMNS \
    "work.id, work.kind, work.payload, work.due, work.owner, work.fence, work.leased_until, work.number"

work_row row_of(const rows& found, int row) {
    work_row made;
    made.id = found.text(row, 0);
    made.kind = found.text(row, 1);
    made.payload = object_of(found.text(row, 2), "work row " + made.id);
    made.due = from_unix_ms(found.number(row, 3));
    made.owner = found.text(row, 4);
    made.fence = found.number(row, 5);
    made.leased_until = from_unix_ms(found.number(row, 6));
    return made;
}

failure taken(const std::string& id) {
    return {errc::moved,
            "the lease on the work " + id + " is gone, it ended or went to somebody else: drop what was done under it"};
}

}  // namespace

task<> put_work(connection& db, const work_put& wanted) {
    const auto payload = json::serialize(wanted.payload);
    co_await db.run(
        "INSERT INTO work (id, kind, payload, due) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE "
        "SET kind = excluded.kind, payload = excluded.payload, due = excluded.due, revision = work.revision + 1",
        wanted.id, wanted.kind, payload, to_unix_ms(wanted.due));
}

task<result<>> finish_work(connection& db, const work_done& done) {
    const auto held =
        co_await db.run("SELECT revision > leased FROM work WHERE id = $1 AND fence = $2 AND owner <> '' FOR UPDATE",
                        done.id, done.fence);
    if (held.empty()) co_return taken(done.id);
    const bool put_again = held.flag(0, 0);
    // What was asked for while the work was under way is still to be done: its due time stands, or an earlier `again`.
    if (put_again && done.again)
        co_await db.run("UPDATE work SET due = least(due, $1), owner = '', leased_until = 0 WHERE id = $2",
                        to_unix_ms(*done.again), done.id);
    else if (put_again)
        co_await db.run("UPDATE work SET owner = '', leased_until = 0 WHERE id = $1", done.id);
    else if (done.again)
        co_await db.run("UPDATE work SET due = $1, owner = '', leased_until = 0 WHERE id = $2", to_unix_ms(*done.again),
                        done.id);
    else
        co_await drop_work(db, done.id);
    co_return result<>{};
}

task<> drop_work(connection& db, std::string id) {
    co_await db.run("DELETE FROM work WHERE id = $1", id);
}

task<std::vector<work_row>> lease_work(connection& db, std::string owner, std::vector<std::string> kinds,
                                       std::size_t limit, milliseconds lease) {
    // Rows that another bot is just taking are passed over, not waited for.
    const auto found = co_await db.run(
        "WITH clock AS MATERIALIZED (SELECT slipway_now() AS now), picked AS MATERIALIZED ("
        "SELECT id FROM work WHERE due <= (SELECT now FROM clock) AND leased_until <= (SELECT now FROM clock) "
        "AND ($2::text = '[]' OR kind IN (SELECT jsonb_array_elements_text(($2::text)::jsonb))) "
        "ORDER BY due, number LIMIT $3 FOR UPDATE SKIP LOCKED) "
        "UPDATE work SET owner = $1, fence = nextval('fence'), leased_until = (SELECT now FROM clock) + $4, "
        "leased = revision FROM picked WHERE work.id = picked.id RETURNING " SLIPWAY_WORK_COLUMNS,
        owner, list_of(kinds), limit, lease.count());
    std::vector<int> order(static_cast<std::size_t>(found.count()));
    for (int row = 0; row < found.count(); ++row) order[static_cast<std::size_t>(row)] = row;
    std::ranges::sort(order, {}, [&](int row) { return std::pair{found.number(row, 3), found.number(row, 7)}; });
    std::vector<work_row> leased;
    for (const int row : order) leased.push_back(row_of(found, row));
    co_return leased;
}

task<result<>> renew_work(connection& db, std::string id, std::int64_t fence, milliseconds lease) {
    const auto renewed = co_await db.run(
        "UPDATE work SET leased_until = slipway_now() + $1 WHERE id = $2 AND fence = $3 AND owner <> ''", lease.count(),
        id, fence);
    if (renewed.changed() == 0) co_return taken(id);
    co_return result<>{};
}

task<std::vector<work_row>> every_work(connection& db) {
    const auto found = co_await db.run("SELECT " SLIPWAY_WORK_COLUMNS " FROM work ORDER BY due, number");
    std::vector<work_row> all;
    for (int row = 0; row < found.count(); ++row) all.push_back(row_of(found, row));
    co_return all;
}

task<std::optional<instant>> next_work_due(connection& db, std::vector<std::string> kinds) {
    const auto soonest = co_await db.run(
        "SELECT min(greatest(due, leased_until)) FROM work "
        "WHERE $1::text = '[]' OR kind IN (SELECT jsonb_array_elements_text(($1::text)::jsonb))",
        list_of(kinds));
    if (soonest.is_null(0, 0)) co_return std::nullopt;
    co_return from_unix_ms(soonest.number(0, 0));
}

}  // namespace slipway::store::postgres

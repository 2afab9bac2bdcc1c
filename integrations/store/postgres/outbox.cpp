#include <algorithm>

#include "integrations/store/postgres/tables.hpp"

namespace slipway::store::postgres {
namespace {

// One text for all reads of a row, in the order that `row_of` takes it.
#define SLIPWAY_OUTBOX_COLUMNS                                                                                  \
    "outbox.key, outbox.lane, outbox.priority, outbox.body, outbox.wanted, outbox.achieved, outbox.attempted, " \
    "outbox.attempts, outbox.receipt, outbox.last_error, outbox.given_up, outbox.fence, outbox.due, outbox.number"

outbox_row row_of(const rows& found, int row) {
    outbox_row made;
    made.key = found.text(row, 0);
    made.lane = found.text(row, 1);
    made.priority = static_cast<int>(found.number(row, 2));
    made.body = object_of(found.text(row, 3), "outbox row " + made.key);
    made.wanted = found.number(row, 4);
    made.achieved = found.number(row, 5);
    made.attempted = found.number(row, 6) != 0;
    made.attempted_at = from_unix_ms(found.number(row, 6));
    made.attempts = static_cast<int>(found.number(row, 7));
    made.receipt = object_of(found.text(row, 8), "the receipt of outbox row " + made.key);
    made.last_error = found.text(row, 9);
    made.given_up = found.flag(row, 10);
    made.fence = found.number(row, 11);
    return made;
}

/// Nobody's lease, or somebody else's by now: what the holder of `fence` must hear.
failure taken(const std::string& key) {
    return {errc::moved, "the lease on the message " + key + " went to somebody else: leave it to them"};
}

task<result<>> settle_sent(connection& db, const outbox_settle& outcome) {
    const auto found =
        co_await db.run("SELECT receipt FROM outbox WHERE key = $1 AND fence = $2 AND owner <> '' FOR UPDATE",
                        outcome.key, outcome.fence);
    if (found.empty()) co_return taken(outcome.key);
    auto merged = object_of(found.text(0, 0), "the receipt of outbox row " + outcome.key);
    for (const auto& [name, value] : outcome.receipt) merged[name] = value;
    co_await db.run(
        "UPDATE outbox SET achieved = greatest(achieved, $1), receipt = $2, attempted = 0, attempts = 0, "
        "last_error = '', owner = '', leased_until = 0 WHERE key = $3",
        outcome.achieved, json::serialize(merged), outcome.key);
    co_return result<>{};
}

task<result<>> settle_retry(connection& db, const outbox_settle& outcome) {
    // A body that was put meanwhile was not tried yet, but the other side's wish to be left alone holds for it too.
    const auto until = outcome.due ? to_unix_ms(*outcome.due) : std::int64_t{0};
    const auto settled = co_await db.run(
        "UPDATE outbox SET due = greatest(due, CASE WHEN $1::bigint > 0 THEN $1 ELSE slipway_now() END), "
        "attempts = attempts + 1, last_error = $2, attempted = CASE WHEN $3::boolean THEN 0 ELSE attempted END, "
        "owner = '', leased_until = 0 WHERE key = $4 AND fence = $5 AND owner <> ''",
        until, outcome.error, outcome.surely_not_sent, outcome.key, outcome.fence);
    if (settled.changed() == 0) co_return taken(outcome.key);
    co_return result<>{};
}

task<result<>> settle_given_up(connection& db, const outbox_settle& outcome) {
    // Only what was tried is given up: a body put since the lease gets its own chance.
    const auto settled = co_await db.run(
        "UPDATE outbox SET given_up = (wanted <= tried), "
        "attempts = CASE WHEN wanted <= tried THEN attempts + 1 ELSE 0 END, "
        "last_error = $1, owner = '', leased_until = 0 WHERE key = $2 AND fence = $3 AND owner <> ''",
        outcome.error, outcome.key, outcome.fence);
    if (settled.changed() == 0) co_return taken(outcome.key);
    co_return result<>{};
}

task<> rest_lane(connection& db, const outbox_settle& outcome) {
    co_await db.run(
        "INSERT INTO lane (name, owner, rests_until) "
        "SELECT lane, owner, slipway_now() + $1 FROM outbox WHERE key = $2 AND fence = $3 AND owner <> '' "
        "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, rests_until = excluded.rests_until",
        outcome.lane_rest.count(), outcome.key, outcome.fence);
}

}  // namespace

task<> put_message(connection& db, const outbox_put& wanted) {
    const auto body = json::serialize(wanted.body);
    const auto due = wanted.due ? to_unix_ms(*wanted.due) : std::int64_t{0};
    // `outbox.` is the row as it was. After a failure the agreed wait is kept, unless it was given up.
    co_await db.run(
        "INSERT INTO outbox (key, lane, priority, body, due) "
        "VALUES ($1, $2, $3, $4, CASE WHEN $5::bigint > 0 THEN $5 ELSE slipway_now() END) ON CONFLICT (key) DO UPDATE "
        "SET "
        "lane = excluded.lane, priority = excluded.priority, body = excluded.body, "
        "due = CASE WHEN outbox.attempts > 0 AND NOT (outbox.given_up AND outbox.body <> excluded.body) "
        "THEN greatest(outbox.due, excluded.due) ELSE excluded.due END, "
        "wanted = outbox.wanted + (outbox.body <> excluded.body OR ($6 AND outbox.achieved >= outbox.wanted))::int, "
        "attempts = CASE WHEN outbox.given_up AND outbox.body <> excluded.body THEN 0 ELSE outbox.attempts END, "
        "given_up = outbox.given_up AND outbox.body = excluded.body",
        wanted.key, wanted.lane, wanted.priority, body, due, wanted.again);
}

task<result<>> settle_message(connection& db, const outbox_settle& outcome) {
    if (outcome.lane_rest > milliseconds{0}) co_await rest_lane(db, outcome);
    result<> settled;
    switch (outcome.verdict) {
        case outbox_settle::how::sent:
            settled = co_await settle_sent(db, outcome);
            break;
        case outbox_settle::how::retry:
            settled = co_await settle_retry(db, outcome);
            break;
        case outbox_settle::how::give_up:
            settled = co_await settle_given_up(db, outcome);
            break;
    }
    co_return settled;
}

task<result<>> begin_send(connection& db, std::string key, std::int64_t fence) {
    // The column holds when the first send without a known outcome was begun; 0 = there is none.
    const auto begun = co_await db.run(
        "UPDATE outbox SET attempted = CASE WHEN attempted = 0 THEN greatest(slipway_now(), 1) ELSE attempted END "
        "WHERE key = $1 AND fence = $2 AND owner <> ''",
        key, fence);
    if (begun.changed() == 0) co_return taken(key);
    co_return result<>{};
}

task<std::vector<outbox_row>> lease_messages(connection& db, std::string owner, std::size_t limit, milliseconds lease,
                                             std::vector<std::string> busy_lanes) {
    // "LANE": one bot at a time looks which lanes are free, so that no lane has two senders. Without a row to send
    // nobody waits for it.
    const auto open = co_await db.run(
        "SELECT 1 FROM outbox WHERE wanted > achieved AND NOT given_up AND due <= (SELECT slipway_now()) LIMIT 1");
    if (open.empty()) co_return std::vector<outbox_row>{};
    co_await db.run("SELECT pg_advisory_xact_lock(1279348293)");
    // Only the first rows are looked through: a lane with many of them is busy from now on, and the next look passes
    // it.
    const auto found = co_await db.run(
        "WITH clock AS MATERIALIZED (SELECT slipway_now() AS now), taken AS MATERIALIZED ("
        "SELECT jsonb_array_elements_text($2::jsonb) COLLATE \"C\" AS lane UNION ALL "
        "SELECT lane FROM outbox WHERE owner <> '' AND owner <> $1 AND leased_until > (SELECT now FROM clock) UNION "
        "ALL "
        "SELECT name FROM lane WHERE owner <> $1 AND rests_until > (SELECT now FROM clock)), "
        "first AS MATERIALIZED (SELECT key, lane, priority, due, number FROM outbox "
        "WHERE wanted > achieved AND NOT given_up AND due <= (SELECT now FROM clock) "
        "AND leased_until <= (SELECT now FROM clock) AND lane NOT IN (SELECT lane FROM taken) "
        "ORDER BY priority, due, number LIMIT $3 * 4), "
        "best AS MATERIALIZED (SELECT DISTINCT ON (lane) key, priority, due, number FROM first "
        "ORDER BY lane, priority, due, number), "
        "picked AS MATERIALIZED (SELECT key FROM outbox "
        "WHERE key IN (SELECT key FROM best ORDER BY priority, due, number LIMIT $3) FOR UPDATE SKIP LOCKED) "
        "UPDATE outbox SET owner = $1, fence = nextval('fence'), leased_until = (SELECT now FROM clock) + $4, "
        "tried = wanted FROM picked WHERE outbox.key = picked.key RETURNING " SLIPWAY_OUTBOX_COLUMNS,
        owner, list_of(busy_lanes), limit, lease.count());
    std::vector<int> order(static_cast<std::size_t>(found.count()));
    for (int row = 0; row < found.count(); ++row) order[static_cast<std::size_t>(row)] = row;
    std::ranges::sort(order, {}, [&](int row) {
        return std::tuple{found.number(row, 2), found.number(row, 12), found.number(row, 13)};
    });
    std::vector<outbox_row> leased;
    for (const int row : order) leased.push_back(row_of(found, row));
    co_return leased;
}

task<std::optional<outbox_row>> message_of(connection& db, std::string key) {
    const auto found = co_await db.run("SELECT " SLIPWAY_OUTBOX_COLUMNS " FROM outbox WHERE key = $1", key);
    if (found.empty()) co_return std::nullopt;
    co_return row_of(found, 0);
}

task<std::optional<instant>> next_message_due(connection& db) {
    const auto soonest =
        co_await db.run("SELECT min(greatest(due, leased_until)) FROM outbox WHERE wanted > achieved AND NOT given_up");
    if (soonest.is_null(0, 0)) co_return std::nullopt;
    co_return from_unix_ms(soonest.number(0, 0));
}

task<std::size_t> open_messages(connection& db) {
    const auto count = co_await db.run("SELECT count(*) FROM outbox WHERE wanted > achieved AND NOT given_up");
    co_return static_cast<std::size_t>(count.number(0, 0));
}

}  // namespace slipway::store::postgres

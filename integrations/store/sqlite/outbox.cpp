#include <algorithm>
#include <set>

#include "integrations/store/sqlite/tables.hpp"

namespace slipway::store::sqlite {
namespace {

// One text for all reads of a row, in the order that `row_of` takes it.
#define SLIPWAY_OUTBOX_COLUMNS \
    "key, lane, priority, body, wanted, achieved, attempted, attempts, receipt, last_error, given_up, fence"

outbox_row row_of(const query& found) {
    outbox_row row;
    row.key = found.text(0);
    row.lane = found.text(1);
    row.priority = static_cast<int>(found.number(2));
    row.body = object_of(found.text(3), "outbox row " + row.key);
    row.wanted = found.number(4);
    row.achieved = found.number(5);
    row.attempted = found.flag(6);
    row.attempted_at = from_unix_ms(found.number(6));
    row.attempts = static_cast<int>(found.number(7));
    row.receipt = object_of(found.text(8), "the receipt of outbox row " + row.key);
    row.last_error = found.text(9);
    row.given_up = found.flag(10);
    row.fence = found.number(11);
    return row;
}

/// Nobody's lease, or somebody else's by now: what the holder of `fence` must hear.
failure message_taken(const std::string& key) {
    return failure{errc::moved, "the lease on the message " + key + " went to somebody else: leave it to them"};
}

result<> settle_sent(connection& db, const outbox_settle& outcome) {
    std::string receipt;
    {
        query found{db, "SELECT receipt FROM outbox WHERE key = ? AND fence = ? AND owner <> ''", outcome.key,
                    outcome.fence};
        if (!found.next()) return message_taken(outcome.key);
        auto merged = object_of(found.text(0), "the receipt of outbox row " + outcome.key);
        for (const auto& [name, value] : outcome.receipt) merged[name] = value;
        receipt = json::serialize(merged);
    }
    db.run(
        "UPDATE outbox SET achieved = max(achieved, ?), receipt = ?, attempted = 0, attempts = 0, last_error = '', "
        "owner = '', leased_until = 0 WHERE key = ?",
        outcome.achieved, receipt, outcome.key);
    return {};
}

result<> settle_retry(connection& db, const outbox_settle& outcome, instant now) {
    // A body that was put meanwhile was not tried yet, but the other side's wish to be left alone holds for it too.
    const auto changed = db.run(
        "UPDATE outbox SET due = max(due, ?), attempts = attempts + 1, last_error = ?, attempted = iif(?, 0, "
        "attempted), "
        "owner = '', leased_until = 0 WHERE key = ? AND fence = ? AND owner <> ''",
        to_unix_ms(outcome.due.value_or(now)), outcome.error, outcome.surely_not_sent, outcome.key, outcome.fence);
    if (changed == 0) return message_taken(outcome.key);
    return {};
}

result<> settle_given_up(connection& db, const outbox_settle& outcome) {
    // Only what was tried is given up: a body put since the lease gets its own chance.
    const auto changed = db.run(
        "UPDATE outbox SET given_up = (wanted <= tried), attempts = iif(wanted <= tried, attempts + 1, 0), "
        "last_error = ?, owner = '', leased_until = 0 WHERE key = ? AND fence = ? AND owner <> ''",
        outcome.error, outcome.key, outcome.fence);
    if (changed == 0) return message_taken(outcome.key);
    return {};
}

}  // namespace

void put_message(connection& db, const outbox_put& wanted, instant now) {
    const auto body = json::serialize(wanted.body);
    const auto due = to_unix_ms(wanted.due.value_or(now));
    const auto inserted = db.run(
        "INSERT INTO outbox (key, lane, priority, body, due) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
        wanted.key, wanted.lane, wanted.priority, body, due);
    if (inserted != 0) return;
    // The right-hand sides see the row as it was. After a failure the agreed wait is kept, unless it was given up.
    db.run(
        "UPDATE outbox SET lane = ?2, priority = ?3, body = ?4, "
        "due = iif(attempts > 0 AND NOT (given_up AND body <> ?4), max(due, ?5), ?5), "
        "wanted = wanted + (body <> ?4 OR (?6 AND achieved >= wanted)), "
        "attempts = iif(given_up AND body <> ?4, 0, attempts), "
        "given_up = given_up AND body = ?4 "
        "WHERE key = ?1",
        wanted.key, wanted.lane, wanted.priority, body, due, wanted.again);
}

result<> settle_message(connection& db, const outbox_settle& outcome, instant now) {
    if (outcome.lane_rest > milliseconds{0})
        db.run(
            "INSERT INTO lane (name, owner, rests_until) "
            "SELECT lane, owner, ? FROM outbox WHERE key = ? AND fence = ? AND owner <> '' "
            "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, rests_until = excluded.rests_until",
            to_unix_ms(now + outcome.lane_rest), outcome.key, outcome.fence);
    switch (outcome.verdict) {
        case outbox_settle::how::sent:
            return settle_sent(db, outcome);
        case outbox_settle::how::retry:
            return settle_retry(db, outcome, now);
        case outbox_settle::how::give_up:
            break;
    }
    return settle_given_up(db, outcome);
}

result<> begin_send(connection& db, const std::string& key, std::int64_t fence, instant now) {
    // The column holds when the first send without a known outcome was begun; 0 = there is none.
    const auto changed = db.run(
        "UPDATE outbox SET attempted = iif(attempted = 0, ?, attempted) WHERE key = ? AND fence = ? AND owner <> ''",
        std::max<std::int64_t>(to_unix_ms(now), 1), key, fence);
    if (changed == 0) return message_taken(key);
    return {};
}

std::vector<outbox_row> lease_messages(connection& db, const std::string& owner, std::size_t limit, instant now,
                                       instant until, const std::vector<std::string>& busy_lanes) {
    std::vector<outbox_row> leased;
    {
        const auto busy = list_of(busy_lanes);
        query rows{db,
                   "SELECT " SLIPWAY_OUTBOX_COLUMNS
                   " FROM outbox WHERE wanted > achieved AND given_up = 0 AND due <= ?1 AND leased_until <= ?1 "
                   "AND lane NOT IN (SELECT value FROM json_each(?2)) "
                   "AND NOT EXISTS (SELECT 1 FROM outbox AS held WHERE held.lane = outbox.lane "
                   "AND held.owner <> '' AND held.owner <> ?3 AND held.leased_until > ?1) "
                   "AND NOT EXISTS (SELECT 1 FROM lane AS resting WHERE resting.name = outbox.lane "
                   "AND resting.owner <> ?3 AND resting.rests_until > ?1) "
                   "ORDER BY priority, due, number",
                   to_unix_ms(now), busy, owner};
        std::set<std::string> lanes;
        // A lane may hold thousands of rows; the JSON of those behind its best one is not unpacked for nothing.
        while (leased.size() < limit && rows.next())
            if (lanes.insert(rows.text(1)).second) leased.push_back(row_of(rows));
    }
    for (auto& row : leased) {
        row.fence = next_fence(db);
        db.run("UPDATE outbox SET owner = ?, fence = ?, leased_until = ?, tried = wanted WHERE key = ?", owner,
               row.fence, to_unix_ms(until), row.key);
    }
    return leased;
}

std::optional<outbox_row> message_of(connection& db, const std::string& key) {
    query found{db, "SELECT " SLIPWAY_OUTBOX_COLUMNS " FROM outbox WHERE key = ?", key};
    if (!found.next()) return std::nullopt;
    return row_of(found);
}

std::optional<instant> next_message_due(connection& db) {
    query soonest{db, "SELECT min(max(due, leased_until)) FROM outbox WHERE wanted > achieved AND given_up = 0"};
    if (!soonest.next() || soonest.is_null(0)) return std::nullopt;
    return from_unix_ms(soonest.number(0));
}

std::size_t open_messages(connection& db) {
    query count{db, "SELECT count(*) FROM outbox WHERE wanted > achieved AND given_up = 0"};
    return count.next() ? static_cast<std::size_t>(count.number(0)) : 0;
}

}  // namespace slipway::store::sqlite

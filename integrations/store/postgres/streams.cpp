#include "integrations/store/event_chain.hpp"
#include "integrations/store/postgres/refusal.hpp"
#include "integrations/store/postgres/tables.hpp"

namespace slipway::store::postgres {
namespace {

struct head {
    std::int64_t number = 0;  ///< the stream's row; 0 = there is none
    std::int64_t version = 0;
    std::string hash;
};

/// Locks the row: whoever appends next waits until this transaction ends, and then sees what it wrote.
task<head> head_of(connection& db, const std::string& stream) {
    const auto found = co_await db.run("SELECT number, version, hash FROM stream WHERE name = $1 FOR UPDATE", stream);
    if (found.empty()) co_return head{};
    head at;
    at.number = found.number(0, 0);
    at.version = found.number(0, 1);
    at.hash = found.text(0, 2);
    co_return at;
}

failure not_there(const std::string& stream, std::int64_t version, std::int64_t expected) {
    return {errc::moved, "the journal " + stream + " stands at version " + std::to_string(version) +
                             ", not at the expected " + std::to_string(expected) + ": read it again and decide again"};
}

task<> write(connection& db, head& at, const std::string& stream, const new_event& event) {
    // Hashed as it will be read: a column holds no broken UTF-8.
    const auto type = storable(event.type), actor = storable(event.actor), cause = storable(event.cause);
    const auto data = storable(canonical(event.data));
    const chain_link link{at.hash, stream, at.version + 1, type, data, actor, cause, event.at};
    auto hash = hash_of(link);
    co_await db.run(
        "INSERT INTO event (stream, version, type, data, actor, cause, at, hash) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        at.number, link.version, type, data, actor, cause, to_unix_ms(event.at), hash);
    at.version = link.version;
    at.hash = std::move(hash);
}

failure broken(const std::string& stream, std::int64_t version, const std::string& how) {
    return {errc::refused, "event " + std::to_string(version) + " of the journal " + stream + " " + how +
                               ": somebody changed the database; compare it with a backup"};
}

}  // namespace

task<result<>> append_events(connection& db, const append& wanted) {
    const auto stream = storable(wanted.stream);
    auto at = co_await head_of(db, stream);
    if (at.version != wanted.expected_version) co_return not_there(stream, at.version, wanted.expected_version);
    if (wanted.events.empty()) co_return result<>{};
    if (at.number == 0) {
        const auto created = co_await db.run(
            "INSERT INTO stream (name, version, hash) VALUES ($1, 0, '') ON CONFLICT (name) DO NOTHING "
            "RETURNING number",
            stream);
        if (created.empty())
            co_return failure{errc::moved,
                              "the journal " + stream + " was begun by somebody else: read it and decide again"};
        at.number = created.number(0, 0);
    }
    for (const auto& event : wanted.events) co_await write(db, at, stream, event);
    co_await db.run("UPDATE stream SET version = $1, hash = $2 WHERE number = $3", at.version, at.hash, at.number);
    co_return result<>{};
}

task<std::vector<stored_event>> read_events(connection& db, std::string stream, std::int64_t after_version) {
    const auto found = co_await db.run(
        "SELECT version, type, data, actor, cause, at, hash FROM event "
        "WHERE stream = (SELECT number FROM stream WHERE name = $1) AND version > $2 ORDER BY version",
        stream, after_version);
    std::vector<stored_event> all(static_cast<std::size_t>(found.count()));
    for (int row = 0; row < found.count(); ++row) {
        auto& each = all[static_cast<std::size_t>(row)];
        each.stream = stream;
        each.version = found.number(row, 0);
        each.event.type = found.text(row, 1);
        each.event.data = object_of(found.text(row, 2), "event " + std::to_string(each.version) + " of " + stream);
        each.event.actor = found.text(row, 3);
        each.event.cause = found.text(row, 4);
        each.event.at = from_unix_ms(found.number(row, 5));
        each.hash = found.text(row, 6);
    }
    co_return all;
}

task<std::vector<std::string>> stream_names(connection& db, std::string prefix) {
    const auto found = co_await db.run("SELECT name FROM stream WHERE starts_with(name, $1) ORDER BY number", prefix);
    std::vector<std::string> all;
    for (int row = 0; row < found.count(); ++row) all.push_back(found.text(row, 0));
    co_return all;
}

task<result<>> verify_stream(connection& db, std::string stream) {
    const auto newest = co_await db.run("SELECT number, version, hash FROM stream WHERE name = $1", stream);
    const auto number = newest.empty() ? 0 : newest.number(0, 0);
    const auto last = newest.empty() ? 0 : newest.number(0, 1);
    const auto ending = newest.empty() ? std::string{} : newest.text(0, 2);
    const auto found = co_await db.run(
        "SELECT version, type, data, actor, cause, at, hash FROM event WHERE stream = $1 ORDER BY version", number);
    std::string hash;
    for (int row = 0; row < found.count(); ++row) {
        const auto version = std::int64_t{row} + 1;
        if (found.number(row, 0) != version) co_return broken(stream, version, "is missing");
        const auto type = found.text(row, 1), data = found.text(row, 2), actor = found.text(row, 3),
                   cause = found.text(row, 4);
        const chain_link link{hash, stream, version, type, data, actor, cause, from_unix_ms(found.number(row, 5))};
        auto expected = hash_of(link);
        if (expected != found.text(row, 6)) co_return broken(stream, version, "does not fit its hash");
        hash = std::move(expected);
    }
    if (found.count() < last) co_return broken(stream, std::int64_t{found.count()} + 1, "is missing");
    if (hash != ending) co_return broken(stream, found.count(), "is not the one the journal ends with");
    co_return result<>{};
}

}  // namespace slipway::store::postgres

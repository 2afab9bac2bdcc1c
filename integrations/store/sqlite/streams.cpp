#include <optional>

#include "integrations/store/event_chain.hpp"
#include "integrations/store/sqlite/tables.hpp"

namespace slipway::store::sqlite {
namespace {

struct head {
    std::int64_t number = 0;  ///< the stream's row; 0 = there is none
    std::int64_t version = 0;
    std::string hash;
};

head head_of(connection& db, const std::string& stream) {
    query found{db, "SELECT number, version, hash FROM stream WHERE name = ?", stream};
    if (!found.next()) return {};
    return {found.number(0), found.number(1), found.text(2)};
}

std::int64_t create(connection& db, const std::string& stream) {
    query created{db, "INSERT INTO stream (name, version, hash) VALUES (?, 0, '') RETURNING number", stream};
    const auto number = created.next() ? created.number(0) : 0;
    while (created.next()) {
    }
    return number;
}

void write(connection& db, head& at, const std::string& stream, const new_event& event) {
    const auto data = canonical(event.data);
    const chain_link link{at.hash, stream, at.version + 1, event.type, data, event.actor, event.cause, event.at};
    auto hash = hash_of(link);
    db.run("INSERT INTO event (stream, version, type, data, actor, cause, at, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
           at.number, link.version, event.type, data, event.actor, event.cause, to_unix_ms(event.at), hash);
    at.version = link.version;
    at.hash = std::move(hash);
}

failure broken(const std::string& stream, std::int64_t version, std::string_view how) {
    return failure{errc::refused, "event " + std::to_string(version) + " of the journal " + stream + " " +
                                      std::string{how} + ": somebody changed the database; compare it with a backup"};
}

}  // namespace

result<> append_events(connection& db, const append& wanted) {
    auto at = head_of(db, wanted.stream);
    if (at.version != wanted.expected_version)
        return failure{errc::moved, "the journal " + wanted.stream + " stands at version " +
                                        std::to_string(at.version) + ", not at the expected " +
                                        std::to_string(wanted.expected_version) + ": read it again and decide again"};
    if (wanted.events.empty()) return {};
    if (at.number == 0) at.number = create(db, wanted.stream);
    for (const auto& event : wanted.events) write(db, at, wanted.stream, event);
    db.run("UPDATE stream SET version = ?, hash = ? WHERE number = ?", at.version, at.hash, at.number);
    return {};
}

std::vector<stored_event> read_events(connection& db, const std::string& stream, std::int64_t after_version) {
    std::vector<stored_event> all;
    query rows{db,
               "SELECT version, type, data, actor, cause, at, hash FROM event "
               "WHERE stream = (SELECT number FROM stream WHERE name = ?) AND version > ? ORDER BY version",
               stream, after_version};
    while (rows.next()) {
        auto& each = all.emplace_back();
        each.stream = stream;
        each.version = rows.number(0);
        each.event.type = rows.text(1);
        each.event.data = object_of(rows.text(2), "event " + std::to_string(each.version) + " of " + stream);
        each.event.actor = rows.text(3);
        each.event.cause = rows.text(4);
        each.event.at = from_unix_ms(rows.number(5));
        each.hash = rows.text(6);
    }
    return all;
}

std::vector<std::string> stream_names(connection& db, const std::string& prefix) {
    std::vector<std::string> all;
    query rows{db, "SELECT name FROM stream WHERE substr(name, 1, length(?1)) = ?1 ORDER BY number", prefix};
    while (rows.next()) all.push_back(rows.text(0));
    return all;
}

result<> verify_stream(connection& db, const std::string& stream) {
    const auto newest = head_of(db, stream);
    std::int64_t version = 0;
    std::string hash;
    query rows{db, "SELECT version, type, data, actor, cause, at, hash FROM event WHERE stream = ? ORDER BY version",
               newest.number};
    while (rows.next()) {
        if (rows.number(0) != version + 1) return broken(stream, version + 1, "is missing");
        ++version;
        const auto type = rows.text(1), data = rows.text(2), actor = rows.text(3), cause = rows.text(4);
        const auto at = from_unix_ms(rows.number(5));
        const chain_link link{hash, stream, version, type, data, actor, cause, at};
        auto expected = hash_of(link);
        if (expected != rows.text(6)) return broken(stream, version, "does not fit its hash");
        hash = std::move(expected);
    }
    if (version < newest.version) return broken(stream, version + 1, "is missing");
    if (hash != newest.hash) return broken(stream, version, "is not the one the journal ends with");
    return {};
}

}  // namespace slipway::store::sqlite

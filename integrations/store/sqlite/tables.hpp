// What can be done to each table, as plain functions inside a transaction that somebody else began. Every one may
// throw `trouble` (connection.hpp); a result is what the store's caller can act on.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "integrations/store/sqlite/connection.hpp"
#include "integrations/store/store.hpp"

namespace slipway::store::sqlite {

/// The object in a text column; `where` names the row should the text be damaged (throws std::runtime_error).
json::object object_of(const std::string& text, std::string_view where);
/// The next fencing number of this database: never given twice.
std::int64_t next_fence(connection& db);
/// A JSON array of the texts, for `IN (SELECT value FROM json_each(?))`.
std::string list_of(const std::vector<std::string>& texts);

// streams.cpp
result<> append_events(connection& db, const append& wanted);
std::vector<stored_event> read_events(connection& db, const std::string& stream, std::int64_t after_version);
std::vector<std::string> stream_names(connection& db, const std::string& prefix);
result<> verify_stream(connection& db, const std::string& stream);

// inbox.cpp
arrival receive_envelope(connection& db, const envelope& incoming);
std::vector<envelope> unhandled_envelopes(connection& db, const std::string& source);
/// See store::adopt.
std::vector<envelope> adopt_envelopes(connection& db, const std::string& source, const std::string& owner, instant now);
void mark_handled(connection& db, const document_key& which);
void forget_envelopes(connection& db, instant before);

// outbox.cpp
void put_message(connection& db, const outbox_put& wanted, instant now);
result<> settle_message(connection& db, const outbox_settle& outcome, instant now);
result<> begin_send(connection& db, const std::string& key, std::int64_t fence, instant now);
std::vector<outbox_row> lease_messages(connection& db, const std::string& owner, std::size_t limit, instant now,
                                       instant until, const std::vector<std::string>& busy_lanes);
std::optional<outbox_row> message_of(connection& db, const std::string& key);
std::optional<instant> next_message_due(connection& db);
std::size_t open_messages(connection& db);

// work.cpp
void put_work(connection& db, const work_put& wanted);
result<> finish_work(connection& db, const work_done& done);
void drop_work(connection& db, const std::string& id);
std::vector<work_row> lease_work(connection& db, const std::string& owner, const std::vector<std::string>& kinds,
                                 std::size_t limit, instant now, instant until);
result<> renew_work(connection& db, const std::string& id, std::int64_t fence, instant until);
void forget_leases(connection& db);
std::vector<work_row> every_work(connection& db);
std::optional<instant> next_work_due(connection& db, const std::vector<std::string>& kinds);

// documents.cpp
void put_document(connection& db, const document& wanted);
void forget_document(connection& db, const document_key& which);
std::optional<json::object> document_of(connection& db, const std::string& collection, const std::string& id);
std::vector<document> documents_in(connection& db, const std::string& collection);
result<> take_claim(connection& db, const claim& wanted);
void release_claim(connection& db, const claim& held);
std::optional<std::string> holder_of(connection& db, const std::string& name);
std::vector<claim> all_claims(connection& db);

// members.cpp
void announce_member(connection& db, const std::string& name, const json::object& about, instant now, instant until);
void forget_member(connection& db, const std::string& name);
std::vector<member> all_members(connection& db, instant now);
/// Of work and messages, whatever the time.
std::vector<holding> all_leases(connection& db, instant now);

// commit.cpp
result<> apply(connection& db, const batch& changes, instant now);

}  // namespace slipway::store::sqlite

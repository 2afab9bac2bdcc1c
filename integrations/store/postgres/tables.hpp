// What can be done to each table, as tasks inside a transaction that somebody else began. Every one may throw `trouble`
// (connection.hpp); a result is what the store's caller can act on. References outlive the task: they are the job's.
// The server's clock is asked by slipway_now(), so no moment travels.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "integrations/store/postgres/connection.hpp"
#include "integrations/store/store.hpp"

namespace slipway::store::postgres {

/// The object in a text column; `where` names the row should the text be damaged (throws std::runtime_error).
json::object object_of(const std::string& text, const std::string& where);
/// A JSON array of the texts, for jsonb_array_elements_text.
std::string list_of(const std::vector<std::string>& texts);

// streams.cpp
task<result<>> append_events(connection& db, const append& wanted);
task<std::vector<stored_event>> read_events(connection& db, std::string stream, std::int64_t after_version);
task<std::vector<std::string>> stream_names(connection& db, std::string prefix);
task<result<>> verify_stream(connection& db, std::string stream);

// inbox.cpp
task<arrival> receive_envelope(connection& db, const envelope& incoming);
task<std::vector<envelope>> unhandled_envelopes(connection& db, std::string source);
task<std::vector<envelope>> adopt_envelopes(connection& db, std::string source, std::string owner);
task<> mark_handled(connection& db, const document_key& which);
task<> forget_envelopes(connection& db, instant before);

// outbox.cpp
task<> put_message(connection& db, const outbox_put& wanted);
task<result<>> settle_message(connection& db, const outbox_settle& outcome);
task<result<>> begin_send(connection& db, std::string key, std::int64_t fence);
task<std::vector<outbox_row>> lease_messages(connection& db, std::string owner, std::size_t limit, milliseconds lease,
                                             std::vector<std::string> busy_lanes);
task<std::optional<outbox_row>> message_of(connection& db, std::string key);
task<std::optional<instant>> next_message_due(connection& db);
task<std::size_t> open_messages(connection& db);

// work.cpp
task<> put_work(connection& db, const work_put& wanted);
task<result<>> finish_work(connection& db, const work_done& done);
task<> drop_work(connection& db, std::string id);
task<std::vector<work_row>> lease_work(connection& db, std::string owner, std::vector<std::string> kinds,
                                       std::size_t limit, milliseconds lease);
task<result<>> renew_work(connection& db, std::string id, std::int64_t fence, milliseconds lease);
task<std::vector<work_row>> every_work(connection& db);
task<std::optional<instant>> next_work_due(connection& db, std::vector<std::string> kinds);

// documents.cpp
task<> put_document(connection& db, const document& wanted);
task<> forget_document(connection& db, const document_key& which);
task<std::optional<json::object>> document_of(connection& db, std::string collection, std::string id);
task<std::vector<document>> documents_in(connection& db, std::string collection);
task<result<>> take_claim(connection& db, const claim& wanted);
task<> release_claim(connection& db, const claim& held);
task<std::optional<std::string>> holder_of(connection& db, std::string name);
task<std::vector<claim>> all_claims(connection& db);

// members.cpp
task<> announce_member(connection& db, std::string name, const json::object& about, milliseconds lease);
task<> forget_member(connection& db, std::string name);
task<std::vector<member>> all_members(connection& db);
task<std::vector<holding>> all_leases(connection& db);
task<> forget_leases(connection& db);

// commit.cpp
task<result<>> apply(connection& db, const batch& changes);

}  // namespace slipway::store::postgres

#include "integrations/store/postgres/tables.hpp"

namespace slipway::store::postgres {
namespace {

/// What ends: leases, messages under way, names, documents, envelopes.
task<result<>> apply_endings(connection& db, const batch& changes) {
    for (const auto& each : changes.settled) {
        const auto done = co_await settle_message(db, each);
        if (!done) co_return done.error();
    }
    for (const auto& each : changes.finished) {
        const auto done = co_await finish_work(db, each);
        if (!done) co_return done.error();
    }
    for (const auto& id : changes.dropped_work) co_await drop_work(db, id);
    for (const auto& each : changes.released) co_await release_claim(db, each);
    for (const auto& each : changes.forgotten) co_await forget_document(db, each);
    for (const auto& each : changes.handled) co_await mark_handled(db, each);
    co_return result<>{};
}

task<> apply_beginnings(connection& db, const batch& changes) {
    for (const auto& each : changes.outbox) co_await put_message(db, each);
    for (const auto& each : changes.work) co_await put_work(db, each);
    for (const auto& each : changes.documents) co_await put_document(db, each);
}

}  // namespace

// What can be refused comes first; what ends comes before what begins, so that a row may be finished and put again,
// and a name handed over, in one batch.
task<result<>> apply(connection& db, const batch& changes) {
    for (const auto& each : changes.appends) {
        const auto appended = co_await append_events(db, each);
        if (!appended) co_return appended.error();
    }
    const auto ended = co_await apply_endings(db, changes);
    if (!ended) co_return ended.error();
    for (const auto& each : changes.claims) {
        const auto claimed = co_await take_claim(db, each);
        if (!claimed) co_return claimed.error();
    }
    co_await apply_beginnings(db, changes);
    co_return result<>{};
}

}  // namespace slipway::store::postgres

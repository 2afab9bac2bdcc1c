#include "integrations/store/sqlite/tables.hpp"

namespace slipway::store::sqlite {
namespace {

/// Applies `one` to each until one is refused.
template <class Items, class One>
result<> each_of(const Items& items, One one) {
    for (const auto& item : items) {
        auto done = one(item);
        if (!done) return done;
    }
    return {};
}

/// What ends: leases, messages under way, names, documents, envelopes.
result<> apply_endings(connection& db, const batch& changes, instant now) {
    auto settled = each_of(changes.settled, [&](const auto& each) { return settle_message(db, each, now); });
    if (!settled) return settled;
    auto finished = each_of(changes.finished, [&](const auto& each) { return finish_work(db, each); });
    if (!finished) return finished;
    for (const auto& id : changes.dropped_work) drop_work(db, id);
    for (const auto& each : changes.released) release_claim(db, each);
    for (const auto& each : changes.forgotten) forget_document(db, each);
    for (const auto& each : changes.handled) mark_handled(db, each);
    return {};
}

void apply_beginnings(connection& db, const batch& changes, instant now) {
    for (const auto& each : changes.outbox) put_message(db, each, now);
    for (const auto& each : changes.work) put_work(db, each);
    for (const auto& each : changes.documents) put_document(db, each);
}

}  // namespace

// What can be refused comes first; what ends comes before what begins, so that a row may be finished and put again,
// and a name handed over, in one batch.
result<> apply(connection& db, const batch& changes, instant now) {
    auto appended = each_of(changes.appends, [&](const auto& each) { return append_events(db, each); });
    if (!appended) return appended;
    auto ended = apply_endings(db, changes, now);
    if (!ended) return ended;
    auto claimed = each_of(changes.claims, [&](const auto& each) { return take_claim(db, each); });
    if (!claimed) return claimed;
    apply_beginnings(db, changes, now);
    return {};
}

}  // namespace slipway::store::sqlite

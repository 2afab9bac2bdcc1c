// What is inside a report: errors into the queue, everything else counted at once.
#include <algorithm>

#include "bot/http/ingest.hpp"
#include "bot/http/ingest_answers.hpp"
#include "bot/http/ingest_visit.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/telemetry/protocol/reports.hpp"

namespace slipway::bot {
namespace {

constexpr std::size_t largest_report = 100U << 10U;  // bytes of a client report or session list worth reading

}  // namespace

result<> ingest::read_envelope(visit& here) {
    const auto found = telemetry::parse_envelope(here.body);
    if (!found) return found.error();
    here.event_id = found->event_id;
    here.sent_at = found->sent_at;
    for (const auto& item : found->items) take_item(here, item);
    if (found->cut) ++counts_.cut_short;
    return {};
}

result<> ingest::read_store(visit& here) {
    telemetry::event_context context{.received = here.now, .sent_at = {}, .event_id = {}};
    const auto found = telemetry::read_event(here.body, context);
    if (!found) return found.error();
    here.event_id = found->id;  // "" is given one
    take_event(here, here.body);
    return {};
}

void ingest::take_item(visit& here, const telemetry::envelope_item& item) {
    if (item.type == "event") return take_event(here, item.payload);
    ++counts_.other_items;
    telemetry::traffic more;
    auto where = here.at->key.leads_to;
    if (item.type == "client_report" && item.payload.size() <= largest_report) {
        more.client_reports = 1;
        if (const auto report = telemetry::read_client_report(item.payload))
            more.suppressed = report->suppressed_errors();
    } else if (item.type == "session" || item.type == "sessions") {
        const auto counted = item.payload.size() <= largest_report
                                 ? telemetry::read_sessions(item.type, item.payload)
                                 : result<telemetry::session_count>{telemetry::session_count{}};
        if (!counted) return;
        more.sessions = std::max<std::uint64_t>(1, counted->started);  // the end of a session is a sign of life, too
        if (!counted->environment.empty()) where.environment = counted->environment;
    } else {
        more.transactions = 1;
    }
    ledger_.record(where, more, here.now);
}

void ingest::take_event(visit& here, std::string_view payload) {
    here.storm = !here.at->events.take(here.now) || here.at->events.is_empty() || here.storm;
    if (payload.size() > settings_.largest_event) {
        here.too_large = true;
        return count_only(*here.at, here.now);
    }
    if (here.event_id.empty()) here.event_id = random_hex(16);
    auto kept = telemetry::essence_of(payload);
    make_room_for(kept.text.size());
    ++counts_.events;
    queued_bytes_ += kept.text.size();
    queue_.push_back({.from = here.at,
                      .report = std::move(kept),
                      .context = {.received = here.now, .sent_at = here.sent_at, .event_id = here.event_id}});
    news_.cancel();
}

/// A full queue makes the sender wait for the oldest errors in it: slower answers, but no error is lost or miscounted.
void ingest::make_room_for(std::size_t bytes) {
    const auto is_full = [&] {
        return queue_.size() >= settings_.most_queued || queued_bytes_ + bytes > settings_.most_queued_bytes;
    };
    while (!queue_.empty() && is_full()) group_some(1);
}

void ingest::count_only(const door& from, instant at) {
    ++counts_.ungrouped;
    telemetry::traffic more;
    more.errors = more.ungrouped = 1;
    ledger_.record(from.key.leads_to, more, at);
}

}  // namespace slipway::bot

#include "integrations/telemetry/protocol/reports.hpp"

#include <algorithm>

#include "integrations/telemetry/protocol/text.hpp"

namespace slipway::telemetry {
namespace {

constexpr std::size_t most_entries = 200;

result<json::object> object_of(std::string_view payload) {
    auto parsed = text::parse_lenient(payload);
    if (!parsed) return parsed.error();
    if (!parsed->is_object()) return failure{errc::invalid, "the item is not a JSON object"};
    return std::move(parsed->get_object());
}

/// Not negative, and never so much that sums could overflow.
std::uint64_t quantity(const json::object& of, std::string_view name) {
    return static_cast<std::uint64_t>(std::max(0, text::whole(of.if_contains(name), 0)));
}

void add_session(const json::object& one, session_count& into) {
    const auto status = text_at(one, "status");
    if (flag_at(one, "init")) into.started += 1;
    if (status == "crashed" || status == "abnormal") into.crashed += 1;
}

void add_aggregate(const json::object& one, session_count& into) {
    const auto crashed = quantity(one, "crashed") + quantity(one, "abnormal");
    into.started += quantity(one, "exited") + quantity(one, "errored") + crashed;
    into.crashed += crashed;
}

}  // namespace

std::uint64_t client_report::suppressed_errors() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& each : entries) {
        const bool by_load =
            each.reason == "ratelimit_backoff" || each.reason == "queue_overflow" || each.reason == "network_error";
        if (by_load && (each.category == "error" || each.category == "default")) sum += each.quantity;
    }
    return sum;
}

result<client_report> read_client_report(std::string_view payload) {
    const auto body = object_of(payload);
    if (!body) return body.error();
    client_report found;
    for (const auto& each : array_at(*body, "discarded_events")) {
        const auto* entry = each.if_object();
        if (entry == nullptr || found.entries.size() == most_entries) continue;
        found.entries.push_back({.reason = text::scalar(entry->if_contains("reason"), 64),
                                 .category = text::scalar(entry->if_contains("category"), 64),
                                 .quantity = quantity(*entry, "quantity")});
    }
    return found;
}

result<session_count> read_sessions(std::string_view type, std::string_view payload) {
    const auto body = object_of(payload);
    if (!body) return body.error();
    session_count found;
    found.release = printable(text_at(*body, "attrs.release"), 200);
    found.environment = printable(text_at(*body, "attrs.environment"), 64);
    if (type == "session") add_session(*body, found);
    for (const auto& each : array_at(*body, "aggregates"))
        if (const auto* one = each.if_object()) add_aggregate(*one, found);
    return found;
}

}  // namespace slipway::telemetry

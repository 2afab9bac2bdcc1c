// The ledger as one document, and back. A damaged document gives what is readable: errors are no reason not to start.
#include <algorithm>

#include "integrations/telemetry/ledger.hpp"
#include "integrations/telemetry/ledger_state.hpp"

namespace slipway::telemetry {
namespace {

constexpr std::int64_t format_version = 1;

json::array write_points(const std::vector<point>& points) {
    json::array flat;
    flat.reserve(points.size() * 2);
    for (const auto& each : points) {
        flat.emplace_back(each.at);
        flat.emplace_back(each.count);
    }
    return flat;
}

json::object write_series(const count_series& from) {
    return {{"project", from.where.project}, {"environment", from.where.environment},
            {"release", from.release},       {"group", from.group},
            {"server", from.server},         {"points", write_points(from.points)}};
}

json::object write_group(const group_entry& from) {
    json::array samples;
    for (const auto& each : from.samples)
        samples.push_back(json::object{{"release", each.release}, {"event", each.text}});
    const auto& record = from.record;
    return {{"project", from.where.project},
            {"environment", from.where.environment},
            {"hash", record.hash},
            {"title", record.title.raw()},
            {"culprit", record.culprit.raw()},
            {"level", static_cast<int>(record.level)},
            {"first_seen", to_unix_ms(record.first_seen)},
            {"last_seen", to_unix_ms(record.last_seen)},
            {"first_release", record.first_release},
            {"total", record.total},
            {"samples", std::move(samples)}};
}

json::object write_sums(const place& where, const std::map<minute, traffic>& sums) {
    json::array rows;
    for (const auto& [at, of] : sums)
        rows.push_back(
            json::array{at, of.errors, of.ungrouped, of.suppressed, of.sessions, of.transactions, of.client_reports});
    return {{"project", where.project}, {"environment", where.environment}, {"minutes", std::move(rows)}};
}

std::uint64_t natural(const json::array& row, std::size_t index) {
    const auto* found = row.if_contains(index);
    if (found == nullptr) return 0;
    json::error_code error;
    const auto value = found->to_number<std::uint64_t>(error);
    return error ? 0 : value;
}

place read_place(const json::object& from) {
    return {text_at(from, "project"), text_at(from, "environment")};
}

void read_series(const json::object& from, series_table& into) {
    const auto& points = array_at(from, "points");
    for (std::size_t i = 0; i + 1 < points.size(); i += 2)
        if (const auto count = static_cast<std::uint32_t>(natural(points, i + 1)); count > 0)
            into.add(read_place(from), text_at(from, "release"), text_at(from, "group"), text_at(from, "server"),
                     {.at = static_cast<minute>(natural(points, i)), .count = count});
}

group_entry read_group(const json::object& from) {
    group_entry made;
    made.where = read_place(from);
    auto& record = made.record;
    record.hash = text_at(from, "hash");
    record.title = untrusted{text_at(from, "title")};
    record.culprit = untrusted{text_at(from, "culprit")};
    const auto level = number_at(from, "level", static_cast<int>(severity::error));
    record.level = static_cast<severity>(std::clamp<std::int64_t>(level, 0, static_cast<int>(severity::fatal)));
    record.first_seen = from_unix_ms(number_at(from, "first_seen"));
    record.last_seen = from_unix_ms(number_at(from, "last_seen"));
    record.first_release = text_at(from, "first_release");
    record.total = static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_at(from, "total")));
    for (const auto& each : array_at(from, "samples"))
        made.samples.push_back({.release = text_at(each, "release"), .text = text_at(each, "event")});
    return made;
}

/// The group as two ledgers know it.
group_entry together(group_entry one, const group_entry& other, std::size_t most_samples) {
    auto& record = one.record;
    if (other.record.first_seen < record.first_seen) {
        record.first_seen = other.record.first_seen;
        record.first_release = other.record.first_release;
    }
    record.last_seen = std::max(record.last_seen, other.record.last_seen);
    record.level = std::max(record.level, other.record.level);
    record.total += other.record.total;
    for (const auto& each : other.samples) {
        const auto same = [&](const auto& kept) { return kept.release == each.release; };
        if (static_cast<std::size_t>(std::ranges::count_if(one.samples, same)) < most_samples)
            one.samples.push_back(each);
    }
    return one;
}

traffic read_sums(const json::array& row) {
    traffic made;
    made.errors = natural(row, 1);
    made.ungrouped = natural(row, 2);
    made.suppressed = natural(row, 3);
    made.sessions = natural(row, 4);
    made.transactions = natural(row, 5);
    made.client_reports = natural(row, 6);
    return made;
}

}  // namespace

json::object error_ledger::save() const {
    json::array counts, groups, sums;
    for (const auto& each : state_->counts.all()) counts.push_back(write_series(each));
    for (const auto& each : state_->groups.all()) groups.push_back(write_group(each));
    for (const auto& [where, minutes] : state_->sums) sums.push_back(write_sums(where, minutes));
    return {{"version", format_version},
            {"newest", state_->newest},
            {"series", std::move(counts)},
            {"groups", std::move(groups)},
            {"sums", std::move(sums)}};
}

void error_ledger::load(const json::object& saved) {
    *state_ = state{state_->limits};
    add(saved);
}

void error_ledger::add(const json::object& saved) {
    if (number_at(saved, "version") != format_version) return;
    const auto newest = static_cast<minute>(std::clamp<std::int64_t>(number_at(saved, "newest"), 0, minute(-1)));
    state_->newest = std::max(state_->newest, newest);
    for (const auto& each : array_at(saved, "series"))
        if (const auto* one = each.if_object()) read_series(*one, state_->counts);
    for (const auto& each : array_at(saved, "groups"))
        if (const auto* one = each.if_object(); one != nullptr && !text_at(*one, "hash").empty()) {
            auto group = read_group(*one);
            if (const auto* known = state_->groups.find(group.where, group.record.hash))
                group = together(*known, group, state_->limits.samples_per_release);
            state_->groups.put(std::move(group));
        }
    for (const auto& each : array_at(saved, "sums")) {
        const auto* one = each.if_object();
        if (one == nullptr) continue;
        for (const auto& row : array_at(*one, "minutes"))
            if (const auto* minutes = row.if_array(); minutes != nullptr && !minutes->empty())
                add_up(state_->sums_at(state_->bounded(read_place(*one)), static_cast<minute>(natural(*minutes, 0))),
                       read_sums(*minutes));
    }
}

}  // namespace slipway::telemetry

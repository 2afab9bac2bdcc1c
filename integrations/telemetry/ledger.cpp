#include "integrations/telemetry/ledger.hpp"

#include <algorithm>

#include "integrations/telemetry/ledger_state.hpp"

namespace slipway::telemetry {
namespace {

constexpr std::size_t most_places = 256;
constexpr minute longest_window = 45 * 24 * 60;

struct minutes_of {
    explicit minutes_of(window when)
        : from{minute_of(when.from)}, to{std::clamp(minute_of(when.to), from, from + longest_window)} {}
    bool holds(minute at) const noexcept { return at >= from && at < to; }
    minute from, to;
};

/// Calls `each(series, point)` for every count of the selection within the window.
template <class Each>
void visit(const series_table& counts, const selection& of, const minutes_of& when, Each each) {
    for (const auto& one : counts.all()) {
        if (!one.fits(of)) continue;
        auto here = std::ranges::lower_bound(one.points, when.from, {}, &point::at);
        for (; here != one.points.end() && here->at < when.to; ++here) each(one, *here);
    }
}

}  // namespace

void add_up(traffic& to, const traffic& more) {
    to.errors += more.errors;
    to.ungrouped += more.ungrouped;
    to.suppressed += more.suppressed;
    to.sessions += more.sessions;
    to.transactions += more.transactions;
    to.client_reports += more.client_reports;
}

place error_ledger::state::bounded(const place& where) {
    if (sums.contains(where) || sums.size() < most_places) return where;
    return {where.project, std::string{other}};
}

traffic& error_ledger::state::sums_at(const place& where, minute at) {
    return sums[where][at];
}

minute error_ledger::state::oldest_kept() const noexcept {
    const auto keep = static_cast<minute>(limits.keep.count());
    return newest > keep ? newest - keep : 0;
}

error_ledger::error_ledger(ledger_limits limits) : state_{std::make_unique<state>(limits)} {}
error_ledger::~error_ledger() = default;

void error_ledger::record(const place& reported, const event& what, const group& as, std::uint32_t times) {
    const auto where = state_->bounded(reported);
    const auto at = minute_of(what.at);
    ++state_->revision;
    state_->newest = std::max(state_->newest, at);
    state_->groups.see(where, what, as, times);
    if (at < state_->oldest_kept() || times == 0) return;
    state_->sums_at(where, at).errors += times;
    state_->counts.add(where, what.release, as.hash, what.server_name, {.at = at, .count = times});
}

void error_ledger::record(const place& reported, const traffic& more, instant at) {
    ++state_->revision;
    state_->newest = std::max(state_->newest, minute_of(at));
    add_up(state_->sums_at(state_->bounded(reported), minute_of(at)), more);
}

std::vector<std::uint32_t> error_ledger::per_minute(const selection& of, window when) const {
    const minutes_of range{when};
    std::vector<std::uint32_t> counts(range.to - range.from);
    visit(state_->counts, of, range, [&](const count_series&, point one) { counts[one.at - range.from] += one.count; });
    return counts;
}

std::uint64_t error_ledger::count(const selection& of, window when) const {
    std::uint64_t sum = 0;
    visit(state_->counts, of, minutes_of{when}, [&sum](const count_series&, point one) { sum += one.count; });
    return sum;
}

traffic error_ledger::traffic_of(const place& where, window when) const {
    traffic sum;
    const auto known = state_->sums.find(where);
    if (known == state_->sums.end()) return sum;
    const minutes_of range{when};
    for (auto here = known->second.lower_bound(range.from); here != known->second.end() && here->first < range.to;
         ++here)
        add_up(sum, here->second);
    return sum;
}

std::vector<group_activity> error_ledger::active_groups(const selection& of, window when) const {
    const minutes_of range{when};
    std::map<std::string, group_activity> found;
    visit(state_->counts, of, range, [&](const count_series& from, point one) {
        auto& into = found[from.group];
        if (into.per_minute.empty()) into.per_minute.resize(range.to - range.from);
        into.per_minute[one.at - range.from] += one.count;
        into.count += one.count;
        into.servers[from.server] += one.count;
        into.releases[from.release] += one.count;
    });
    std::vector<group_activity> list;
    for (auto& [hash, activity] : found) {
        if (const auto known = record_of(of.where, hash)) activity.group = *known;
        activity.group.hash = hash;
        list.push_back(std::move(activity));
    }
    std::ranges::sort(list, std::ranges::greater{}, &group_activity::count);
    return list;
}

std::vector<group_record> error_ledger::first_seen_since(const place& where, instant since) const {
    std::vector<group_record> found;
    for (const auto& each : state_->groups.all())
        if (each.where == where && each.record.first_seen >= since) found.push_back(each.record);
    std::ranges::sort(found, {}, &group_record::first_seen);
    return found;
}

std::optional<group_record> error_ledger::record_of(const place& where, const std::string& hash) const {
    const auto* known = state_->groups.find(where, hash);
    return known == nullptr ? std::nullopt : std::optional{known->record};
}

std::vector<event> error_ledger::samples(const place& where, const std::string& hash) const {
    std::vector<event> found;
    const auto* known = state_->groups.find(where, hash);
    if (known == nullptr) return found;
    for (auto each = known->samples.rbegin(); each != known->samples.rend(); ++each)
        if (const auto written = parse_json(each->text); written && written->is_object())
            found.push_back(event_from(written->get_object()));
    return found;
}

void error_ledger::trim(instant now) {
    state_->newest = std::max(state_->newest, minute_of(now));
    const auto oldest = state_->oldest_kept();
    state_->counts.trim(oldest);
    for (auto each = state_->sums.begin(); each != state_->sums.end();) {
        auto& minutes = each->second;
        minutes.erase(minutes.begin(), minutes.lower_bound(oldest));
        each = minutes.empty() ? state_->sums.erase(each) : std::next(each);
    }
}

std::size_t error_ledger::series() const noexcept {
    return state_->counts.all().size();
}

std::uint64_t error_ledger::revision() const noexcept {
    return state_->revision;
}

}  // namespace slipway::telemetry

#include "bot/sources/snapshot.hpp"

#include <algorithm>
#include <limits>

#include "integrations/base/digest.hpp"

namespace slipway::bot {
namespace {

std::uint32_t narrowed(std::uint64_t count) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(count, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

json::object to_json(const snapshot& from) {
    json::object counts;
    for (const auto& [id, count] : from.counts) counts[id] = count;
    json::object made;
    made["taken"] = to_iso(from.taken);
    made["sessions"] = from.sessions;
    made["session_day"] = to_iso(from.session_day);
    made["counts"] = std::move(counts);
    return made;
}

snapshot snapshot_from(const json::object& saved) {
    snapshot made;
    made.taken = from_iso(text_at(saved, "taken")).value_or(instant{});
    made.sessions = static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_at(saved, "sessions")));
    made.session_day = from_iso(text_at(saved, "session_day")).value_or(instant{});
    for (const auto& each : object_at(saved, "counts"))
        if (each.value().is_number()) made.counts[std::string{each.key()}] = each.value().to_number<std::uint64_t>();
    return made;
}

std::vector<growth> growth_between(const snapshot& before, const std::vector<sentry::issue>& now) {
    std::vector<growth> found;
    for (const auto& each : now) {
        growth one;
        one.issue = &each;
        const auto known = before.counts.find(each.id);
        one.unknown = known == before.counts.end();
        if (before.is_first()) {
            one.times = 0;  // how many of them are recent, nobody can tell
        } else if (!one.unknown) {
            one.times = each.count > known->second ? narrowed(each.count - known->second) : 0;
        } else {
            // New: all of it happened since. An old one that was quiet for long: at least once, more is not known.
            one.times = each.first_seen >= before.taken ? narrowed(std::max<std::uint64_t>(1, each.count)) : 1;
        }
        if (one.times > 0 || one.unknown) found.push_back(one);
    }
    return found;
}

snapshot next_snapshot(snapshot before, const std::vector<sentry::issue>& now, instant taken, std::size_t most) {
    before.taken = taken;
    for (const auto& each : now) before.counts[each.id] = each.count;
    // Ids grow with time: the shortest, then smallest, are the oldest.
    while (before.counts.size() > most) {
        const auto oldest = std::ranges::min_element(before.counts, [](const auto& a, const auto& b) {
            return std::pair{a.first.size(), a.first} < std::pair{b.first.size(), b.first};
        });
        before.counts.erase(oldest);
    }
    return before;
}

std::string hash_for(const std::string& organization, const std::string& issue_id) {
    return fingerprint({"sentry", organization, issue_id}).substr(0, 32);
}

telemetry::group group_for(const std::string& organization, const sentry::issue& from) {
    telemetry::group made;
    made.hash = hash_for(organization, from.id);
    made.title = from.title;
    made.culprit = from.culprit;
    made.basis = "sentry";
    return made;
}

}  // namespace slipway::bot

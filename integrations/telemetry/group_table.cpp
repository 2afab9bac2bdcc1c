#include "integrations/telemetry/group_table.hpp"

#include <algorithm>

#include "integrations/base/printable.hpp"

namespace slipway::telemetry {
namespace {

constexpr std::size_t most_releases_sampled = 4;
constexpr std::size_t most_frames = 60;
constexpr std::size_t most_exceptions = 5;
constexpr std::size_t longest_value = 2000;

std::string key_of(const place& where, const std::string& hash) {
    return where.project + '\x1f' + where.environment + '\x1f' + hash;
}

void keep_last(trace& frames) {
    if (frames.size() > most_frames) frames = std::vector<frame>(frames.end() - most_frames, frames.end());
}

/// What triage reads of an event: root cause and outermost exceptions, the frames near the crash.
std::string lean(event what) {
    auto& chain = what.exceptions;
    if (chain.size() > most_exceptions) chain.erase(chain.begin() + 3, chain.end() - 2);
    for (auto& each : chain) {
        keep_last(each.frames);
        each.value = printable(each.value, longest_value);
    }
    keep_last(what.frames);
    what.message = printable(what.message, longest_value);
    return json::serialize(write_event(what));
}

}  // namespace

void group_table::see(const place& where, const event& what, const group& as, std::uint32_t times) {
    const auto here = find_or_add(where, what, as);
    auto& record = here->record;
    record.total += times;
    record.level = std::max(record.level, what.level);
    record.last_seen = std::max(record.last_seen, what.at);
    if (what.at < record.first_seen) {
        record.first_seen = what.at;
        record.first_release = what.release;
    }
    keep_sample(*here, what);
    make_room();
}

group_table::entry group_table::find_or_add(const place& where, const event& what, const group& as) {
    auto key = key_of(where, as.hash);
    if (const auto known = index_.find(key); known != index_.end()) {
        all_.splice(all_.end(), all_, known->second);
        return known->second;
    }
    group_entry made;
    made.where = where;
    made.record.hash = as.hash;
    made.record.title = as.title;
    made.record.culprit = as.culprit;
    made.record.level = what.level;
    made.record.first_seen = made.record.last_seen = what.at;
    made.record.first_release = what.release;
    all_.push_back(std::move(made));
    index_.emplace(std::move(key), std::prev(all_.end()));
    return std::prev(all_.end());
}

void group_table::put(group_entry known) {
    auto key = key_of(known.where, known.record.hash);
    if (const auto old = index_.find(key); old != index_.end()) {
        drop_samples(*old->second);
        all_.erase(old->second);
        index_.erase(old);
    }
    for (const auto& each : known.samples) sample_bytes_ += each.text.size();
    all_.push_back(std::move(known));
    index_.emplace(std::move(key), std::prev(all_.end()));
    make_room();
}

const group_entry* group_table::find(const place& where, const std::string& hash) const {
    const auto known = index_.find(key_of(where, hash));
    return known == index_.end() ? nullptr : &*known->second;
}

void group_table::keep_sample(group_entry& of, const event& what) {
    const auto same_release = [&what](const kept_event& each) { return each.release == what.release; };
    if (what.exceptions.empty() && what.frames.empty() && what.message.empty()) return;  // counted elsewhere
    const auto have = static_cast<std::size_t>(std::ranges::count_if(of.samples, same_release));
    if (have >= limits_.samples_per_release) return;
    of.samples.push_back({.release = what.release, .text = lean(what)});
    sample_bytes_ += of.samples.back().text.size();
    if (of.samples.size() > most_releases_sampled * limits_.samples_per_release) {
        sample_bytes_ -= of.samples.front().text.size();
        of.samples.pop_front();
    }
}

void group_table::drop_samples(group_entry& of) {
    for (const auto& each : of.samples) sample_bytes_ -= each.text.size();
    of.samples.clear();
}

void group_table::make_room() {
    while (all_.size() > limits_.most_groups) {
        const auto quietest = all_.begin();
        drop_samples(*quietest);
        index_.erase(key_of(quietest->where, quietest->record.hash));
        all_.erase(quietest);
    }
    if (sample_bytes_ <= limits_.most_sample_bytes) return;
    const auto enough = limits_.most_sample_bytes - limits_.most_sample_bytes / 10;  // so the walk is rare
    for (auto& each : all_) {
        if (sample_bytes_ <= enough) break;
        drop_samples(each);
    }
}

}  // namespace slipway::telemetry

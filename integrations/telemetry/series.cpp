#include "integrations/telemetry/series.hpp"

#include <algorithm>
#include <limits>

namespace slipway::telemetry {
namespace {

/// Unit separators cannot occur in the names: control characters are removed when reports are read.
std::string key_of(const place& where, const std::string& release, const std::string& group,
                   const std::string& server) {
    std::string key;
    key.reserve(where.project.size() + where.environment.size() + release.size() + group.size() + server.size() + 4);
    for (const auto* part : {&where.project, &where.environment, &release, &group, &server}) {
        key += *part;
        key += '\x1f';
    }
    return key;
}

std::uint32_t sum(std::uint32_t a, std::uint32_t b) noexcept {
    return b > std::numeric_limits<std::uint32_t>::max() - a ? std::numeric_limits<std::uint32_t>::max() : a + b;
}

}  // namespace

minute minute_of(instant at) noexcept {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(at).time_since_epoch().count();
    return static_cast<minute>(std::clamp<std::int64_t>(minutes, 0, std::numeric_limits<minute>::max()));
}

bool count_series::fits(const selection& wanted) const {
    return where == wanted.where && (!wanted.release || *wanted.release == release) &&
           (!wanted.group || *wanted.group == group) && (!wanted.servers || wanted.servers->contains(server));
}

void series_table::add(const place& where, const std::string& release, const std::string& group,
                       const std::string& server, point more) {
    add_point(*find_or_add(where, release, group, server), more);
    make_room();
}

series_table::entry series_table::find_or_add(const place& where, const std::string& release, const std::string& group,
                                              const std::string& server) {
    auto key = key_of(where, release, group, server);
    if (const auto known = index_.find(key); known != index_.end()) {
        all_.splice(all_.end(), all_, known->second);  // heard of last
        return known->second;
    }
    count_series made;
    made.where = where;
    made.release = release;
    made.group = group;
    made.server = server;
    all_.push_back(std::move(made));
    index_.emplace(std::move(key), std::prev(all_.end()));
    return std::prev(all_.end());
}

void series_table::add_point(count_series& to, point more) {
    if (!to.points.empty() && to.points.back().at == more.at) {
        to.points.back().count = sum(to.points.back().count, more.count);
        return;
    }
    const auto here = std::ranges::lower_bound(to.points, more.at, {}, &point::at);
    if (here != to.points.end() && here->at == more.at) {
        here->count = sum(here->count, more.count);
        return;
    }
    to.points.insert(here, more);
    ++points_;
}

void series_table::make_room() {
    constexpr int most_steps = 1024;  // when only sums are left nothing more can go; they are bounded by the places
    const auto full = [this] { return all_.size() > limits_.most_series || points_ > limits_.most_points; };
    for (int step = 0; step < most_steps && all_.size() > 1 && full(); ++step) fold_quietest();
}

void series_table::fold_quietest() {
    const auto quietest = all_.begin();
    const bool is_sum = quietest->group == other && quietest->server.empty();
    if (is_sum && quietest->release == other) {
        all_.splice(all_.end(), all_, quietest);
        return;
    }
    auto gone = *quietest;  // a copy: the index finds the series by its names until it is erased
    erase(quietest);
    const auto sums = find_or_add(gone.where, is_sum ? std::string{other} : gone.release, std::string{other}, {});
    for (const auto& each : gone.points) add_point(*sums, each);
}

void series_table::erase(entry which) {
    points_ -= which->points.size();
    index_.erase(key_of(which->where, which->release, which->group, which->server));
    all_.erase(which);
}

void series_table::trim(minute oldest) {
    for (auto each = all_.begin(); each != all_.end();) {
        auto& points = each->points;
        const auto kept = std::ranges::lower_bound(points, oldest, {}, &point::at);
        points_ -= static_cast<std::size_t>(kept - points.begin());
        points.erase(points.begin(), kept);
        const auto current = each++;
        if (points.empty()) erase(current);
    }
}

}  // namespace slipway::telemetry

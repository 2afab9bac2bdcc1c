// Counts per minute of (project, environment, release, group, server), within bounds. Room-internal.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "integrations/telemetry/ledger.hpp"

namespace slipway::telemetry {

using minute = std::uint32_t;  ///< minutes since 1970
minute minute_of(instant at) noexcept;

/// What the counts of forgotten series are added to.
inline constexpr std::string_view other = "(other)";

struct point {
    minute at = 0;
    std::uint32_t count = 0;
};

struct count_series {
    place where;
    std::string release, group, server;
    std::vector<point> points;  ///< by minute; only minutes that have a count

    bool fits(const selection& wanted) const;
};

class series_table {
public:
    explicit series_table(const ledger_limits& limits) : limits_{limits} {}

    void add(const place& where, const std::string& release, const std::string& group, const std::string& server,
             point more);
    void trim(minute oldest);
    const std::list<count_series>& all() const noexcept { return all_; }

private:
    using entry = std::list<count_series>::iterator;
    entry find_or_add(const place& where, const std::string& release, const std::string& group,
                      const std::string& server);
    void add_point(count_series& to, point more);
    void make_room();
    void fold_quietest();
    void erase(entry which);

    ledger_limits limits_;
    std::list<count_series> all_;  ///< the quietest first
    std::unordered_map<std::string, entry> index_;
    std::size_t points_ = 0;
};

}  // namespace slipway::telemetry

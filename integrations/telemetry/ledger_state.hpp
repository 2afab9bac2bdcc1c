// The parts of the ledger, for ledger.cpp and ledger_save.cpp. Room-internal.
#pragma once

#include "integrations/telemetry/group_table.hpp"
#include "integrations/telemetry/ledger.hpp"
#include "integrations/telemetry/series.hpp"

namespace slipway::telemetry {

/// Sums of the same minute.
void add_up(traffic& to, const traffic& more);

struct error_ledger::state {
    explicit state(const ledger_limits& given) : limits{given}, counts{given}, groups{given} {}

    /// The place, or "(other)" as environment when reports name more environments than can be meant.
    place bounded(const place& where);
    traffic& sums_at(const place& where, minute at);
    minute oldest_kept() const noexcept;

    ledger_limits limits;
    series_table counts;
    group_table groups;
    std::map<place, std::map<minute, traffic>> sums;
    minute newest = 0;
    std::uint64_t revision = 0;
};

}  // namespace slipway::telemetry

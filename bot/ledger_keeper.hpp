// Keeps the error ledger over restarts: a document in the store, written when it changed, at most every few seconds.
// Bots that share the store each keep what they received, and show what all of them did: the website reports to one of
// them, and the step that watches may run at another.
#pragma once

#include <map>
#include <string>

#include "integrations/async/timers.hpp"
#include "integrations/store/store.hpp"
#include "integrations/telemetry/ledger.hpp"

namespace slipway::bot {

class ledger_keeper {
public:
    /// All outlive it. `received` is what this bot is told, `shown` what steps read: the same ledger for a bot that is
    /// alone (`name` is "" then), else `shown` is made anew from what all members kept; `name` is this one's.
    ledger_keeper(telemetry::error_ledger& received, telemetry::error_ledger& shown, store::store& memory, timers& time,
                  std::string name)
        : received_{received}, shown_{shown}, memory_{memory}, time_{time}, name_{std::move(name)} {}

    task<> load();
    /// Until cancelled.
    task<> run();
    task<> save();

private:
    bool is_alone() const noexcept { return name_.empty(); }
    /// What the others have kept since we looked, and forgets what was kept by bots that are gone for long.
    task<> gather();
    task<result<>> show_all();
    task<> forget_old(const std::vector<store::document>& notes);

    telemetry::error_ledger& received_;
    telemetry::error_ledger& shown_;
    store::store& memory_;
    timers& time_;
    std::string name_;
    std::uint64_t saved_ = 0;
    std::map<std::string, std::uint64_t> gathered_;  ///< member → revision of its ledger that is shown
};

}  // namespace slipway::bot

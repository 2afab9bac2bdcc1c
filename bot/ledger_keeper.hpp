// Keeps the error ledger over restarts: a document in the store, written when it changed, at most every few seconds.
#pragma once

#include "integrations/async/timers.hpp"
#include "integrations/store/store.hpp"
#include "integrations/telemetry/ledger.hpp"

namespace slipway::bot {

class ledger_keeper {
public:
    /// All outlive it.
    ledger_keeper(telemetry::error_ledger& ledger, store::store& memory, timers& time)
        : ledger_{ledger}, memory_{memory}, time_{time} {}

    task<> load();
    /// Until cancelled.
    task<> run();
    task<> save();

private:
    telemetry::error_ledger& ledger_;
    store::store& memory_;
    timers& time_;
    std::uint64_t saved_ = 0;
};

}  // namespace slipway::bot

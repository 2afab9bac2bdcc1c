// The one interface of everything that fills the error ledger.
#pragma once

#include <optional>
#include <string>

#include "integrations/async/task.hpp"

namespace slipway::bot {

class error_source {
public:
    virtual ~error_source() = default;
    /// For logs and health: "ingest", "sentry shop".
    virtual std::string name() const = 0;
    /// Fills the ledger until cancelled. Spawn it once, in a task_group.
    virtual task<> work() = 0;
    /// What keeps errors from being seen right now, as a sentence; nullopt when nothing does.
    virtual std::optional<std::string> problem() const = 0;
};

}  // namespace slipway::bot

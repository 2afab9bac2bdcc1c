// Sentry or GlitchTip as a source of errors: polled, and woken by hooks.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "bot/sources/snapshot.hpp"
#include "bot/sources/source.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/sentry/sentry.hpp"
#include "integrations/sentry/webhook.hpp"
#include "integrations/store/store.hpp"
#include "integrations/telemetry/ledger.hpp"

namespace slipway::bot {

struct sentry_source_settings {
    std::string project;        ///< Slipway's name of it
    telemetry::place leads_to;  ///< `environment` is asked for, too
    std::string query;          ///< "" = every issue
    std::string project_id;     ///< "" = all of the organization
    milliseconds poll{30'000};
    std::size_t most_events = 5;  ///< events read in one look; each is a call
    /// This process among those that share the store: whoever has the turn looks, for all of them. "" = alone.
    std::string owner;
    milliseconds turn{10'000};  ///< the lease: another one looks once it has ended (R11.6)
};

/// Turns of projects that no bot looks at any more must not be due for ever; `projects` are those that are.
task<result<>> forget_other_turns(store::store& memory, std::vector<std::string> projects);

/// Loop thread only; everything it is given outlives it.
class sentry_source final : public error_source {
public:
    sentry_source(executor loop, sentry_source_settings settings, sentry::api& api, telemetry::error_ledger& ledger,
                  store::store& memory, timers& clock);

    std::string name() const override { return "sentry " + settings_.project; }
    task<> work() override;
    std::optional<std::string> problem() const override;

    /// One look: what was added since the last one goes into the ledger. `turn` ends with it, in the same commit, so
    /// that nobody counts twice: errc::moved when it went to another bot meanwhile.
    task<result<>> look(std::optional<store::work_done> turn = std::nullopt);
    /// The same when it is our turn; false = it is another bot's.
    task<result<bool>> look_in_turn();
    /// A hook that was checked and stored: its event is kept as a sample, and the next look comes at once.
    void take(const sentry::hook& what);

    const sentry_source_settings& settings() const noexcept { return settings_; }

private:
    task<result<>> load(bool again);
    task<> keep_turn(store::work_row row);
    task<result<bool>> look_under(store::work_row row);
    task<> count_sessions(snapshot& into, instant now);
    task<> record(growth what, instant now, std::size_t& events_read);

    sentry_source_settings settings_;
    sentry::api& api_;
    telemetry::error_ledger& ledger_;
    store::store& memory_;
    timers& clock_;
    asio::steady_timer news_;
    bool woken_ = false;
    bool loaded_ = false;
    milliseconds pause_ = settings_.poll;  ///< longer after failures
    snapshot seen_;
    std::optional<failure> trouble_;
};

}  // namespace slipway::bot

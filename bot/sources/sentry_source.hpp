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
};

/// Loop thread only; everything it is given outlives it.
class sentry_source final : public error_source {
public:
    sentry_source(executor loop, sentry_source_settings settings, sentry::api& api, telemetry::error_ledger& ledger,
                  store::store& memory, timers& clock);

    std::string name() const override { return "sentry " + settings_.project; }
    task<> work() override;
    std::optional<std::string> problem() const override;

    /// One look: what was added since the last one goes into the ledger.
    task<result<>> look();
    /// A hook that was checked and stored: its event is kept as a sample, and the next look comes at once.
    void take(const sentry::hook& what);

    const sentry_source_settings& settings() const noexcept { return settings_; }

private:
    task<result<>> load();
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
    snapshot seen_;
    std::optional<failure> trouble_;
};

}  // namespace slipway::bot

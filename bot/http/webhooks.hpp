// Sentry's webhooks: POST /hooks/sentry/<project>. Checked over the bytes as they came, stored before the answer,
// worked on afterwards: Sentry waits a second, and gives up on listeners that keep it waiting.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "bot/sources/source.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/net/server.hpp"
#include "integrations/sentry/webhook.hpp"
#include "integrations/store/store.hpp"

namespace slipway::bot {

/// Since the start.
struct hook_counts {
    std::uint64_t received = 0;
    std::uint64_t repeated = 0;  ///< with a Request-ID that was there before
    std::uint64_t refused = 0;   ///< wrong signature, address, or method
};

/// Loop thread only; everything it is given outlives it.
class webhooks final {
public:
    /// What a hook of that project is given to.
    using taker = std::function<void(const sentry::hook&)>;

    webhooks(std::string client_secret, std::map<std::string, taker> projects, store::store& memory, timers& clock);

    /// The handler for net::create_http_server.
    task<net::server_response> handle(net::server_request asked);
    /// What a crash left between storing and working on it. Call it once, before the listener opens.
    task<result<>> recover();

    const hook_counts& counts() const noexcept { return counts_; }

private:
    task<result<>> work_on(store::envelope stored);

    std::string secret_;
    std::map<std::string, taker> projects_;
    store::store& memory_;
    timers& clock_;
    hook_counts counts_;
};

}  // namespace slipway::bot

// The error listener: POST /api/<project>/envelope/ and /store/ of the Sentry protocol. It answers in microseconds and
// groups afterwards, because PHP waits for the answer at the end of every page.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "integrations/async/task.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/net/server.hpp"
#include "integrations/telemetry/ledger.hpp"

namespace slipway::bot {

/// One address (DSN) that a product reports to. Several may lead to one place; removing one revokes it.
struct ingest_key {
    std::string project_number;  ///< digits, as in the path
    std::string public_key;      ///< 32 lower-case hex
    telemetry::place leads_to;   ///< `environment` is used for reports that name none
};

struct ingest_settings {
    std::vector<ingest_key> keys;
    std::size_t largest_body = 1U << 20U;      ///< bytes as received
    std::size_t largest_inflated = 8U << 20U;  ///< bytes after decompression
    std::size_t largest_event = 1U << 20U;     ///< bytes of one error
    double events_per_second = 200;            ///< per key, in the long run
    double burst = 2000;                       ///< per key, at once
    std::size_t most_queued = 4096;            ///< reports waiting to be grouped
    std::size_t most_queued_bytes = 32U << 20U;
    std::chrono::seconds back_off{10};  ///< what a storm is told to wait
};

/// Since the start, exact.
struct ingest_counts {
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;     ///< answered 4xx
    std::uint64_t events = 0;      ///< accepted for grouping
    std::uint64_t shed = 0;        ///< counted without grouping: storm limit or full queue
    std::uint64_t unreadable = 0;  ///< accepted, then no JSON
    std::uint64_t other_items = 0;
};

/// Loop thread only. `ledger` and `clock` outlive it.
class ingest {
public:
    ingest(executor loop, ingest_settings settings, telemetry::error_ledger& ledger, timers& clock);

    /// The handler for net::create_http_server.
    task<net::server_response> handle(net::server_request asked);
    /// Groups what is queued, in small slices, until cancelled. Spawn it once, in a task_group.
    task<> work();

    /// The answer alone, without waiting; what handle() returns.
    net::server_response answer(const net::server_request& asked, instant now);
    /// Groups at most `most` queued reports; how many it did.
    std::size_t group_some(std::size_t most);
    const ingest_counts& counts() const noexcept { return counts_; }
    std::size_t queued() const noexcept { return queue_.size(); }

private:
    struct bucket {
        double tokens = 0;
        instant filled{};
    };
    struct waiting {
        std::size_t key;
        std::string bytes;
        instant received;
        bool is_envelope;
    };
    struct entry;

    ingest_settings settings_;
    telemetry::error_ledger& ledger_;
    timers& clock_;
    asio::steady_timer news_;
    std::vector<bucket> buckets_;
    std::deque<waiting> queue_;
    std::size_t queued_bytes_ = 0;
    ingest_counts counts_;
};

/// Server settings that fit: body limit, header limit, short idle times.
net::server_settings ingest_listener(const ingest_settings& for_ingest, std::string address, std::uint16_t port);

}  // namespace slipway::bot

// The error listener: POST /api/<project>/envelope/ and /store/ of the Sentry protocol. It answers in microseconds and
// groups afterwards, because PHP waits for the answer at the end of every page.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "bot/http/token_bucket.hpp"
#include "bot/sources/source.hpp"
#include "integrations/async/task.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/net/server.hpp"
#include "integrations/telemetry/ledger.hpp"
#include "integrations/telemetry/protocol/envelope.hpp"
#include "integrations/telemetry/protocol/essence.hpp"
#include "integrations/telemetry/protocol/trace_memory.hpp"

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
    double events_per_second = 200;            ///< per key in the long run; clients that send more are asked for less
    double event_burst = 2000;                 ///< per key, at once
    double requests_per_second = 20'000;       ///< read per key: half a core; more are answered 429 unread
    double request_burst = 40'000;
    std::size_t most_queued = 1024;  ///< errors waiting to be grouped; then senders wait for their answer
    std::size_t most_queued_bytes = 8U << 20U;
    std::chrono::seconds back_off{10};  ///< what a storm is told to wait
};

/// Since the start, exact.
struct ingest_counts {
    std::uint64_t requests = 0;
    std::uint64_t preflights = 0;  ///< browsers that asked whether they may send
    std::uint64_t refused = 0;     ///< answered 4xx, without `limited`
    std::uint64_t limited = 0;     ///< answered 429
    std::uint64_t events = 0;      ///< accepted for grouping
    std::uint64_t ungrouped = 0;   ///< counted as an error of no group: too large, or unreadable
    std::uint64_t unreadable = 0;  ///< accepted, then no JSON
    std::uint64_t other_items = 0;
    std::uint64_t cut_short = 0;  ///< envelopes with more items than are read
};

/// Loop thread only. `ledger` and `clock` outlive it.
class ingest final : public error_source {
public:
    ingest(executor loop, ingest_settings settings, telemetry::error_ledger& ledger, timers& clock);

    /// One address more, or a new place for a known one (the projects were read again).
    void open(const ingest_key& key);
    /// The handler for net::create_http_server.
    task<net::server_response> handle(net::server_request asked);
    /// Groups what is queued, in small slices, and trims the ledger once a minute, until cancelled. Spawn it once, in
    /// a task_group. What is queued at the end is grouped by group_some().
    task<> work() override;
    std::string name() const override { return "ingest"; }
    /// It takes what comes; that nothing comes is for the watch to judge.
    std::optional<std::string> problem() const override { return std::nullopt; }

    /// The answer alone, without waiting; what handle() returns.
    net::server_response answer(const net::server_request& asked, instant now);
    /// Groups at most `most` queued errors; how many it did.
    std::size_t group_some(std::size_t most);

    const ingest_counts& counts() const noexcept { return counts_; }
    std::size_t queued() const noexcept { return queue_.size(); }

private:
    struct door {  ///< one key with its limits
        ingest_key key;
        token_bucket events, requests;
    };
    struct waiting {
        const door* from;
        telemetry::essence report;
        telemetry::event_context context;
    };
    struct visit;

    net::server_response receive(visit& now_here);
    result<> identify(visit& now_here);
    result<> unpack(visit& now_here);
    result<> read_envelope(visit& now_here);
    result<> read_store(visit& now_here);
    void take_item(visit& now_here, const telemetry::envelope_item& item);
    void take_event(visit& now_here, std::string_view payload);
    void make_room_for(std::size_t bytes);
    void count_only(const door& from, instant at);
    door* door_of(std::string_view project, std::string_view key);

    ingest_settings settings_;
    telemetry::error_ledger& ledger_;
    timers& clock_;
    asio::steady_timer news_;
    std::deque<door> doors_;  ///< grows only: what is queued points into it
    std::deque<waiting> queue_;
    std::size_t queued_bytes_ = 0;
    telemetry::trace_memory traces_;
    ingest_counts counts_;
};

/// Server settings that fit: body and header limits, short times.
net::server_settings ingest_listener(const ingest_settings& for_ingest, std::string address, std::uint16_t port);

}  // namespace slipway::bot

// The other end of a Socket Mode link for benches: a Slack that opens connections, sends envelopes as fast as they are
// acknowledged, and times each acknowledgement. Threads and blocking calls, so that it is no bottleneck of the client.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::bench {

struct envelope_load {
    std::uint64_t envelopes = 0;
    std::uint64_t warm_up = 0;  ///< of these, not measured
    int in_flight = 1;
    int process = 0;  ///< whose CPU is read; 0 = nobody's
};

struct link_outcome {
    double cpu_us = 0;  ///< of the client, per envelope
    double p50_ms = 0;  ///< from the bytes handed to the system to the acknowledgement read
    double p99_ms = 0;
    double seconds = 0;
};

/// One listening socket on loopback: the Web API (every method answers ok) and the link on one port.
class slack_end {
public:
    slack_end();
    ~slack_end();
    slack_end(const slack_end&) = delete;
    slack_end& operator=(const slack_end&) = delete;
    std::string api_url() const;   ///< "http://127.0.0.1:…/api/"
    std::string link_url() const;  ///< "ws://127.0.0.1:…/link"
    /// Waits for the next link and sends the load on it. Throws when the client goes away or names an unknown envelope.
    link_outcome run(const envelope_load& what);
    /// Waits for the next link, sends one envelope and keeps the link; seconds until its acknowledgement.
    double first_ack();
    /// Ends the link that the last run left open.
    void hang_up();

private:
    struct inside;
    inside* inside_;
};

/// A click in a message as Slack sends it, about 3 kB.
std::string click_frame(const std::string& envelope_id, std::uint64_t number);

}  // namespace slipway::bench

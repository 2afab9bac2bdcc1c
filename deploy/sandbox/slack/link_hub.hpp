// Socket Mode, the server's side: links, envelopes, acknowledgements, redelivery, recycling, and faults on demand.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <string>

#include "deploy/sandbox/slack/delivery.hpp"
#include "deploy/sandbox/slack/envelope_ledger.hpp"
#include "deploy/sandbox/slack/request_sender.hpp"
#include "deploy/sandbox/slack/world.hpp"
#include "integrations/async/task_group.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/net/server.hpp"

namespace slipway::sandbox::slack {

/// Numbers that a person or a test may change while it runs.
struct link_knobs {
    double time_scale = 1;  ///< of redelivery delays and connection life: 0.01 turns 60 s into 0.6 s
    milliseconds connection_time{18'060'000};
    milliseconds ping_interval{10'000};
    milliseconds silence_limit{120'000};  ///< a client that says nothing for so long is dropped
    milliseconds hello_delay{0};
    int ghosts = 0;  ///< registrations of dead connections: they count, and swallow their share of envelopes
    int most_links = 10;
    int refuse_upgrades = 0;        ///< how many upgrades are still to be refused …
    int refuse_status = 503;        ///< … and with which status
    milliseconds pong_delay{0};     ///< pings are answered so much later; see set_pong_delay
    bool deaf = false;              ///< half-open: nothing is read, pinged or sent any more
    bool repeat_envelopes = false;  ///< every event comes twice with the same envelope id
};

class link_hub {
public:
    link_hub(world& all, request_sender& requests, executor loop, slipway::timers& timers, task_group& tasks)
        : all_{all}, requests_{requests}, loop_{loop}, timers_{timers}, tasks_{tasks} {}

    link_knobs knobs;

    /// The ticket's check; a response refuses the upgrade.
    std::optional<net::server_response> refuse_upgrade(const net::server_request& asked);
    /// One link, from hello to its end.
    task<> serve(std::unique_ptr<net::websocket> socket, net::server_request asked);

    /// Sends one envelope to a random registered link and waits for its ack, three seconds at most; with a request URL,
    /// a signed request instead.
    task<delivery> deliver(std::string type, json::object payload, bool accepts_response);
    /// Sends an event and repeats it 0, 60 and 300 s (scaled) after a miss, as Slack does. Returns at once.
    void publish_event(json::object event);

    /// "warning", "refresh_requested", "link_disabled", "too_many_websockets" … to every link; closes after `after`.
    void disconnect_all(const std::string& reason, milliseconds after);
    /// Without a word: `aborted` as a reset, else with a close frame.
    void drop_all(bool aborted);
    /// Of links that are there and of those that come.
    void set_pong_delay(milliseconds span);
    /// "text", "binary", "unknown_type", "huge", "unknown_fields"
    void send_garbage(const std::string& kind);

    std::size_t live() const noexcept;
    json::object to_json() const;

private:
    struct link {
        int id = 0;
        std::string host;
        std::unique_ptr<net::websocket> socket;
        instant opened;
        bool said_hello = false;
        bool ended = false;
        int sent = 0;
        int acked = 0;
    };
    struct waiting {
        std::shared_ptr<asio::steady_timer> wake;
        int link = 0;
        bool link_gone = false;
    };

    std::shared_ptr<link> choose();
    json::object hello(const link& to, bool debug) const;
    task<> keep_alive(std::shared_ptr<link> which);
    task<> recycle(std::shared_ptr<link> which, bool debug);
    task<> read_until_end(std::shared_ptr<link> which);
    task<> close_later(std::shared_ptr<link> which, milliseconds after);
    task<> redeliver(json::object payload);
    task<delivery> deliver_attempt(std::string type, json::object payload, bool accepts_response, int attempt,
                                   std::string reason);
    task<> wait_for_ack(std::shared_ptr<asio::steady_timer> wake);
    void forget(const std::shared_ptr<link>& which);
    void send(const std::shared_ptr<link>& to, std::string text);
    milliseconds scaled(milliseconds span) const;

    world& all_;
    request_sender& requests_;
    executor loop_;
    slipway::timers& timers_;
    task_group& tasks_;
    std::list<std::shared_ptr<link>> links_;
    std::map<std::string, waiting> waiting_;
    envelope_ledger ledger_;
    std::mt19937 dice_{std::random_device{}()};
    int next_link_ = 0;
    int next_event_ = 0;
};

}  // namespace slipway::sandbox::slack

// The Socket Mode links: reads, writes and sleeps around slack::link_session, which decides.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "bot/gateway/intake.hpp"
#include "integrations/async/task_group.hpp"
#include "integrations/net/proxy.hpp"
#include "integrations/net/websocket.hpp"
#include "integrations/slack/link_session.hpp"
#include "integrations/slack/web_api.hpp"

namespace slipway::gateway {

/// Connects to the URL of apps.connections.open.
using connector = std::function<task<result<std::unique_ptr<net::websocket>>>(std::string url)>;
/// The real one: TLS with chain and host verified.
connector connect_over_network(net::websocket_settings settings, std::optional<net::proxy> through = {});

struct socket_mode_settings {
    slack::link_settings link;
    milliseconds acknowledge_within{1'000};  ///< later ones are logged and counted; Slack gives up after 3 s
    std::size_t largest_ack = 20'000;  ///< bytes; Slack drops bigger ones silently, so they go out without payload
};

/// Loop thread only; what it is given outlives it; stop() before destruction.
class socket_mode {
public:
    socket_mode(executor loop, slack::web_api& api, inbox& envelopes, timers& clock, connector connect,
                answer_hook answer, chance roll, socket_mode_settings settings = {});

    void start();
    /// Acknowledges what has arrived (for at most `grace`), then closes every link cleanly.
    task<> stop(milliseconds grace);
    /// Whatever arrived until now is counted.
    slack::link_health health();
    const ack_figures& acknowledgements() const noexcept { return figures_; }

private:
    using socket = std::shared_ptr<net::websocket>;
    struct connection {
        std::string url;  ///< between fetch and dial only
        socket link;
        std::chrono::steady_clock::time_point last_byte;
    };

    void perform(slack::link_actions actions);
    void act(const slack::fetch_url& wanted);
    void act(const slack::dial& wanted);
    void act(const slack::send_ping& wanted);
    void act(const slack::acknowledge& wanted);
    void act(slack::deliver& wanted);
    void act(const slack::close_link& wanted);
    void act(const slack::abort_link& wanted);
    void act(const slack::report& wanted);
    void plan_wake();
    void notice_bytes();
    socket socket_of(slack::link_id link) const;

    task<> wake(milliseconds span, std::uint64_t round);
    task<> fetch(slack::link_id link);
    task<> dial(slack::link_id link);
    task<> read(slack::link_id link, socket from);
    task<> ping(socket to);
    task<> close(socket which, std::string reason);
    task<> take(slack::link_id link, slack::envelope arrived);
    task<> acknowledge(slack::link_id link, std::string envelope_id, std::optional<json::object> answer, instant since);

    slack::web_api& api_;
    timers& clock_;
    connector connect_;
    intake intake_;
    socket_mode_settings settings_;
    slack::link_session session_;
    ack_figures figures_;
    std::map<slack::link_id, connection> connections_;
    std::optional<instant> planned_;  ///< when the next wake comes
    std::uint64_t round_ = 0;         ///< of the newest planned wake; older ones end without a word
    task_group taking_;               ///< envelopes between arrival and acknowledgement
    task_group closing_;
    task_group tasks_;
};

}  // namespace slipway::gateway

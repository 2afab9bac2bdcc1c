// The Socket Mode links as a pure state machine (slack.md §1.9): frames, losses and time in, actions out. It never sees
// a URL, a socket or a clock.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "integrations/async/backoff.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/base/result.hpp"
#include "integrations/slack/payload.hpp"

namespace slipway::slack {

/// idle → fetching → dialling → awaiting_hello → live → draining → closed
enum class link_state { fetching, dialling, awaiting_hello, live, draining, closed };
std::string_view to_string(link_state state) noexcept;

/// Names one connection attempt from its URL to its end. Never used again.
using link_id = int;

// ── what the coroutine around it has to do ───────────────────────────────────────────────────────────────────────

struct fetch_url {  ///< apps.connections.open; then url_ready or url_failed
    link_id link = 0;
};
struct dial {  ///< connect to the URL just fetched; then dialled or dial_failed
    link_id link = 0;
};
struct send_ping {
    link_id link = 0;
};
struct acknowledge {  ///< nothing to handle in it; Slack only wants to hear that it came
    link_id link = 0;
    std::string envelope_id;
};
struct deliver {  ///< store, then acknowledge on this link, then handle
    link_id link = 0;
    slack::envelope envelope;
};
struct close_link {  ///< cleanly, with code 1000; the link is not heard of again
    link_id link = 0;
    std::string reason;
};
struct abort_link {  ///< at once: the peer is dead
    link_id link = 0;
};
enum class severity { info, warning, error };
struct report {  ///< one line for the log
    severity level = severity::info;
    std::string sentence;
};
using link_action = std::variant<fetch_url, dial, send_ping, acknowledge, deliver, close_link, abort_link, report>;
using link_actions = std::vector<link_action>;

// ── settings and health ──────────────────────────────────────────────────────────────────────────────────────────

struct link_settings {
    milliseconds hello_within{10'000};
    milliseconds ping_every{10'000};
    milliseconds dead_after{30'000};      ///< no byte at all
    milliseconds drain_for{15'000};       ///< the old link is still read and acknowledged on
    milliseconds stable_after{30'000};    ///< hello plus this resets the backoff
    milliseconds swap_before{60'000};     ///< ahead of approximate_connection_time
    milliseconds swap_jitter{20'000};     ///< ± this
    milliseconds limited_wait{30'000};    ///< a 429 without Retry-After
    milliseconds disabled_wait{300'000};  ///< link_disabled: somebody has to switch Socket Mode on again
    milliseconds crowded_wait{30'000};    ///< too_many_websockets: doubles, plus as much again by chance
    milliseconds crowded_cap{600'000};
    backoff::settings redial{milliseconds{1'000}, milliseconds{60'000}};
    milliseconds fetch_every{5'000};  ///< token bucket of apps.connections.open …
    int fetch_burst = 5;              ///< … and its depth
};

struct link_health {
    bool live = false;             ///< a link has said hello and is heard
    bool stopped = false;          ///< for good: credentials, or told to
    std::string sentence;          ///< why it is not live, and the way out
    std::int64_t connections = 0;  ///< as Slack counts them for this app, at the last hello
    int held = 0;                  ///< links that we hold
    int reconnects = 0;            ///< hellos after the first one
};

// ── the machine ──────────────────────────────────────────────────────────────────────────────────────────────────

/// Total: every event in every state has an answer, if only the empty one; events of a link that is gone are ignored.
/// `now` is any clock that mostly grows: a jump of more than 15 s, either way, counts as no time at all.
class link_session {
public:
    link_session(link_settings settings, chance roll);

    link_actions start(instant now);
    /// Closes every link cleanly; nothing is dialled afterwards.
    link_actions stop(instant now);

    link_actions url_ready(link_id link, instant now);
    link_actions url_failed(link_id link, const failure& why, instant now);
    link_actions dialled(link_id link, instant now);
    link_actions dial_failed(link_id link, const failure& why, instant now);
    link_actions text_frame(link_id link, std::string_view text, instant now);
    link_actions binary_frame(link_id link, instant now);
    /// Bytes of any kind (pings and pongs too) arrived since the last event of this link.
    link_actions heard(link_id link, instant now);
    /// Closed by the peer, reset, or unreadable.
    link_actions lost(link_id link, std::string_view why, instant now);
    link_actions tick(instant now);

    /// Call `tick` after at most this long.
    milliseconds next_wait() const;
    link_health health() const;
    /// closed for a link that is not known.
    link_state state_of(link_id link) const;

private:
    struct link {
        link_id id = 0;
        link_state state = link_state::fetching;
        milliseconds entered{0};  ///< when it came to this state
        milliseconds heard_at{0};
        milliseconds pinged_at{0};
        std::optional<milliseconds> swap_at;
        bool retiring = false;  ///< Slack said that it will close it, or its time is nearly over
        bool stable = false;
    };

    void advance(instant now);
    link* find(link_id id);
    const link* find(link_id id) const;
    link* current();
    const link* current() const;
    bool replacing() const;
    void remove(link_id id);
    void enter(link& which, link_state state);

    void on_object(link& which, const json::object& frame, link_actions& out);
    void on_hello(link& which, const json::object& frame, link_actions& out);
    void on_disconnect(link& which, const json::object& frame, link_actions& out);
    void on_crowded(link& which, link_actions& out);
    void retire(link& which, link_actions& out);
    void gone(link_id id, link_actions& out);
    void plan_dial(milliseconds wait);
    void begin_link(link_actions& out);
    void tick_link(link& which, link_actions& out);

    link_settings settings_;
    chance roll_;
    backoff redial_;
    std::vector<link> links_;
    link_id last_id_ = 0;
    std::optional<instant> seen_;          ///< the last `now`
    milliseconds clock_{0};                ///< our own time: grows only
    std::optional<milliseconds> dial_at_;  ///< a link is to be begun then
    milliseconds bucket_full_at_{0};       ///< apps.connections.open: when its bucket is full again
    int crowded_ = 0;
    bool overlap_ = true;  ///< false after too_many_websockets: break before make
    bool started_ = false;
    bool stopped_ = false;
    std::string sentence_;
    std::int64_t connections_ = 0;
    int hellos_ = 0;
};

}  // namespace slipway::slack

// The Socket Mode links as a pure state machine (reconnects as Slack documents and its SDKs learned them): frames,
// losses and time in, actions out. It never sees a URL, a socket or a clock. What one link does on an event stands in
// link_table; when the next one is begun, in dial_plan; here is how many there shall be, and what each timer is set to.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "integrations/base/clock.hpp"
#include "integrations/base/result.hpp"
#include "integrations/slack/dial_plan.hpp"
#include "integrations/slack/link_table.hpp"
#include "integrations/slack/payload.hpp"

namespace slipway::slack {

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
    int links = 1;  ///< held at the same time; two survive the loss of one without a missed click
    milliseconds hello_within{10'000};
    milliseconds ping_every{10'000};
    milliseconds dead_after{30'000};    ///< no byte at all
    milliseconds drain_for{15'000};     ///< the old link is still read and acknowledged on
    milliseconds stable_after{30'000};  ///< hello plus this resets the backoff
    milliseconds swap_before{60'000};   ///< ahead of approximate_connection_time
    milliseconds swap_jitter{20'000};   ///< ± this
    dial_settings dialling;
};

struct link_health {
    bool live = false;             ///< a link has said hello and is heard
    bool stopped = false;          ///< for good: credentials, or told to
    std::string sentence;          ///< why it is not live, and the way out
    std::int64_t connections = 0;  ///< as Slack counts them for this app, at the last hello
    int held = 0;                  ///< links that we hold
    int reconnects = 0;            ///< hellos after the first one
    /// Since the last byte of the link heard most recently; to the granularity of the ticks. nullopt = none serves.
    std::optional<milliseconds> transport_age;
    std::optional<milliseconds> hello_age;  ///< since the last hello of any link; nullopt = there was none
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
    link_actions text_frame(link_id link, std::string text, instant now);
    link_actions binary_frame(link_id link, instant now);
    /// Bytes of any kind (pings and pongs too) arrived since the last event of this link.
    link_actions heard(link_id link, instant now);
    /// Closed by the peer, reset, or unreadable.
    link_actions lost(link_id link, std::string_view why, instant now);
    link_actions tick(instant now);

    /// Call `tick` after at most this long.
    milliseconds next_wait() const;
    /// For good.
    bool is_stopped() const noexcept { return stopped_; }
    /// Ages are as of the last event.
    link_health health() const;
    /// Ages are as of `now`.
    link_health health(instant now) { return advance(now), health(); }
    /// closed for a link that is not known.
    link_state state_of(link_id link) const;

private:
    struct link {
        link_id id = 0;
        link_state state = link_state::fetching;
        milliseconds entered{0};  ///< when it came to this state
        milliseconds risen{0};    ///< when it said hello
        milliseconds heard_at{0};
        milliseconds pinged_at{0};
        std::optional<milliseconds> swap_at;
        bool proven = false;
    };
    /// What came with an event.
    struct news {
        std::string_view words;
        const failure* failed = nullptr;
        const json::object* frame = nullptr;
        slack::envelope* envelope = nullptr;
    };

    void advance(instant now);
    const link* find(link_id id) const;
    link* find(link_id id);
    int count(link_state state) const;
    int lacking() const;
    std::optional<milliseconds> due_at(const link& which, link_event timer) const;

    /// The table's row for the event is done: the link's state changes, the effect follows.
    void apply(link_id id, link_event event, const news& what, link_actions& out);
    void perform(link_effect effect, link before, link_event event, const news& what, link_actions& out);
    void rise(link_id id, const json::object& hello, link_actions& out);
    void replace(const link& old, link_event event, const news& what, link_actions& out);
    void redial(const link& gone, link_event event, const news& what, link_actions& out);
    void give_up(const news& what, link_actions& out);
    void wait_for_a_person(const link& closed, link_actions& out);
    void wait_for_room(const link& closed, link_actions& out);
    void remark(const link& about, link_event event, const news& what, link_actions& out);
    /// Plans as many links as are lacking; begins what is due.
    void replenish(milliseconds wait, link_actions& out);
    void begin_due(link_actions& out);

    link_settings settings_;
    chance roll_;
    dial_plan plan_;
    std::vector<link> links_;
    link_id last_id_ = 0;
    std::optional<instant> seen_;  ///< the last `now`
    milliseconds clock_{0};        ///< our own time: grows only
    bool started_ = false;
    bool stopped_ = false;
    std::string sentence_;
    std::int64_t connections_ = 0;
    std::optional<milliseconds> hello_at_;
    int hellos_ = 0;
};

}  // namespace slipway::slack

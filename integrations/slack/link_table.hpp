// What one Socket Mode link does on each event in each state (slack protocol: hello, disconnect, envelopes): one total
// table. It decides nothing about time or about other links; link_session does.
#pragma once

#include <string_view>

namespace slipway::slack {

/// From the wish for a link to its end. `retiring` still serves while its replacement is made; `draining` was replaced
/// and is read and acknowledged on for a while.
enum class link_state { fetching, dialling, awaiting_hello, live, retiring, draining, closed };
inline constexpr int link_states = 7;
std::string_view to_string(link_state state) noexcept;

enum class link_event {
    url_ready,
    url_failed,
    url_refused,  ///< our credentials are wrong: no repetition makes them right
    dialled,
    dial_failed,  ///< also an upgrade that was refused (408, 503 …)
    hello,
    warning,
    refresh,
    disabled,
    crowded,              ///< too_many_websockets
    unknown_reason,       ///< of a disconnect
    envelope,             ///< of a type we handle
    unknown_envelope,     ///< with an id, of a type nobody knows
    unreadable_envelope,  ///< an object without an id
    unreadable_text,      ///< no JSON object
    binary,
    bytes,  ///< anything arrived, pings and pongs too
    lost,   ///< closed, reset, or unreadable
    hello_overdue,
    silent,
    ping_due,
    swap_due,  ///< its announced lifetime is nearly over
    proven,    ///< live for long enough to trust the way to Slack again
    drain_over,
    stop,
};
inline constexpr int link_events = 25;
std::string_view to_string(link_event event) noexcept;

enum class link_effect {
    nothing,
    dial,
    give_back,          ///< a socket that nobody wants any more is closed
    rise,               ///< it serves; the oldest that retires drains
    replace,            ///< a replacement at once; this one goes on serving
    replace_later,      ///< the same after a backoff
    deliver,            ///< store, acknowledge, handle
    acknowledge,        ///< acknowledge only
    note,               ///< worth a line in the log, no more
    redial,             ///< it is gone: another one after a backoff
    close_and_redial,   ///< the same, with a clean close
    abort_and_redial,   ///< the same, at once: the peer is dead
    stop_dialling,      ///< for good
    wait_for_a_person,  ///< close; Socket Mode was switched off: minutes
    wait_for_room,      ///< close first, wait longer each time, never overlap until a link was proven
    close,
    forget,  ///< gone, and nobody misses it
    ping,
    settle,  ///< backoffs start from the beginning again
};

struct link_row {
    link_state next;
    link_effect effect;
};

/// Total: every state has a row for every event; what cannot happen in a state changes nothing.
link_row row_of(link_state state, link_event event) noexcept;

}  // namespace slipway::slack

#include "integrations/slack/link_table.hpp"

#include <array>
#include <optional>

namespace slipway::slack {
namespace {
namespace link_cells {

/// nullopt = the state stays.
struct cell {
    std::optional<link_state> next;
    link_effect effect = link_effect::nothing;
};
struct line {
    link_event event;
    std::array<cell, link_states> in;  ///< by state, in the order of link_state
};

constexpr cell nothing{};
constexpr cell dial{link_state::dialling, link_effect::dial};
constexpr cell await{link_state::awaiting_hello};
constexpr cell give_back{std::nullopt, link_effect::give_back};
constexpr cell rise{link_state::live, link_effect::rise};
constexpr cell replace{link_state::retiring, link_effect::replace};
constexpr cell later{link_state::retiring, link_effect::replace_later};
constexpr cell deliver{std::nullopt, link_effect::deliver};
constexpr cell ack{std::nullopt, link_effect::acknowledge};
constexpr cell note{std::nullopt, link_effect::note};
constexpr cell redial{link_state::closed, link_effect::redial};
constexpr cell close_r{link_state::closed, link_effect::close_and_redial};
constexpr cell abort_r{link_state::closed, link_effect::abort_and_redial};
constexpr cell giveup{link_state::closed, link_effect::stop_dialling};
constexpr cell person{link_state::closed, link_effect::wait_for_a_person};
constexpr cell room{link_state::closed, link_effect::wait_for_room};
constexpr cell close{link_state::closed, link_effect::close};
constexpr cell forget{link_state::closed, link_effect::forget};
constexpr cell ping{std::nullopt, link_effect::ping};
constexpr cell settle{std::nullopt, link_effect::settle};

using e = link_event;

// clang-format off
constexpr std::array<line, link_events> table{{
    //                          fetching   dialling   awaiting   live       retiring   draining   closed
    {e::url_ready,            {{dial,      nothing,   nothing,   nothing,   nothing,   nothing,   nothing}}},
    {e::url_failed,           {{redial,    nothing,   nothing,   nothing,   nothing,   nothing,   nothing}}},
    {e::url_refused,          {{giveup,    nothing,   nothing,   nothing,   nothing,   nothing,   nothing}}},
    {e::dialled,              {{nothing,   await,     nothing,   nothing,   nothing,   nothing,   give_back}}},
    {e::dial_failed,          {{nothing,   redial,    nothing,   nothing,   nothing,   nothing,   nothing}}},
    {e::hello,                {{nothing,   nothing,   rise,      nothing,   nothing,   nothing,   nothing}}},
    {e::warning,              {{nothing,   nothing,   close_r,   replace,   nothing,   nothing,   nothing}}},
    {e::refresh,              {{nothing,   nothing,   close_r,   replace,   nothing,   nothing,   nothing}}},
    {e::disabled,             {{nothing,   nothing,   person,    person,    person,    person,    nothing}}},
    {e::crowded,              {{nothing,   nothing,   room,      room,      room,      room,      nothing}}},
    {e::unknown_reason,       {{nothing,   nothing,   close_r,   later,     nothing,   nothing,   nothing}}},
    {e::envelope,             {{nothing,   nothing,   deliver,   deliver,   deliver,   deliver,   nothing}}},
    {e::unknown_envelope,     {{nothing,   nothing,   ack,       ack,       ack,       ack,       nothing}}},
    {e::unreadable_envelope,  {{nothing,   nothing,   note,      note,      note,      note,      nothing}}},
    {e::unreadable_text,      {{nothing,   nothing,   close_r,   close_r,   close_r,   close,     nothing}}},
    {e::binary,               {{nothing,   nothing,   note,      note,      note,      note,      nothing}}},
    {e::bytes,                {{nothing,   nothing,   nothing,   nothing,   nothing,   nothing,   nothing}}},
    {e::lost,                 {{nothing,   nothing,   redial,    redial,    redial,    forget,    nothing}}},
    {e::hello_overdue,        {{nothing,   nothing,   abort_r,   nothing,   nothing,   nothing,   nothing}}},
    {e::silent,               {{nothing,   nothing,   nothing,   abort_r,   abort_r,   nothing,   nothing}}},
    {e::ping_due,             {{nothing,   nothing,   nothing,   ping,      ping,      nothing,   nothing}}},
    {e::swap_due,             {{nothing,   nothing,   nothing,   replace,   nothing,   nothing,   nothing}}},
    {e::proven,               {{nothing,   nothing,   nothing,   settle,    settle,    nothing,   nothing}}},
    {e::drain_over,           {{nothing,   nothing,   nothing,   nothing,   nothing,   close,     nothing}}},
    {e::stop,                 {{forget,    close,     close,     close,     close,     close,     nothing}}},
}};
// clang-format on

}  // namespace link_cells

constexpr bool link_table_is_in_order() {
    for (int i = 0; i < link_events; ++i)
        if (static_cast<int>(link_cells::table[static_cast<std::size_t>(i)].event) != i) return false;
    return true;
}
static_assert(link_table_is_in_order(), "the table has one line for each event, in the order of link_event");
static_assert(static_cast<int>(link_event::stop) + 1 == link_events);
static_assert(static_cast<int>(link_state::closed) + 1 == link_states);

constexpr std::array<std::string_view, link_states> link_state_names{"fetching", "dialling", "awaiting_hello", "live",
                                                                     "retiring", "draining", "closed"};
constexpr std::array<std::string_view, link_events> link_event_names{"url_ready",
                                                                     "url_failed",
                                                                     "url_refused",
                                                                     "dialled",
                                                                     "dial_failed",
                                                                     "hello",
                                                                     "warning",
                                                                     "refresh",
                                                                     "disabled",
                                                                     "crowded",
                                                                     "unknown_reason",
                                                                     "envelope",
                                                                     "unknown_envelope",
                                                                     "unreadable_envelope",
                                                                     "unreadable_text",
                                                                     "binary",
                                                                     "bytes",
                                                                     "lost",
                                                                     "hello_overdue",
                                                                     "silent",
                                                                     "ping_due",
                                                                     "swap_due",
                                                                     "proven",
                                                                     "drain_over",
                                                                     "stop"};

}  // namespace

std::string_view to_string(link_state state) noexcept {
    return link_state_names[static_cast<std::size_t>(state)];
}
std::string_view to_string(link_event event) noexcept {
    return link_event_names[static_cast<std::size_t>(event)];
}

link_row row_of(link_state state, link_event event) noexcept {
    const auto& found = link_cells::table[static_cast<std::size_t>(event)].in[static_cast<std::size_t>(state)];
    return {found.next.value_or(state), found.effect};
}

}  // namespace slipway::slack

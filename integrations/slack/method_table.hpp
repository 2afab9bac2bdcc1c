// What is special about each Web API method the bot uses (slack.md §3.2, §3.4, §3.6). Pure.
#pragma once

#include <string_view>

#include "integrations/base/clock.hpp"

namespace slipway::slack {

enum class body_kind { json, form };
enum class token_kind { bot, app };
/// What a repeated call does when the first one's answer was lost.
enum class repetition {
    safe,    ///< a read, or a write that ends in the same state
    unsafe,  ///< would happen twice, or uses up a handle
};

/// How often a method may be called: `burst` at once, then one per `interval`.
struct pace {
    milliseconds interval{1'200};
    int burst = 10;
};

struct method_facts {
    std::string_view name;
    body_kind body = body_kind::form;
    token_kind token = token_kind::bot;
    repetition again = repetition::unsafe;
    pace workspace;                                ///< for the method as a whole
    pace per_channel{milliseconds{0}, 1'000'000};  ///< for one (method, channel)
};

/// The facts of a method; one that is not in the table is a form call (those work everywhere) at Tier 2, not repeated.
const method_facts& facts_of(std::string_view method) noexcept;

}  // namespace slipway::slack

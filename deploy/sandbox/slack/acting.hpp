// People of the workspace doing things: typing commands, clicking, filling in modals. What each sees comes back.
#pragma once

#include <map>
#include <string>

#include "deploy/sandbox/slack/elements.hpp"
#include "deploy/sandbox/slack/link_hub.hpp"
#include "deploy/sandbox/slack/world.hpp"

namespace slipway::sandbox::slack {

/// Where an element stands: a message, or (with `view`) a modal or Home.
struct element_place {
    std::string channel;
    std::string ts;
    std::string view;
    std::string block_id;
    std::string action_id;
    json::value value;  ///< of a button, when several share the action_id
};

/// Every answer has "ok" and "outcome": "ok"; "trouble" (the app did not answer: "text" is what the person reads, the
/// page shows a warning triangle); "refused" (it cannot be done there: "text" says why); "errors" (fields of a modal).
class acting {
public:
    acting(world& all, link_hub& links, slipway::timers& timers) : all_{all}, links_{links}, timers_{timers} {}

    /// What a person typed into the composer, starting with "/".
    task<json::object> command(std::string user, std::string channel, std::string typed);
    /// A click, a choice or an entry; `choice` is ignored for buttons.
    task<json::object> use(std::string user, element_place place, json::value choice);
    /// Typing into an external menu; the answer has "options" or "option_groups".
    task<json::object> suggest(std::string user, element_place place, std::string typed);
    /// `values`: block_id → choice, or block_id → {action_id → choice}; what is left out keeps its state.
    task<json::object> submit(std::string user, std::string view_id, json::object values);
    task<json::object> close(std::string user, bool whole_stack);
    /// A global shortcut, or with `ts` one on a message.
    task<json::object> shortcut(std::string user, std::string callback_id, std::string channel, std::string ts);
    json::object open_home(const std::string& user);
    json::object say(const std::string& user, const std::string& channel, const std::string& typed,
                     const std::string& thread_ts);

private:
    struct located;
    result<located> locate(const std::string& user, const element_place& place);
    json::object describe(const std::string& user, const located& where, json::object payload);
    json::object apply(const std::string& user, const std::string& view_id, const delivery& done);
    json::object apply_answer(const std::string& user, view& top, const json::value& answer);
    json::object values_of(const view& what) const;
    void show_trouble(const std::string& user, conversation& where, const std::string& text);

    world& all_;
    link_hub& links_;
    slipway::timers& timers_;
    std::map<std::string, json::object> message_values_;  ///< "user channel ts" → state.values
};

}  // namespace slipway::sandbox::slack

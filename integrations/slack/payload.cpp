// Slack's payloads read into types.
#include "integrations/slack/payload.hpp"

#include <array>

#include "integrations/base/json.hpp"

namespace slipway::slack {
namespace {

std::string first_of(const json::object& from, std::initializer_list<std::string_view> paths) {
    for (const auto path : paths) {
        auto found = text_at(from, path);
        if (!found.empty()) return found;
    }
    return {};
}

// ── values of elements ───────────────────────────────────────────────────────────────────────────────────────────

void add_scalar(std::vector<std::string>& values, const json::value& each) {
    if (const auto* text = each.if_string())
        values.emplace_back(text->data(), text->size());
    else if (each.is_int64())
        values.push_back(std::to_string(each.get_int64()));
}

void add_option(std::vector<std::string>& values, const json::value& option) {
    if (option.is_object()) values.push_back(text_at(option, "value"));
}

/// What was chosen in an element, whichever of Slack's fourteen member names carries it.
std::vector<std::string> chosen_in(const json::object& element) {
    static constexpr std::array scalars{"selected_user", "selected_conversation", "selected_channel",
                                        "selected_date", "selected_time",         "selected_date_time"};
    static constexpr std::array lists{"selected_users", "selected_conversations", "selected_channels"};
    std::vector<std::string> values;
    if (const auto* option = element.if_contains("selected_option")) add_option(values, *option);
    for (const auto& option : array_at(element, "selected_options")) add_option(values, option);
    for (const auto* name : scalars)
        if (const auto* found = element.if_contains(name)) add_scalar(values, *found);
    for (const auto* name : lists)
        for (const auto& each : array_at(element, name)) add_scalar(values, each);
    return values;
}

form_value value_in(std::string_view block, std::string_view action, const json::object& element) {
    form_value read{std::string{block}, std::string{action}, text_at(element, "type"), chosen_in(element)};
    if (const auto* typed = element.if_contains("value")) add_scalar(read.values, *typed);
    return read;
}

form_state state_in(const json::object& values) {
    form_state state;
    for (const auto& block : values) {
        if (!block.value().is_object()) continue;
        for (const auto& action : block.value().get_object())
            if (const auto* element = action.value().if_object())
                state.all.push_back(value_in(block.key(), action.key(), *element));
    }
    return state;
}

view_facts view_in(const json::object& view) {
    view_facts facts;
    facts.id = text_at(view, "id");
    facts.callback_id = text_at(view, "callback_id");
    facts.private_metadata = text_at(view, "private_metadata");
    facts.hash = text_at(view, "hash");
    facts.root_id = text_at(view, "root_view_id");
    facts.external_id = text_at(view, "external_id");
    return facts;
}

// ── commands and interactive payloads ────────────────────────────────────────────────────────────────────────────

payload command_in(const json::object& body, instant received) {
    slash_command command;
    command.from.team = text_at(body, "team_id");
    command.from.enterprise = text_at(body, "enterprise_id");
    command.from.user = text_at(body, "user_id");
    command.from.channel = text_at(body, "channel_id");
    command.from.response_url = text_at(body, "response_url");
    command.from.trigger_id = text_at(body, "trigger_id");
    command.from.received = received;
    command.command = text_at(body, "command");
    command.text = untrusted{text_at(body, "text")};
    if (command.command.empty()) return unknown_payload{command.from, "slash_commands without a command"};
    return command;
}

origin interactive_origin(const json::object& body, instant received) {
    origin from;
    // The user's own team decides who somebody is; `team` is where the app is installed, and null for whole
    // organisations.
    from.team = first_of(body, {"user.team_id", "team.id", "view.team_id"});
    from.enterprise = text_at(body, "enterprise.id");
    from.user = text_at(body, "user.id");
    from.channel = first_of(body, {"channel.id", "container.channel_id"});
    from.response_url = text_at(body, "response_url");
    from.trigger_id = text_at(body, "trigger_id");
    from.received = received;
    return from;
}

payload click_in(const json::object& body, origin from) {
    const auto& actions = array_at(body, "actions");
    if (actions.empty() || !actions.front().is_object())
        return unknown_payload{std::move(from), "interactive/block_actions without an action"};
    const auto& action = actions.front().get_object();
    block_action click;
    click.from = std::move(from);
    click.action_id = text_at(action, "action_id");
    click.block_id = text_at(action, "block_id");
    click.type = text_at(action, "type");
    click.value = text_at(action, "value");
    click.selected = chosen_in(action);
    click.message_ts = first_of(body, {"container.message_ts", "message.ts"});
    click.thread_ts = first_of(body, {"container.thread_ts", "message.thread_ts"});
    click.ephemeral = flag_at(body, "container.is_ephemeral");
    click.view = view_in(object_at(body, "view"));
    click.state = state_in(object_at(body, click.view.id.empty() ? "state.values" : "view.state.values"));
    click.action_ts = text_at(action, "action_ts");
    return click;
}

payload interactive_in(const json::object& body, instant received) {
    auto from = interactive_origin(body, received);
    const auto type = text_at(body, "type");
    const auto view = view_in(object_at(body, "view"));
    if (type == "block_actions") return click_in(body, std::move(from));
    if (type == "view_submission")
        return view_submission{std::move(from), view, state_in(object_at(body, "view.state.values"))};
    if (type == "view_closed") return view_closed{std::move(from), view, flag_at(body, "is_cleared")};
    if (type == "shortcut") return shortcut{std::move(from), text_at(body, "callback_id")};
    if (type == "message_action")
        return message_action{std::move(from), text_at(body, "callback_id"),
                              first_of(body, {"message_ts", "message.ts"}), untrusted{text_at(body, "message.text")}};
    if (type == "block_suggestion")
        return block_suggestion{std::move(from), text_at(body, "action_id"), text_at(body, "block_id"),
                                untrusted{text_at(body, "value")}, view};
    return unknown_payload{std::move(from), "interactive/" + type};
}

// ── events ───────────────────────────────────────────────────────────────────────────────────────────────────────

origin event_origin(const json::object& body, const json::object& event, instant received) {
    origin from;
    // In shared channels team_id may be the other company's; context_team_id is where we are installed.
    from.team = first_of(body, {"event.user_team", "event.team", "context_team_id", "team_id"});
    from.enterprise = text_at(body, "enterprise_id");
    from.user = text_at(event, "user");
    from.channel = text_at(event, "channel");
    from.received = received;
    return from;
}

payload event_in(const json::object& body, instant received) {
    const auto& event = object_at(body, "event");
    auto from = event_origin(body, event, received);
    const auto type = text_at(event, "type");
    const untrusted text{text_at(event, "text")};
    const auto ts = text_at(event, "ts");
    const auto thread = text_at(event, "thread_ts");
    if (type == "app_mention") return app_mention{std::move(from), text, ts, thread, text_at(event, "bot_id")};
    if (type == "app_home_opened") return app_home_opened{std::move(from), text_at(event, "tab")};
    if (type == "member_joined_channel") return member_joined{std::move(from), text_at(event, "inviter")};
    if (type == "message")
        return message_posted{std::move(from),
                              text,
                              ts,
                              thread,
                              text_at(event, "channel_type"),
                              text_at(event, "subtype"),
                              text_at(event, "bot_id"),
                              text_at(event, "client_msg_id")};
    return unknown_payload{std::move(from), "event/" + (type.empty() ? text_at(body, "type") : type)};
}

struct describer {
    std::string operator()(const slash_command& each) const { return "slash_command " + each.command; }
    std::string operator()(const block_action& each) const { return "block_action " + each.action_id; }
    std::string operator()(const view_submission& each) const { return "view_submission " + each.view.callback_id; }
    std::string operator()(const view_closed& each) const { return "view_closed " + each.view.callback_id; }
    std::string operator()(const shortcut& each) const { return "shortcut " + each.callback_id; }
    std::string operator()(const message_action& each) const { return "message_action " + each.callback_id; }
    std::string operator()(const block_suggestion& each) const { return "block_suggestion " + each.action_id; }
    std::string operator()(const app_mention&) const { return "app_mention"; }
    std::string operator()(const app_home_opened& each) const { return "app_home_opened " + each.tab; }
    std::string operator()(const member_joined&) const { return "member_joined_channel"; }
    std::string operator()(const message_posted& each) const { return "message " + each.subtype; }
    std::string operator()(const unknown_payload& each) const { return "unknown " + each.type; }
};

}  // namespace

std::string form_state::value_of(std::string_view block, std::string_view action) const {
    const auto found = values_of(block, action);
    return found.empty() ? std::string{} : found.front();
}

std::vector<std::string> form_state::values_of(std::string_view block, std::string_view action) const {
    for (const auto& each : all)
        if (each.block == block && each.action == action) return each.values;
    return {};
}

const origin& origin_of(const payload& any) noexcept {
    return std::visit([](const auto& each) -> const origin& { return each.from; }, any);
}

std::string describe(const payload& any) {
    return std::visit(describer{}, any);
}

payload payload_of(const envelope& arrived, instant received) {
    if (arrived.type == "slash_commands") return command_in(arrived.payload, received);
    if (arrived.type == "interactive") return interactive_in(arrived.payload, received);
    if (arrived.type == "events_api") return event_in(arrived.payload, received);
    unknown_payload unknown;
    unknown.from.received = received;
    unknown.type = arrived.type;
    return unknown;
}

}  // namespace slipway::slack

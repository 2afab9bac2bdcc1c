#include "deploy/sandbox/slack/acting.hpp"

#include <algorithm>

#include "deploy/sandbox/slack/block_rules.hpp"
#include "deploy/sandbox/slack/methods.hpp"
#include "deploy/sandbox/slack/payloads.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

json::object fine() {
    return {{"ok", true}, {"outcome", "ok"}};
}

json::object cannot(const std::string& text) {
    return {{"ok", false}, {"outcome", "refused"}, {"text", text}};
}

json::object trouble(const std::string& text, const delivery& done) {
    return {{"ok", false}, {"outcome", "trouble"}, {"problem", done.problem}, {"text", text}};
}

}  // namespace

/// An element with what it stands on; pointers are good until the next await.
struct acting::located {
    found_element element;
    conversation* where = nullptr;
    message* what = nullptr;
    view* in_view = nullptr;
};

void acting::show_trouble(const std::string& user, conversation& where, const std::string& text) {
    message said;
    said.user = "USLACKBOT";
    said.text = text;
    said.ephemeral_to = user;
    said.notice = "trouble";
    all_.workspace.post(where, std::move(said), timers_.now());
}

task<json::object> acting::command(std::string user, std::string channel, std::string typed) {
    auto* where = all_.workspace.find(channel);
    if (where == nullptr || !where->is_visible_to(user)) co_return cannot("you cannot see the channel " + channel);
    const auto blank = typed.find_first_of(" \n");
    const auto name = typed.substr(0, blank);
    const auto rest = blank == std::string::npos ? std::string{} : typed.substr(blank + 1);
    if (std::ranges::find(all_.commands, name, &command_offer::name) == all_.commands.end()) {
        const auto text = "`" + name + "` is not a valid command. It is not one that an installed app offers.";
        show_trouble(user, *where, text);
        co_return cannot(text);
    }
    const auto text = encode_typed(all_.workspace, rest, /*with_names=*/true);
    auto payload = command_payload(all_, user, *where, name, text, timers_.now());
    const auto done = co_await links_.deliver("slash_commands", std::move(payload), /*accepts_response=*/true);
    where = all_.workspace.find(channel);
    if (!done.acked) {
        const auto words = done.problem == "no_link"
                               ? name + " failed because the app did not respond (dispatch_failed)"
                               : name + " failed with the error \"operation_timeout\"";
        show_trouble(user, *where, words);
        co_return trouble(words, done);
    }
    auto answer = fine();
    answer["latency_ms"] = done.latency.count();
    if (!done.answer.is_object() || done.answer.get_object().empty()) co_return answer;
    const arguments said{done.answer.get_object()};
    message what;
    what.user = all_.workspace.bot_user;
    what.bot_id = all_.workspace.bot_id;
    if (take_content(said, what, /*needs_content=*/true)) co_return answer;
    if (said.text("response_type") == "in_channel") {
        message line;
        line.user = user;
        line.text = encode_typed(all_.workspace, typed, /*with_names=*/false);
        line.notice = "slash";
        all_.workspace.post(*where, std::move(line), timers_.now());
    } else {
        what.ephemeral_to = user;
    }
    all_.workspace.post(*where, std::move(what), timers_.now());
    co_return answer;
}

result<acting::located> acting::locate(const std::string& user, const element_place& place) {
    located found;
    if (!place.view.empty()) {
        found.in_view = all_.views.find(place.view);
        if (found.in_view == nullptr || found.in_view->user != user)
            return failure{errc::not_found, "you have no open view " + place.view};
        auto element =
            find_element(array_at(found.in_view->content, "blocks"), place.block_id, place.action_id, place.value);
        if (!element) return element.error();
        found.element = std::move(*element);
        return found;
    }
    found.where = all_.workspace.find(place.channel);
    if (found.where == nullptr || !found.where->is_visible_to(user))
        return failure{errc::not_found, "you cannot see the channel " + place.channel};
    found.what = found.where->find(place.ts);
    const bool hidden =
        found.what == nullptr || (!found.what->ephemeral_to.empty() && found.what->ephemeral_to != user);
    if (hidden)
        return failure{errc::not_found, "no message " + place.ts + " in " + place.channel + " that you can see"};
    auto element = find_element(found.what->blocks, place.block_id, place.action_id, place.value);
    if (!element) return element.error();
    found.element = std::move(*element);
    return found;
}

json::object acting::values_of(const view& what) const {
    json::object values;
    for (const auto& each : all_elements(array_at(what.content, "blocks"))) {
        auto state = initial_state(each.element);
        const auto action = text_at(each.element, "action_id");
        const auto* typed = what.values.if_contains(each.block_id);
        const auto* known = typed != nullptr ? typed->as_object().if_contains(action) : nullptr;
        if (known != nullptr) state = known->as_object();
        if (state.empty()) continue;
        auto& in_block = values[each.block_id];
        if (!in_block.is_object()) in_block.emplace_object();
        in_block.get_object()[action] = std::move(state);
    }
    return values;
}

/// Adds what depends on the place: container, message or view, state, response_url.
json::object acting::describe(const std::string& user, const located& where, json::object payload) {
    if (where.in_view != nullptr) {
        auto shown = all_.views.to_json(*where.in_view);
        shown["state"] = {{"values", values_of(*where.in_view)}};
        payload["container"] = {{"type", "view"}, {"view_id", where.in_view->id}};
        payload["view"] = std::move(shown);
        return payload;
    }
    const auto& what = *where.what;
    json::object container{{"type", "message"},
                           {"message_ts", what.ts},
                           {"channel_id", what.channel},
                           {"is_ephemeral", !what.ephemeral_to.empty()}};
    if (!what.thread_ts.empty()) container["thread_ts"] = what.thread_ts;
    payload["container"] = std::move(container);
    payload["channel"] = {{"id", what.channel}, {"name", where.where->is_im() ? "directmessage" : where.where->name}};
    if (what.ephemeral_to.empty()) payload["message"] = all_.workspace.to_json(what, /*with_metadata=*/true);
    payload["state"] = {{"values", message_values_[user + " " + what.channel + " " + what.ts]}};
    return payload;
}

task<json::object> acting::use(std::string user, element_place place, json::value choice) {
    auto found = locate(user, place);
    if (!found) co_return cannot(found.error().sentence());
    const auto now = timers_.now();
    const auto& element = found->element.element;
    const auto action = text_at(element, "action_id");
    auto state = state_after(element, choice);
    if (!state) co_return cannot(state.error().sentence());
    const bool is_button = text_at(element, "type") == "button";
    const bool keeps_state = !is_button && text_at(element, "type") != "overflow";
    if (keeps_state && found->in_view != nullptr)
        all_.views.typed(*found->in_view, found->element.block_id, action, *state);
    if (keeps_state && found->what != nullptr) {
        auto& values = message_values_[user + " " + place.channel + " " + place.ts];
        auto& in_block = values[found->element.block_id];
        if (!in_block.is_object()) in_block.emplace_object();
        in_block.get_object()[action] = *state;
    }
    if (found->element.in_input && !flag_at(*found->element.block, "dispatch_action")) co_return fine();

    auto payload = describe(user, *found, interactive_payload(all_, "block_actions", user));
    payload["trigger_id"] = all_.triggers.issue(user, now);
    if (found->what != nullptr) {
        response_target target;
        target.channel = place.channel;
        target.user = user;
        target.source_ts = place.ts;
        target.thread_ts = found->what->thread_ts;
        payload["response_url"] = all_.address + "/slack/response/" + all_.responses.issue(std::move(target), now);
    }
    payload["actions"] = json::array{json::value(used_element(found->element, *state, now))};
    const auto done = co_await links_.deliver("interactive", std::move(payload), /*accepts_response=*/true);
    if (!done.acked) co_return trouble("The app did not answer in time. Try again.", done);
    auto answer = fine();
    answer["latency_ms"] = done.latency.count();
    co_return answer;
}

task<json::object> acting::suggest(std::string user, element_place place, std::string typed) {
    auto found = locate(user, place);
    if (!found) co_return cannot(found.error().sentence());
    auto payload = describe(user, *found, interactive_payload(all_, "block_suggestion", user));
    payload["action_id"] = text_at(found->element.element, "action_id");
    payload["block_id"] = found->element.block_id;
    payload["value"] = typed;
    const auto done = co_await links_.deliver("interactive", std::move(payload), /*accepts_response=*/true);
    if (!done.acked) co_return trouble("No results: the app did not answer in time.", done);
    auto answer = fine();
    answer["options"] = array_at(done.answer, "options");
    answer["option_groups"] = array_at(done.answer, "option_groups");
    co_return answer;
}

task<json::object> acting::shortcut(std::string user, std::string callback_id, std::string channel, std::string ts) {
    auto* where = all_.workspace.find(channel);
    const auto* used = where != nullptr && where->is_visible_to(user) ? where->find(ts) : nullptr;
    if (callback_id.empty()) co_return cannot("say which shortcut: \"callback_id\"");
    if (!ts.empty() && used == nullptr) co_return cannot("you see no message " + ts + " there");
    const auto now = timers_.now();
    auto payload = interactive_payload(all_, used != nullptr ? "message_action" : "shortcut", user);
    payload["callback_id"] = callback_id;
    payload["trigger_id"] = all_.triggers.issue(user, now);
    payload["action_ts"] = to_ts(to_unix_ms(now) * 1000);
    if (used != nullptr) {
        payload["message"] = all_.workspace.to_json(*used, /*with_metadata=*/true);
        payload["message_ts"] = ts;
        payload["channel"] = {{"id", channel}, {"name", where->name}};
        response_target target;
        target.channel = channel;
        target.user = user;
        target.thread_ts = used->thread_ts;
        payload["response_url"] = all_.address + "/slack/response/" + all_.responses.issue(std::move(target), now);
    }
    const auto done = co_await links_.deliver("interactive", std::move(payload), /*accepts_response=*/true);
    if (!done.acked) co_return trouble("The app did not answer in time. Try again.", done);
    co_return fine();
}

json::object acting::open_home(const std::string& user) {
    if (all_.workspace.find_user(user) == nullptr) return cannot("nobody here has the id " + user);
    const auto now = timers_.now();
    const auto ts = to_ts(to_unix_ms(now) * 1000);
    json::object event{{"type", "app_home_opened"},
                       {"user", user},
                       {"channel", all_.workspace.im_with(user).id},
                       {"tab", "home"},
                       {"event_ts", ts}};
    if (const auto* home = all_.views.home(user)) event["view"] = all_.views.to_json(*home);
    links_.publish_event(std::move(event));
    return fine();
}

json::object acting::say(const std::string& user, const std::string& channel, const std::string& typed,
                         const std::string& thread_ts) {
    auto* where = all_.workspace.find(channel);
    if (where == nullptr || !where->is_visible_to(user)) return cannot("you cannot see the channel " + channel);
    if (!thread_ts.empty() && where->find(thread_ts) == nullptr)
        return cannot("there is no message " + thread_ts + " to reply to");
    if (typed.empty()) return cannot("an empty message is not sent");
    message what;
    what.user = user;
    what.text = encode_typed(all_.workspace, typed, /*with_names=*/false);
    what.thread_ts = thread_ts;
    where->members.insert(user);
    const auto& stored = all_.workspace.post(*where, std::move(what), timers_.now());
    auto answer = fine();
    answer["ts"] = stored.ts;
    json::object event{{"user", user},       {"text", stored.text},   {"ts", stored.ts},
                       {"channel", channel}, {"event_ts", stored.ts}, {"team", all_.workspace.team_id}};
    if (!thread_ts.empty()) event["thread_ts"] = thread_ts;
    if (where->is_im()) {
        auto direct = event;
        direct["type"] = "message";
        direct["channel_type"] = "im";
        links_.publish_event(std::move(direct));
    }
    if (stored.text.find("<@" + all_.workspace.bot_user + ">") != std::string::npos && !where->is_im()) {
        event["type"] = "app_mention";
        links_.publish_event(std::move(event));
    }
    return answer;
}

}  // namespace slipway::sandbox::slack

#include "deploy/sandbox/slack/control.hpp"

#include <algorithm>

#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

json::object complaint(const std::string& text) {
    return {{"ok", false}, {"outcome", "refused"}, {"text", text}};
}

element_place place_in(const json::object& body) {
    element_place made;
    made.channel = text_at(body, "channel");
    made.ts = text_at(body, "ts");
    made.view = text_at(body, "view_id");
    made.block_id = text_at(body, "block_id");
    made.action_id = text_at(body, "action_id");
    if (const auto* value = body.if_contains("value")) made.value = *value;
    return made;
}

json::value choice_in(const json::object& body) {
    const auto* choice = body.if_contains("choose");
    return choice != nullptr ? *choice : json::value(nullptr);
}

}  // namespace

json::object views_of(world& all, const std::string& user) {
    json::array stack;
    for (const auto& each : all.views.stack(user)) stack.push_back(all.views.to_json(each));
    const auto* home = all.views.home(user);
    json::object made{{"type", "views"}, {"stack", std::move(stack)}};
    made["home"] = home != nullptr ? json::value(all.views.to_json(*home)) : json::value(nullptr);
    return made;
}

json::object control::state(const std::string& user) const {
    const auto& space = all_.workspace;
    json::array people;
    for (const auto& [id, each] : space.users) {
        people.push_back({{"id", id},
                          {"name", each.name},
                          {"real_name", each.real_name},
                          {"title", each.title},
                          {"colour", each.colour},
                          {"initials", each.initials},
                          {"roles", json::value_from(each.roles)},
                          {"is_bot", each.is_bot}});
    }
    json::array conversations;
    for (const auto& id : space.order) {
        const auto& each = space.conversations.at(id);
        if (user.empty() ? each.is_im() : !each.is_visible_to(user)) continue;
        conversations.push_back({{"id", id},
                                 {"name", each.name},
                                 {"topic", each.topic},
                                 {"is_private", each.is_private},
                                 {"is_im", each.is_im()},
                                 {"im_with", each.im_with},
                                 {"members", json::value_from(each.members)}});
    }
    json::array commands;
    for (const auto& each : all_.commands) {
        commands.push_back({{"name", each.name},
                            {"description", each.description},
                            {"usage", each.usage},
                            {"examples", json::value_from(each.examples)}});
    }
    json::array pages;
    for (const auto& each : around_.pages()) pages.push_back({{"title", each.title}, {"path", each.path}});
    return {
        {"workspace", {{"id", space.team_id}, {"name", space.name}, {"domain", space.domain}}},
        {"app", {{"id", space.app_id}, {"user", space.bot_user}, {"linked", links_.live() > 0 || requests_.is_on()}}},
        {"people", std::move(people)},
        {"personas", json::value_from(space.people)},
        {"conversations", std::move(conversations)},
        {"commands", std::move(commands)},
        {"pages", std::move(pages)},
        {"counts", feed_.counts(user)},
        {"newest", feed_.newest()}};
}

json::object control::channel(const std::string& id, const std::string& user) {
    auto* where = all_.workspace.find(id);
    if (where == nullptr || (!user.empty() && !where->is_visible_to(user)))
        return complaint("there is no channel " + id + " that " + (user.empty() ? "anybody" : user) + " can see");
    json::array messages;
    for (const auto& [ts, each] : where->messages) {
        if (each.ephemeral_to.empty() || each.ephemeral_to == user || user.empty())
            messages.push_back(all_.workspace.to_json(each, /*with_metadata=*/true));
    }
    return {{"ok", true}, {"id", id}, {"messages", std::move(messages)}, {"newest", feed_.newest()}};
}

task<net::server_response> control::answer(net::server_request asked) {
    constexpr std::string_view prefix = "/control/";
    const auto what =
        net::percent_decode(std::string_view{asked.path}.substr(std::min(prefix.size(), asked.path.size())));
    if (asked.method == "GET") co_return co_await read(what, net::decode_form(asked.query));
    // A page of another origin cannot send this type without asking first, so nobody else's page acts here.
    const auto type = asked.headers.find("Content-Type").value_or("");
    if (!type.starts_with("application/json"))
        co_return json_response(complaint("send JSON with Content-Type: application/json"), 415);
    auto body = parse_json(asked.body.empty() ? "{}" : asked.body);
    if (!body || !body->is_object()) co_return json_response(complaint("the body is not a JSON object"), 400);
    if (what.starts_with("act/")) co_return co_await act(what.substr(4), std::move(body->get_object()));
    if (what == "requests") co_return co_await use_requests(text_at(*body, "url"));
    if (const auto kind = text_at(*body, "link_url"); what == "faults" && !kind.empty())
        co_return co_await lead_astray(kind, number_at(*body, "times", 1));
    co_return cause(what, body->get_object());
}

task<net::server_response> control::read(std::string what, std::vector<net::field> query) {
    const auto user = net::field_of(query, "as");
    if (!user.empty() && all_.workspace.find_user(user) == nullptr)
        co_return json_response(complaint("nobody here has the id " + user), 404);
    if (what == "state") co_return json_response(state(user));
    if (what == "views") co_return json_response(views_of(all_, user));
    if (what == "notifications") co_return json_response(all_.workspace.notifications);
    if (what == "calls") co_return json_response(api_.calls());
    if (what == "links") co_return json_response(links_.to_json());
    if (what == "requests") co_return json_response(requests_.to_json());
    if (what.starts_with("channels/")) {
        const auto found = channel(what.substr(9), user);
        co_return json_response(found, flag_at(found, "ok") ? 200 : 404);
    }
    if (what == "events") {
        const arguments asked{[&query] {
            json::object all;
            for (const auto& each : query) all[each.name] = each.value;
            return all;
        }()};
        const auto wait = std::chrono::seconds{std::clamp<std::int64_t>(asked.number("wait", 0), 0, 15)};
        const auto found = co_await feed_.since(user, asked.number("after", 0), wait);
        co_return json_response(found);
    }
    co_return json_response(complaint("the control interface has nothing at " + what), 404);
}

task<net::server_response> control::act(std::string what, json::object body) {
    const auto user = text_at(body, "as");
    if (all_.workspace.find_user(user) == nullptr)
        co_return json_response(complaint("say who acts: \"as\": a user id from /control/state"), 400);
    const auto channel = text_at(body, "channel");
    const auto typed = text_at(body, "text");
    json::object done;
    if (what == "command") {
        done = co_await people_.command(user, channel, typed);
    } else if (what == "click" || what == "choose") {
        done = co_await people_.use(user, place_in(body), choice_in(body));
    } else if (what == "suggest") {
        done = co_await people_.suggest(user, place_in(body), typed);
    } else if (what == "submit") {
        done = co_await people_.submit(user, text_at(body, "view_id"), object_at(body, "values"));
    } else if (what == "close") {
        done = co_await people_.close(user, flag_at(body, "all"));
    } else if (what == "shortcut") {
        done = co_await people_.shortcut(user, text_at(body, "callback_id"), channel, text_at(body, "ts"));
    } else if (what == "home") {
        done = people_.open_home(user);
    } else if (what == "message") {
        done = people_.say(user, channel, typed, text_at(body, "thread_ts"));
    } else if (what == "read") {
        if (auto* where = all_.workspace.find(channel)) all_.workspace.mark_read(*where, user);
        done["ok"] = true;
    } else if (what == "dismiss") {
        auto* where = all_.workspace.find(channel);
        const auto* found = where != nullptr ? where->find(text_at(body, "ts")) : nullptr;
        const bool own = found != nullptr && found->ephemeral_to == user;
        if (own) all_.workspace.remove(*where, text_at(body, "ts"));
        done["ok"] = own;
    } else {
        co_return json_response(complaint("nobody can " + what + " here"), 404);
    }
    co_return json_response(done);
}

task<net::server_response> control::use_requests(std::string url) {
    const auto used = co_await requests_.use(std::move(url));
    if (!used) co_return json_response(complaint(used.error().sentence()));
    const json::object fine{{"ok", true}};
    co_return json_response(fine);
}

task<net::server_response> control::lead_astray(std::string kind, std::int64_t times) {
    const auto where = co_await doors_.address(std::move(kind), all_.websocket_address);
    if (!where) co_return json_response(complaint(where.error().sentence()), 400);
    all_.astray.insert(all_.astray.end(), static_cast<std::size_t>(std::clamp<std::int64_t>(times, 1, 1'000)), *where);
    const json::object fine{{"ok", true}};
    co_return json_response(fine);
}

net::server_response control::cause(const std::string& what, const json::object& body) {
    if (what == "faults") {
        const auto done = fault(body);
        return json_response(done, flag_at(done, "ok") ? 200 : 400);
    }
    if (what == "channels") {
        auto* where = all_.workspace.find(text_at(body, "channel"));
        if (where == nullptr) return json_response(complaint("there is no such channel"), 404);
        if (body.contains("archived")) where->is_archived = flag_at(body, "archived");
        if (const auto gone = text_at(body, "delete"); !gone.empty()) all_.workspace.remove(*where, gone);
        return json_response({{"ok", true}});
    }
    if (what == "limits") {
        if (const auto* value = body.if_contains("generosity"); value != nullptr && value->is_number())
            all_.limits.generosity = value->to_number<double>();
        if (const auto* value = body.if_contains("post_burst"); value != nullptr && value->is_number())
            all_.limits.post_burst = value->to_number<double>();
        return json_response({{"ok", true}});
    }
    if (what == "forget") {
        api_.clear_calls();
        all_.workspace.notifications.clear();
        return json_response({{"ok", true}});
    }
    return json_response(complaint("the control interface has nothing at " + what), 404);
}

json::object control::fault(const json::object& body) {
    const auto ms = [&body](const char* name, std::int64_t otherwise) {
        return milliseconds{number_at(body, name, otherwise)};
    };
    bool understood = false;
    if (const auto method = text_at(body, "method"); !method.empty()) {
        api_fault what;
        what.answer = text_at(body, "answer");
        what.times = static_cast<int>(number_at(body, "times", 1));
        what.wait = ms("wait_ms", 1000);
        api_.add_fault(method, std::move(what));
        understood = true;
    }
    if (const auto reason = text_at(body, "disconnect"); !reason.empty()) {
        links_.disconnect_all(reason, ms("after_ms", 10'000));
        understood = true;
    }
    if (const auto how = text_at(body, "drop"); !how.empty()) {
        links_.drop_all(how == "reset");
        understood = true;
    }
    if (const auto kind = text_at(body, "garbage"); !kind.empty()) {
        links_.send_garbage(kind);
        understood = true;
    }
    auto& knobs = links_.knobs;
    const auto number = [&](const char* name, int& into) {
        if (!body.contains(name)) return;
        into = static_cast<int>(number_at(body, name, into));
        understood = true;
    };
    number("ghosts", knobs.ghosts);
    number("refuse_upgrades", knobs.refuse_upgrades);
    number("refuse_status", knobs.refuse_status);
    number("most_links", knobs.most_links);
    const auto flag = [&](const char* name, bool& into) {
        if (!body.contains(name)) return;
        into = flag_at(body, name);
        understood = true;
    };
    flag("deaf", knobs.deaf);
    flag("repeat_envelopes", knobs.repeat_envelopes);
    flag("null_team", all_.names_no_team);
    flag("sparse", all_.names_little);
    if (body.contains("pong_delay_ms")) {
        links_.set_pong_delay(ms("pong_delay_ms", 0));
        understood = true;
    }
    if (body.contains("clock_ahead_s")) {
        requests_.clock_ahead = std::chrono::seconds{number_at(body, "clock_ahead_s")};
        understood = true;
    }
    const auto span = [&](const char* name, milliseconds& into) {
        if (!body.contains(name)) return;
        into = ms(name, into.count());
        understood = true;
    };
    span("connection_time_ms", knobs.connection_time);
    span("ping_interval_ms", knobs.ping_interval);
    span("silence_limit_ms", knobs.silence_limit);
    span("hello_delay_ms", knobs.hello_delay);
    span("trigger_life_ms", all_.triggers.life);
    span("edit_window_ms", all_.edit_window);
    if (const auto* scale = body.if_contains("time_scale"); scale != nullptr && scale->is_number()) {
        knobs.time_scale = scale->to_number<double>();
        understood = true;
    }
    if (flag_at(body, "clear")) {
        api_.clear_faults();
        knobs = {};
        links_.set_pong_delay(milliseconds{0});
        all_.astray.clear();
        all_.names_no_team = all_.names_little = false;
        requests_.clock_ahead = {};
        all_.edit_window = milliseconds{0};
        understood = true;
    }
    if (!understood) return complaint("this names no fault that the sandbox knows; see deploy/sandbox/README.md");
    return {{"ok", true}};
}

}  // namespace slipway::sandbox::slack

#include "deploy/sandbox/slack/workspace.hpp"

#include <algorithm>
#include <cstdio>

#include "deploy/sandbox/slack/text_rules.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

user human(const persona& from) {
    user made;
    made.id = from.slack_id;
    made.name = from.slack_name;
    made.real_name = from.name;
    made.title = from.title;
    made.email = from.email;
    made.colour = from.colour;
    made.initials = from.initials;
    made.roles = from.roles;
    made.groups = from.groups;
    return made;
}

user robot(const bot_identity& from) {
    user made;
    made.id = from.id;
    made.name = from.name;
    made.real_name = from.display_name;
    made.title = "App";
    made.colour = from.colour;
    made.initials = from.initials;
    made.is_bot = true;
    return made;
}

conversation planned(const channel& from, const scenario& all) {
    conversation made;
    made.id = from.id;
    made.name = from.name;
    made.topic = from.topic;
    made.is_private = from.is_private;
    for (const auto& key : from.members) made.members.insert(all.find_persona(key)->slack_id);
    if (from.members.empty()) {
        for (const auto& each : all.personas) made.members.insert(each.slack_id);
    }
    if (from.app_is_member) made.members.insert(all.workspace.bot.id);
    return made;
}

bool counts_as_new(const message& what, const std::string& user) {
    if (what.user == user || what.notice == "slash") return false;
    if (!what.ephemeral_to.empty()) return what.ephemeral_to == user;
    return what.thread_ts.empty() || what.broadcast;
}

}  // namespace

std::string to_ts(std::int64_t microseconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%010lld.%06lld", static_cast<long long>(microseconds / 1'000'000),
                  static_cast<long long>(microseconds % 1'000'000));
    return text;
}

message* conversation::find(const std::string& ts) {
    const auto found = messages.find(ts);
    return found == messages.end() ? nullptr : &found->second;
}

std::size_t conversation::replies_of(const std::string& ts) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        messages, [&ts](const auto& each) { return each.second.thread_ts == ts && each.second.ephemeral_to.empty(); }));
}

workspace::workspace(const scenario& from)
    : team_id{from.workspace.id},
      domain{from.workspace.domain},
      name{from.workspace.name},
      app_id{from.workspace.app_id},
      bot_user{from.workspace.bot.id},
      bot_id{from.workspace.bot.bot_id} {
    for (const auto& each : from.personas) {
        users.emplace(each.slack_id, human(each));
        people.push_back(each.slack_id);
    }
    users.emplace(bot_user, robot(from.workspace.bot));
    user slackbot;
    slackbot.id = "USLACKBOT";
    slackbot.name = "slackbot";
    slackbot.real_name = "Slackbot";
    slackbot.title = "Workspace helper";
    slackbot.colour = "#4a154b";
    slackbot.initials = "S";
    slackbot.is_bot = true;
    users.emplace(slackbot.id, slackbot);
    for (const auto& each : from.channels) {
        conversations.emplace(each.id, planned(each, from));
        order.push_back(each.id);
    }
    for (const auto& each : people) im_with(each);
}

const user* workspace::find_user(const std::string& id) const {
    const auto found = users.find(id);
    return found == users.end() ? nullptr : &found->second;
}

conversation* workspace::find(const std::string& id) {
    const auto found = conversations.find(id);
    return found == conversations.end() ? nullptr : &found->second;
}

conversation& workspace::im_with(const std::string& person) {
    const auto id = "D" + person.substr(1);
    const auto [place, is_new] = conversations.try_emplace(id);
    if (is_new) {
        place->second.id = id;
        place->second.im_with = person;
        place->second.members = {person, bot_user};
        order.push_back(id);
    }
    return place->second;
}

message& workspace::post(conversation& where, message what, instant now) {
    where.last_us_ = std::max(to_unix_ms(now) * 1000, where.last_us_ + 1);
    what.channel = where.id;
    what.ts = to_ts(where.last_us_);
    const auto ts = what.ts;
    auto& stored = where.messages.emplace(ts, std::move(what)).first->second;
    if (!stored.user.empty()) where.last_read[stored.user] = ts;
    notify(where, stored);
    changed(stored);
    return stored;
}

void workspace::notify(const conversation& where, const message& what) {
    for (const auto& each : mentions_of(what.text, what.blocks)) {
        notifications.push_back({{"channel", where.id},
                                 {"ts", what.ts},
                                 {"kind", each.kind},
                                 {"who", each.who},
                                 {"by", what.user},
                                 {"ephemeral_to", what.ephemeral_to},
                                 {"text", what.text}});
    }
}

void workspace::changed(const message& what) {
    auto body = to_json(what, /*with_metadata=*/true);
    json::object told{{"type", "message"}, {"channel", what.channel}, {"message", std::move(body)}};
    on_change({std::move(told), what.channel, what.ephemeral_to});
    auto* where = find(what.channel);
    auto* parent = where != nullptr && !what.thread_ts.empty() ? where->find(what.thread_ts) : nullptr;
    if (parent != nullptr && parent->ts != what.ts && what.ephemeral_to.empty()) changed(*parent);
}

void workspace::remove(conversation& where, const std::string& ts) {
    const auto* gone = where.find(ts);
    if (gone == nullptr) return;
    const auto only_for = gone->ephemeral_to;
    const auto parent_ts = gone->thread_ts;
    where.messages.erase(ts);
    on_change({{{"type", "message_removed"}, {"channel", where.id}, {"ts", ts}}, where.id, only_for});
    if (auto* parent = where.find(parent_ts)) changed(*parent);
}

void workspace::mark_read(conversation& where, const std::string& user) {
    if (where.messages.empty()) return;
    const auto& newest = where.messages.rbegin()->first;
    auto& last = where.last_read[user];
    if (last == newest) return;
    last = newest;
    on_change({{{"type", "read"}, {"channel", where.id}}, where.id, user});
}

std::size_t workspace::unread(const conversation& where, const std::string& user) const {
    const auto seen = where.last_read.find(user);
    auto from = seen == where.last_read.end() ? where.messages.begin() : where.messages.upper_bound(seen->second);
    return static_cast<std::size_t>(std::count_if(
        from, where.messages.end(), [&user](const auto& each) { return counts_as_new(each.second, user); }));
}

std::size_t workspace::calling(const conversation& where, const std::string& user) const {
    if (where.is_im()) return where.im_with == user ? unread(where, user) : 0;
    const auto* who = find_user(user);
    const auto seen = where.last_read.find(user);
    const auto calls = [&](const json::value& each) {
        if (text_at(each, "channel") != where.id || text_at(each, "by") == user) return false;
        if (seen != where.last_read.end() && text_at(each, "ts") <= seen->second) return false;
        const auto kind = text_at(each, "kind");
        if (kind == "user") return text_at(each, "who") == user;
        if (kind != "usergroup") return true;
        return who != nullptr && std::ranges::find(who->groups, text_at(each, "who")) != who->groups.end();
    };
    return static_cast<std::size_t>(std::ranges::count_if(notifications, calls));
}

file& workspace::create_file(std::string file_name, std::size_t bytes, std::string owner) {
    char id[24];
    std::snprintf(id, sizeof id, "F%07lld", static_cast<long long>(++next_number_));
    file made;
    made.id = id;
    made.title = file_name;
    made.name = std::move(file_name);
    made.announced = bytes;
    made.user = std::move(owner);
    return files.emplace(made.id, std::move(made)).first->second;
}

}  // namespace slipway::sandbox::slack

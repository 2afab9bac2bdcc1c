#include "deploy/sandbox/slack/views.hpp"

#include <cstdio>
#include <set>

#include "deploy/sandbox/slack/block_rules.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {

std::string view_shelf::next_id() {
    char text[24];
    std::snprintf(text, sizeof text, "V%07d", ++next_);
    return text;
}

std::string view_shelf::hash_of(instant now) {
    return std::to_string(to_unix(now)) + "." + random_hex(4);
}

const view* view_shelf::home(const std::string& user) const {
    const auto found = homes_.find(user);
    return found == homes_.end() ? nullptr : &found->second;
}

view* view_shelf::find(const std::string& id, const std::string& external_id) {
    const auto fits = [&](const view& each) {
        return id.empty() ? !external_id.empty() && text_at(each.content, "external_id") == external_id : each.id == id;
    };
    for (auto& [user, stack] : stacks_) {
        for (auto& each : stack) {
            if (fits(each)) return &each;
        }
    }
    for (auto& [user, each] : homes_) {
        if (fits(each)) return &each;
    }
    return nullptr;
}

view& view_shelf::push(const std::string& user, json::object content, instant now) {
    auto& stack = stacks_[user];
    view made;
    made.id = next_id();
    made.user = user;
    made.root = stack.empty() ? made.id : stack.front().id;
    made.previous = stack.empty() ? "" : stack.back().id;
    made.content = std::move(content);
    if (auto* blocks = made.content.if_contains("blocks")) complete_ids(blocks->as_array(), made.id + "-");
    made.hash = hash_of(now);
    stack.push_back(std::move(made));
    on_change(user);
    return stack.back();
}

void view_shelf::replace(view& what, json::object content, instant now) {
    what.content = std::move(content);
    if (auto* blocks = what.content.if_contains("blocks")) complete_ids(blocks->as_array(), what.id + "-");
    std::set<std::string> there;
    for (const auto& each : array_at(what.content, "blocks")) there.insert(text_at(each, "block_id"));
    json::object kept;
    for (const auto& each : what.values) {
        if (there.contains(std::string{each.key()})) kept[each.key()] = each.value();
    }
    what.values = std::move(kept);
    what.hash = hash_of(now);
    on_change(what.user);
}

view& view_shelf::publish(const std::string& user, json::object content, instant now) {
    auto& home = homes_[user];
    if (home.id.empty()) {
        home.id = home.root = next_id();
        home.user = user;
    }
    replace(home, std::move(content), now);
    return home;
}

std::vector<view> view_shelf::close(const std::string& user, bool whole_stack) {
    auto& stack = stacks_[user];
    std::vector<view> closed;
    while (!stack.empty() && (closed.empty() || whole_stack)) {
        closed.push_back(std::move(stack.back()));
        stack.pop_back();
    }
    if (!closed.empty()) on_change(user);
    return closed;
}

void view_shelf::typed(view& what, const std::string& block, const std::string& action, json::object state) {
    auto& in_block = what.values[block];
    if (!in_block.is_object()) in_block.emplace_object();
    in_block.get_object()[action] = std::move(state);
}

json::object view_shelf::to_json(const view& what) const {
    auto made = what.content;
    for (const std::string_view name : {"private_metadata", "callback_id", "external_id"}) {
        if (!made.contains(name)) made[name] = "";
    }
    for (const std::string_view name : {"title", "submit", "close"}) {
        if (!made.contains(name)) made[name] = nullptr;
    }
    for (const std::string_view name : {"clear_on_close", "notify_on_close"}) {
        if (!made.contains(name)) made[name] = false;
    }
    made["id"] = what.id;
    made["team_id"] = team_;
    made["hash"] = what.hash;
    made["state"] = {{"values", what.values}};
    made["root_view_id"] = what.root;
    made["previous_view_id"] = what.previous.empty() ? json::value(nullptr) : json::value(what.previous);
    made["app_id"] = app_;
    made["app_installed_team_id"] = team_;
    made["bot_id"] = bot_;
    return made;
}

}  // namespace slipway::sandbox::slack

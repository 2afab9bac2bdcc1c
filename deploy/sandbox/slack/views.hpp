// Modals and Home tabs: one stack of at most three views per person, hashes, and what was typed into them. Pure.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "integrations/base/clock.hpp"

namespace slipway::sandbox::slack {

namespace json = boost::json;

struct view {
    std::string id;
    std::string user;      ///< who sees it
    json::object content;  ///< what the app sent: type, title, blocks, private_metadata …
    std::string hash;
    std::string root;
    std::string previous;
    json::object values;  ///< state.values: block_id → action_id → element state
};

class view_shelf {
public:
    view_shelf(std::string team, std::string app, std::string bot) : team_{team}, app_{app}, bot_{bot} {}

    /// Called with the person whose stack or home changed.
    std::function<void(const std::string& user)> on_change = [](const std::string&) {};

    static constexpr std::size_t deepest = 3;

    const std::vector<view>& stack(const std::string& user) { return stacks_[user]; }
    /// nullptr when the person has no Home yet.
    const view* home(const std::string& user) const;
    /// By view id or, when `id` is empty, by external_id; among modals and homes.
    view* find(const std::string& id, const std::string& external_id = {});
    bool external_id_in_use(const std::string& external_id) { return !external_id.empty() && find({}, external_id); }

    /// A new modal above what is there; the caller checked the depth.
    view& push(const std::string& user, json::object content, instant now);
    /// Replaces the content; typed values of blocks that stay are kept, as Slack does.
    void replace(view& what, json::object content, instant now);
    view& publish(const std::string& user, json::object content, instant now);
    /// Closes the top view, or the whole stack; gives what was closed, top first.
    std::vector<view> close(const std::string& user, bool whole_stack);
    void typed(view& what, const std::string& block, const std::string& action, json::object state);

    json::object to_json(const view& what) const;

private:
    std::string next_id();
    std::string hash_of(instant now);

    std::string team_, app_, bot_;
    std::map<std::string, std::vector<view>> stacks_;
    std::map<std::string, view> homes_;
    int next_ = 0;
};

}  // namespace slipway::sandbox::slack

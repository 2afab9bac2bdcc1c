// Whom the messages that are posted call, and for which needed action (R7.10): a mention, or a direct message. An edit
// calls nobody in Slack, so only posts come in here.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/limits.hpp"

namespace slipway::fakes {

class mention_ledger {
public:
    /// A post: the outbox key of its row, whom it goes to when it is a direct message, and what it shows
    /// ({"text","blocks"}).
    void posted(const std::string& key, const std::string& direct_to, const json::object& shown) {
        if (key.starts_with("answer/")) return;  // to what the person has just done
        const auto [action, is_reminder] = action_of(key);
        if (action.empty() && key.find("/part/") != std::string::npos) return;  // the rest of a long message
        std::set<std::string> called;
        if (!direct_to.empty()) called.insert(direct_to);
        for (const auto& each : slack::mentions_in(json::value(shown))) {
            if (each.starts_with("#")) continue;  // a channel is named, nobody is called
            if (each.starts_with("@"))
                called.insert(each.substr(1, each.find('|') - 1));
            else if (!is_error_or_end(key))
                faults_.push_back(key + " calls a group: " + each);
        }
        for (const auto& who : called) {
            if (action.empty()) faults_.push_back(key + " calls " + who + ", who has nothing to do there");
            auto& found = calls_[{who, action}];
            (is_reminder ? found.reminders : found.posts).push_back(key);
        }
    }

    /// What breaks the policy: once for each needed action, and one reminder; groups only for errors and the end.
    std::vector<std::string> faults() const {
        auto all = faults_;
        for (const auto& [what, found] : calls_) {
            if (found.posts.size() > 1) all.push_back(twice(what, found.posts, ""));
            if (found.reminders.size() > 1) all.push_back(twice(what, found.reminders, "reminded of "));
        }
        return all;
    }
    /// How often somebody was called for an action, and reminded of it.
    std::pair<std::size_t, std::size_t> calls(const std::string& who, const std::string& action) const {
        const auto found = calls_.find({who, action});
        if (found == calls_.end()) return {0, 0};
        return {found->second.posts.size(), found->second.reminders.size()};
    }
    std::size_t actions() const { return calls_.size(); }

private:
    struct record {
        std::vector<std::string> posts, reminders;
    };

    /// "shop-1.4.0-1/push/ask/1.2/UDEE" → "push 1.2": the third card of a question is another action than its second.
    /// "" for a message that asks nobody for anything.
    static std::pair<std::string, bool> action_of(const std::string& key) {
        std::vector<std::string> parts(1);
        for (const char each : key)
            if (each == '/')
                parts.emplace_back();
            else
                parts.back() += each;
        if (parts.size() < 3 || key.find("/part/") != std::string::npos) return {};
        const auto& what = parts[2];
        if (parts.size() > 3 && (what == "gate" || what == "ask" || what == "reminder"))
            return {parts[1] + " " + parts[3], what == "reminder"};
        if (parts.size() > 4 && what == "asks") return {parts[1] + " " + parts[3] + " " + parts[4], false};
        if (parts[1] == "errors" && what == "call") return {key.substr(key.find("/errors/") + 1), false};
        // Whoever asked for the release is told of a veto, the leads of a gate that was opened past its rules.
        if (what == "veto" || parts[1] == "glass") return {key.substr(key.find('/') + 1), false};
        return {};
    }
    static bool is_error_or_end(const std::string& key) {
        return key.ends_with("/errors") || key.ends_with("/summary") || key.find("/stopped/") != std::string::npos;
    }
    static std::string twice(const std::pair<std::string, std::string>& what, const std::vector<std::string>& keys,
                             const char* how) {
        auto sentence = what.first + " is " + (*how == '\0' ? "called for " : how) + what.second + " by";
        for (const auto& each : keys) sentence += " " + each;
        return sentence;
    }

    std::map<std::pair<std::string, std::string>, record> calls_;
    std::vector<std::string> faults_;
};

}  // namespace slipway::fakes

// A Slack workspace behind the web_api interface: it keeps messages, files and pins, and can lose its answers.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "integrations/async/timers.hpp"
#include "integrations/base/json.hpp"
#include "integrations/slack/api_errors.hpp"
#include "integrations/slack/web_api.hpp"

namespace slipway::fakes {

class fake_slack final : public slack::web_api {
public:
    explicit fake_slack(timers& clock) : clock_{clock} {}

    struct message {
        std::string channel, ts, thread_ts, text;
        json::array blocks;
        json::object metadata;
        std::string file;     ///< name of the file it carries
        std::string user;     ///< a person wrote it
        std::string subtype;  ///< "channel_join" …
        bool deleted = false;
    };
    struct made_call {
        std::string method;
        json::object arguments;
        instant at;
    };

    // ── what it is told to do wrong ──────────────────────────────────────────────────────────────────────────────

    /// The next call of the method is refused with Slack's code; nothing happens.
    void will_refuse(const std::string& method, const std::string& code) {
        json::object answer{{"ok", false}, {"error", code}};
        faults_[method].push_back({slack::refusal(slack::facts_of(method), method, "", answer), false});
    }
    void will_fail(const std::string& method, failure why) { faults_[method].push_back({std::move(why), false}); }
    /// The next call of the method does its work and then its answer is lost.
    void will_lose_answer(const std::string& method) {
        faults_[method].push_back({failure{errc::lost, "the connection broke after the request was sent"}, true});
    }

    // ── what it remembers ────────────────────────────────────────────────────────────────────────────────────────

    std::vector<made_call> calls;
    std::vector<message> messages;
    std::vector<std::pair<std::string, json::object>> responses;  ///< response_url → body
    std::map<std::string, std::string> files;                     ///< id → bytes
    std::vector<std::string> pins;                                ///< ts
    std::vector<json::object> ephemerals;
    std::map<std::string, json::array> groups;     ///< user group → members
    std::map<std::string, json::object> accounts;  ///< user → what users.info says beside the id

    int count(std::string_view method) const {
        return static_cast<int>(std::ranges::count(calls, method, &made_call::method));
    }
    std::vector<message> shown(std::string_view channel) const {
        std::vector<message> seen;
        for (const auto& each : messages)
            if (each.channel == channel && !each.deleted) seen.push_back(each);
        return seen;
    }
    message* find(std::string_view ts) {
        const auto found = std::ranges::find(messages, ts, &message::ts);
        return found == messages.end() || found->deleted ? nullptr : &*found;
    }

    // ── the interface ────────────────────────────────────────────────────────────────────────────────────────────

    task<result<json::object>> call(std::string method, json::object arguments) override {
        calls.push_back({method, arguments, clock_.now()});
        const auto fault = next_fault(method);
        if (fault && !fault->effect) co_return fault->why;
        auto answer = answer_to(method, arguments);
        if (fault) co_return fault->why;
        co_return answer;
    }
    task<result<>> upload(std::string upload_url, std::string bytes) override {
        calls.push_back({"upload", {}, clock_.now()});
        const auto fault = next_fault("upload");
        if (fault && !fault->effect) co_return fault->why;
        files[upload_url.substr(upload_url.rfind('/') + 1)] = std::move(bytes);
        if (fault) co_return fault->why;
        co_return result<>{};
    }
    task<result<>> respond(std::string response_url, json::object body) override {
        calls.push_back({"respond", body, clock_.now()});
        const auto fault = next_fault("respond");
        if (fault && !fault->effect) co_return fault->why;
        responses.emplace_back(std::move(response_url), std::move(body));
        if (fault) co_return fault->why;
        co_return result<>{};
    }

private:
    struct fault {
        failure why;
        bool effect = false;
    };
    std::optional<fault> next_fault(const std::string& method) {
        auto& waiting = faults_[method];
        if (waiting.empty()) return std::nullopt;
        auto next = std::move(waiting.front());
        waiting.pop_front();
        return next;
    }
    static failure refused(const std::string& method, const char* code) {
        return slack::refusal(slack::facts_of(method), method, "", json::object{{"ok", false}, {"error", code}});
    }
    std::string next_ts() {
        const auto seconds = std::to_string(to_unix(clock_.now()));
        auto serial = std::to_string(++serial_);
        return seconds + "." + std::string(6 - std::min<std::size_t>(serial.size(), 6), '0') + serial;
    }

    result<json::object> answer_to(const std::string& method, const json::object& asked) {
        if (method == "chat.postMessage") return post(asked);
        if (method == "chat.update") return update(asked);
        if (method == "chat.delete") return erase(asked);
        if (method == "chat.postEphemeral") return ephemerals.push_back(asked), json::object{{"ok", true}};
        if (method == "conversations.history" || method == "conversations.replies") return read(asked);
        if (method == "auth.test")
            return json::object{{"ok", true}, {"team_id", "T1"}, {"user_id", "UBOT"}, {"bot_id", "BBOT"}};
        if (method == "usergroups.users.list")
            return json::object{{"ok", true}, {"users", groups[text_at(asked, "usergroup")]}};
        if (method == "users.info") {
            auto user = accounts[text_at(asked, "user")];
            user["id"] = text_at(asked, "user");
            return json::object{{"ok", true}, {"user", std::move(user)}};
        }
        if (method == "chat.getPermalink")
            return json::object{{"ok", true},
                                {"permalink", "https://demo.slack.test/archives/" + text_at(asked, "channel") + "/p" +
                                                  text_at(asked, "message_ts")}};
        if (method == "pins.add") return pins.push_back(text_at(asked, "timestamp")), json::object{{"ok", true}};
        if (method == "pins.remove") return std::erase(pins, text_at(asked, "timestamp")), json::object{{"ok", true}};
        if (method == "conversations.open")
            return json::object{{"ok", true}, {"channel", json::object{{"id", "D" + text_at(asked, "users")}}}};
        if (method == "files.getUploadURLExternal") return reserve(asked);
        if (method == "files.completeUploadExternal") return complete(asked);
        return json::object{{"ok", true}};
    }
    result<json::object> post(const json::object& asked) {
        message made;
        made.channel = text_at(asked, "channel");
        made.ts = next_ts();
        made.thread_ts = text_at(asked, "thread_ts");
        made.text = text_at(asked, "text");
        made.blocks = array_at(asked, "blocks");
        made.metadata = object_at(asked, "metadata");
        messages.push_back(made);
        return json::object{{"ok", true}, {"channel", made.channel}, {"ts", made.ts}};
    }
    result<json::object> update(const json::object& asked) {
        auto* found = find(text_at(asked, "ts"));
        if (found == nullptr) return refused("chat.update", "message_not_found");
        found->text = text_at(asked, "text");
        found->blocks = array_at(asked, "blocks");
        return json::object{{"ok", true}, {"channel", found->channel}, {"ts", found->ts}};
    }
    result<json::object> erase(const json::object& asked) {
        auto* found = find(text_at(asked, "ts"));
        if (found == nullptr) return refused("chat.delete", "message_not_found");
        found->deleted = true;
        return json::object{{"ok", true}};
    }
    /// Two messages a page, so that whoever does not follow cursors finds nothing.
    result<json::object> read(const json::object& asked) {
        const auto cursor = text_at(asked, "cursor");
        const std::size_t from = cursor.empty() ? 0 : std::stoul(cursor);
        std::vector<const message*> fitting;
        for (const auto& each : messages)
            if (fits(each, asked)) fitting.push_back(&each);
        json::array page;
        for (std::size_t i = from; i < std::min(from + 2, fitting.size()); ++i) page.push_back(shown_as(*fitting[i]));
        json::object answer{{"ok", true}};
        answer["messages"] = std::move(page);
        if (from + 2 < fitting.size())
            answer["response_metadata"] = json::object{{"next_cursor", std::to_string(from + 2)}};
        return answer;
    }
    static bool fits(const message& each, const json::object& asked) {
        const auto thread = text_at(asked, "ts");
        const bool placed = thread.empty() ? each.thread_ts.empty() : each.thread_ts == thread || each.ts == thread;
        return !each.deleted && each.channel == text_at(asked, "channel") && placed &&
               each.ts >= text_at(asked, "oldest");
    }
    static json::object shown_as(const message& each) {
        json::object made{{"ts", each.ts}, {"text", each.text}};
        if (!each.user.empty()) made["user"] = each.user;
        if (!each.subtype.empty()) made["subtype"] = each.subtype;
        if (!each.thread_ts.empty()) made["thread_ts"] = each.thread_ts;
        made["metadata"] = each.metadata;
        if (!each.file.empty()) {
            json::array list;
            list.push_back(json::object{{"name", each.file}});
            made["files"] = std::move(list);
        }
        return made;
    }
    result<json::object> reserve(const json::object& asked) {
        const auto id = "F" + std::to_string(++serial_);
        names_[id] = text_at(asked, "filename");
        return json::object{{"ok", true}, {"file_id", id}, {"upload_url", "https://files.test/" + id}};
    }
    result<json::object> complete(const json::object& asked) {
        const auto id = text_at(asked, "files.0.id");
        if (!files.contains(id)) return refused("files.completeUploadExternal", "file_not_found");
        message made;
        made.channel = text_at(asked, "channel_id");
        made.thread_ts = text_at(asked, "thread_ts");
        made.ts = next_ts();
        made.file = names_[id];
        messages.push_back(made);
        return json::object{{"ok", true}};
    }

    timers& clock_;
    std::map<std::string, std::deque<fault>> faults_;
    std::map<std::string, std::string> names_;
    int serial_ = 0;
};

}  // namespace slipway::fakes

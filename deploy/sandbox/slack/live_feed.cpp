#include "deploy/sandbox/slack/live_feed.hpp"

namespace slipway::sandbox::slack {

bool live_feed::concerns(const change& what, const std::string& user) const {
    if (!what.only_for.empty()) return what.only_for == user;
    if (what.conversation.empty()) return true;
    const auto where = all_.workspace.conversations.find(what.conversation);
    return where != all_.workspace.conversations.end() && where->second.is_visible_to(user);
}

json::object live_feed::counts(const std::string& user) const {
    json::object conversations;
    for (const auto& [id, each] : all_.workspace.conversations) {
        if (!each.is_visible_to(user)) continue;
        conversations[id] = {{"unread", all_.workspace.unread(each, user)},
                             {"calling", all_.workspace.calling(each, user)}};
    }
    json::object people;
    for (const auto& person : all_.workspace.people) {
        std::size_t sum = 0;
        for (const auto& [id, each] : all_.workspace.conversations) {
            if (each.is_visible_to(person)) sum += all_.workspace.calling(each, person);
        }
        people[person] = sum;
    }
    return {{"conversations", std::move(conversations)}, {"people", std::move(people)}};
}

json::object live_feed::told_to(const remembered& what, const std::string& user) const {
    auto made = what.what.body;
    made["number"] = what.number;
    made["counts"] = counts(user);
    return made;
}

void live_feed::send(const std::shared_ptr<page>& to, json::object what) {
    const auto write = [](std::shared_ptr<page> which, std::string text) -> task<> {
        const auto sent = co_await which->socket->send_text(std::move(text));
        if (!sent) which->socket->abort();
    };
    tasks_.spawn("live page: send", write(to, json::serialize(what)));
}

void live_feed::publish(const change& what) {
    constexpr std::size_t most = 2'000;
    if (log_.size() >= most) log_.pop_front();
    log_.push_back({++newest_, what});
    for (const auto& each : pages_) {
        if (concerns(what, each->user)) {
            send(each, told_to(log_.back(), each->user));
        } else if (!what.conversation.empty()) {
            json::object badges{{"type", "counts"}, {"number", newest_}, {"counts", counts(each->user)}};
            send(each, std::move(badges));
        }
    }
}

task<> live_feed::serve(std::unique_ptr<net::websocket> socket, std::string user) {
    const auto here = std::make_shared<page>();
    here->user = user;
    here->socket = std::move(socket);
    pages_.push_back(here);
    json::object hello{{"type", "hello"}, {"number", newest_}, {"counts", counts(user)}};
    send(here, std::move(hello));
    while (true) {
        const auto got = co_await here->socket->receive();
        if (!got || got->kind == net::frame_kind::closed) break;
    }
    pages_.remove(here);
}

task<json::object> live_feed::since(std::string user, std::int64_t after, milliseconds wait) {
    constexpr milliseconds slice{50};
    const auto until = timers_.now() + wait;
    while (true) {
        json::array events;
        for (const auto& each : log_) {
            if (each.number > after && concerns(each.what, user)) events.push_back(told_to(each, user));
        }
        if (!events.empty() || timers_.now() >= until) {
            json::object made{{"events", std::move(events)}, {"next", newest_}};
            co_return made;
        }
        co_await timers_.sleep(slice);
    }
}

}  // namespace slipway::sandbox::slack

// Who we are, who they are, and where they talk.
#include "integrations/base/json.hpp"
#include "integrations/slack/methods.hpp"

namespace slipway::slack {

task<result<identity>> auth_test(web_api& slack) {
    json::object none;
    const auto answer = co_await slack.call("auth.test", std::move(none));
    if (answer.has_error()) co_return answer.error();
    identity we;
    we.team = text_at(*answer, "team_id");
    we.team_name = text_at(*answer, "team");
    we.user = text_at(*answer, "user_id");
    we.bot = text_at(*answer, "bot_id");
    we.app = text_at(*answer, "app_id");
    co_return we;
}

task<result<std::string>> open_connection(web_api& slack) {
    json::object none;
    const auto answer = co_await slack.call("apps.connections.open", std::move(none));
    if (answer.has_error()) co_return answer.error();
    auto url = text_at(*answer, "url");
    if (url.empty())
        co_return failure{errc::unavailable,
                          "Slack answered apps.connections.open with ok but without a URL; it is asked again"};
    co_return url;
}

task<result<std::string>> open_conversation(web_api& slack, std::string user) {
    json::object arguments{{"users", user}};
    const auto answer = co_await slack.call("conversations.open", std::move(arguments));
    if (answer.has_error()) co_return answer.error();
    auto channel = text_at(*answer, "channel.id");
    if (channel.empty())
        co_return failure{errc::unavailable,
                          "Slack opened a conversation with " + user + " but did not name its channel"};
    co_return channel;
}

task<result<conversation>> conversation_info(web_api& slack, std::string channel) {
    json::object arguments{{"channel", channel}};
    const auto answer = co_await slack.call("conversations.info", std::move(arguments));
    if (answer.has_error()) co_return answer.error();
    conversation found;
    found.id = text_at(*answer, "channel.id");
    found.name = text_at(*answer, "channel.name");
    found.is_member = flag_at(*answer, "channel.is_member");
    found.is_archived = flag_at(*answer, "channel.is_archived");
    found.is_private = flag_at(*answer, "channel.is_private");
    co_return found;
}

namespace {

member to_member(const json::object& from) {
    member found;
    found.id = text_at(from, "id");
    found.team = text_at(from, "team_id");
    for (const auto* path : {"profile.display_name", "real_name", "profile.real_name", "name"})
        if (found.name.empty()) found.name = untrusted{text_at(from, path)};
    found.email = text_at(from, "profile.email");
    found.timezone = text_at(from, "tz");
    found.is_bot = flag_at(from, "is_bot");
    found.is_guest = flag_at(from, "is_restricted") || flag_at(from, "is_ultra_restricted");
    found.is_deleted = flag_at(from, "deleted");
    return found;
}

}  // namespace

task<result<member>> user_info(web_api& slack, std::string user) {
    json::object arguments{{"user", user}};
    const auto answer = co_await slack.call("users.info", std::move(arguments));
    if (answer.has_error()) co_return answer.error();
    co_return to_member(object_at(*answer, "user"));
}

task<result<member>> user_by_email(web_api& slack, std::string email) {
    json::object arguments{{"email", email}};
    const auto answer = co_await slack.call("users.lookupByEmail", std::move(arguments));
    if (answer.has_error()) co_return answer.error();
    co_return to_member(object_at(*answer, "user"));
}

task<result<std::vector<std::string>>> usergroup_members(web_api& slack, std::string usergroup) {
    json::object arguments{{"usergroup", usergroup}};
    const auto answer = co_await slack.call("usergroups.users.list", std::move(arguments));
    if (answer.has_error()) co_return answer.error();
    std::vector<std::string> users;
    for (const auto& each : array_at(*answer, "users"))
        if (const auto* text = each.if_string()) users.emplace_back(text->data(), text->size());
    co_return users;
}

}  // namespace slipway::slack

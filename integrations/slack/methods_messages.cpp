// Messages: posting, editing, deleting, and finding one again by its metadata.
#include "integrations/base/json.hpp"
#include "integrations/slack/cut_text.hpp"
#include "integrations/slack/methods.hpp"

namespace slipway::slack {
namespace {

result<> nothing_more(const result<json::object>& answer) {
    if (answer.has_error()) return answer.error();
    return {};
}

json::object message_arguments(std::string channel, const message_body& body) {
    json::object arguments{{"channel", std::move(channel)}};
    if (!body.blocks.empty()) arguments["blocks"] = body.blocks;
    if (!body.thread_ts.empty()) arguments["thread_ts"] = body.thread_ts;
    if (!body.metadata_event.empty())
        arguments["metadata"] =
            json::object{{"event_type", body.metadata_event}, {"event_payload", body.metadata_payload}};
    return arguments;
}

result<message_ref> ref_in(const result<json::object>& answer, std::string_view method) {
    if (answer.has_error()) return answer.error();
    message_ref where{text_at(*answer, "channel"), text_at(*answer, "ts")};
    if (where.channel.empty() || where.ts.empty())
        return failure{errc::lost, "Slack answered " + std::string{method} +
                                       " with ok but without channel and ts; the message has to be looked up"};
    return where;
}

found_message message_in(const json::value& from) {
    found_message found;
    found.ts = text_at(from, "ts");
    found.thread_ts = text_at(from, "thread_ts");
    found.user = text_at(from, "user");
    found.subtype = text_at(from, "subtype");
    found.bot = text_at(from, "bot_id");
    found.text = untrusted{text_at(from, "text")};
    found.metadata_event = text_at(from, "metadata.event_type");
    found.metadata_payload = object_at(from, "metadata.event_payload");
    for (const auto& each : array_at(from, "files")) found.files.push_back(text_at(each, "name"));
    return found;
}

}  // namespace

task<result<message_ref>> post_message(web_api& slack, std::string channel, message_body body) {
    auto arguments = message_arguments(std::move(channel), body);
    arguments["text"] = cut_text(body.text, post_text_limit);
    arguments["unfurl_links"] = false;
    arguments["unfurl_media"] = false;
    if (body.broadcast && !body.thread_ts.empty()) arguments["reply_broadcast"] = true;
    const auto answer = co_await slack.call("chat.postMessage", std::move(arguments));
    co_return ref_in(answer, "chat.postMessage");
}

task<result<message_ref>> update_message(web_api& slack, message_ref where, message_body body) {
    body.thread_ts.clear();
    auto arguments = message_arguments(where.channel, body);
    arguments["ts"] = where.ts;
    arguments["text"] = cut_text(body.text, update_text_limit);
    arguments["blocks"] = body.blocks;  // [] clears what was there
    arguments["parse"] = "none";        // the default here is "client", which would link names in plain text
    const auto answer = co_await slack.call("chat.update", std::move(arguments));
    co_return ref_in(answer, "chat.update");
}

task<result<>> post_ephemeral(web_api& slack, std::string channel, std::string user, message_body body) {
    auto arguments = message_arguments(std::move(channel), body);
    arguments["user"] = user;
    arguments["text"] = cut_text(body.text, update_text_limit);
    const auto answer = co_await slack.call("chat.postEphemeral", std::move(arguments));
    co_return nothing_more(answer);
}

task<result<>> delete_message(web_api& slack, message_ref where) {
    json::object arguments{{"channel", where.channel}, {"ts", where.ts}};
    const auto answer = co_await slack.call("chat.delete", std::move(arguments));
    if (answer.has_error() && answer.error().code == "message_not_found") co_return result<>{};
    co_return nothing_more(answer);
}

task<result<std::string>> permalink(web_api& slack, message_ref where) {
    json::object arguments{{"channel", where.channel}, {"message_ts", where.ts}};
    const auto answer = co_await slack.call("chat.getPermalink", std::move(arguments));
    if (answer.has_error()) co_return answer.error();
    co_return text_at(*answer, "permalink");
}

task<result<history_page>> history(web_api& slack, history_query asked, std::string cursor) {
    json::object arguments{
        {"channel", asked.channel}, {"limit", asked.limit}, {"inclusive", true}, {"include_all_metadata", true}};
    if (!asked.oldest.empty()) arguments["oldest"] = asked.oldest;
    if (!cursor.empty()) arguments["cursor"] = cursor;
    std::string method = "conversations.history";
    if (!asked.thread_ts.empty()) {
        method = "conversations.replies";
        arguments["ts"] = asked.thread_ts;
    }
    const auto answer = co_await slack.call(std::move(method), std::move(arguments));
    if (answer.has_error()) co_return answer.error();
    history_page page;
    for (const auto& each : array_at(*answer, "messages")) page.messages.push_back(message_in(each));
    page.next_cursor = text_at(*answer, "response_metadata.next_cursor");
    co_return page;
}

task<result<std::optional<message_ref>>> find_by_metadata_id(web_api& slack, history_query asked, std::string id) {
    std::string cursor;
    do {
        const auto page = co_await history(slack, asked, cursor);
        if (page.has_error()) co_return page.error();
        for (const auto& each : page->messages)
            if (text_at(each.metadata_payload, "id") == id)
                co_return std::optional<message_ref>{message_ref{asked.channel, each.ts}};
        cursor = page->next_cursor;
    } while (!cursor.empty());
    co_return std::optional<message_ref>{};
}

task<result<>> pin(web_api& slack, message_ref where) {
    json::object arguments{{"channel", where.channel}, {"timestamp", where.ts}};
    const auto answer = co_await slack.call("pins.add", std::move(arguments));
    if (answer.has_error() && answer.error().code == "already_pinned") co_return result<>{};
    co_return nothing_more(answer);
}

task<result<>> unpin(web_api& slack, message_ref where) {
    json::object arguments{{"channel", where.channel}, {"timestamp", where.ts}};
    const auto answer = co_await slack.call("pins.remove", std::move(arguments));
    const bool gone = answer.has_error() && (answer.error().code == "no_pin" || answer.error().code == "not_pinned");
    if (gone) co_return result<>{};
    co_return nothing_more(answer);
}

task<result<>> respond(web_api& slack, std::string response_url, response_message message) {
    // replace_original is always said: without it an answer inside a thread would overwrite its source.
    json::object body{{"replace_original", message.replace}};
    if (message.remove) body["delete_original"] = true;
    if (!message.text.empty()) body["text"] = cut_text(message.text, update_text_limit);
    if (!message.blocks.empty()) body["blocks"] = message.blocks;
    if (!message.replace && !message.remove) {
        if (message.in_channel)
            body["response_type"] = "in_channel";
        else
            body["response_type"] = "ephemeral";
    }
    const auto answered = co_await slack.respond(std::move(response_url), std::move(body));
    co_return answered;
}

}  // namespace slipway::slack

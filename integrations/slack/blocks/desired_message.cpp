#include "integrations/slack/blocks/desired_message.hpp"

#include "integrations/base/digest.hpp"
#include "integrations/base/json.hpp"

namespace slipway::slack {
namespace {

void put(json::object& body, std::string_view name, const std::string& text) {
    if (!text.empty()) body[name] = text;
}
void put(json::object& body, std::string_view name, json::array list) {
    if (!list.empty()) body[name] = std::move(list);
}
void put(json::object& body, std::string_view name, bool flag) {
    if (flag) body[name] = true;
}

failure lacks(std::string_view kind, std::string_view member) {
    return failure{errc::invalid, "the outbox body of kind \"" + std::string{kind} + "\" needs \"" +
                                      std::string{member} + "\"; whoever puts the row must set it"};
}

result<desired> read_message(const json::object& body) {
    desired_message wish;
    wish.channel = text_at(body, "channel");
    wish.user = text_at(body, "user");
    wish.thread_of = text_at(body, "thread_of");
    wish.thread_ts = text_at(body, "thread_ts");
    wish.broadcast = flag_at(body, "broadcast");
    wish.text = text_at(body, "text");
    wish.blocks = array_at(body, "blocks");
    wish.pin = flag_at(body, "pin");
    wish.remove = flag_at(body, "delete");
    if (wish.channel.empty() == wish.user.empty())
        return failure{errc::invalid,
                       "the outbox body of kind \"message\" needs either \"channel\" or \"user\" as its address"};
    if (wish.text.empty() && wish.blocks.empty() && !wish.remove) return lacks("message", "text");
    return desired{std::move(wish)};
}

result<desired> read_ephemeral(const json::object& body) {
    desired_ephemeral wish;
    wish.channel = text_at(body, "channel");
    wish.user = text_at(body, "user");
    wish.thread_ts = text_at(body, "thread_ts");
    wish.text = text_at(body, "text");
    wish.blocks = array_at(body, "blocks");
    if (wish.channel.empty()) return lacks("ephemeral", "channel");
    if (wish.user.empty()) return lacks("ephemeral", "user");
    if (wish.text.empty() && wish.blocks.empty()) return lacks("ephemeral", "text");
    return desired{std::move(wish)};
}

result<desired> read_file(const json::object& body) {
    desired_file wish;
    wish.channel = text_at(body, "channel");
    wish.thread_of = text_at(body, "thread_of");
    wish.filename = text_at(body, "filename");
    wish.title = text_at(body, "title");
    wish.content = text_at(body, "content");
    if (const auto coded = text_at(body, "content_base64"); !coded.empty()) {
        auto bytes = from_base64(coded);
        if (!bytes) return lacks("file", "content_base64 that is base64");
        wish.content = std::move(*bytes);
        wish.binary = true;
    }
    wish.user = text_at(body, "user");
    if (wish.channel.empty() == wish.user.empty()) return lacks("file", "either channel or user");
    if (wish.filename.empty()) return lacks("file", "filename");
    if (wish.content.empty()) return lacks("file", "content");
    return desired{std::move(wish)};
}

result<desired> read_response(const json::object& body) {
    desired_response wish;
    wish.url = text_at(body, "url");
    wish.text = text_at(body, "text");
    wish.blocks = array_at(body, "blocks");
    wish.replace = flag_at(body, "replace");
    wish.remove = flag_at(body, "delete");
    if (wish.url.empty()) return lacks("response", "url");
    if (wish.text.empty() && wish.blocks.empty() && !wish.remove) return lacks("response", "text");
    return desired{std::move(wish)};
}

result<desired> read_home(const json::object& body) {
    desired_home wish;
    wish.user = text_at(body, "user");
    wish.view = object_at(body, "view");
    if (wish.user.empty()) return lacks("home", "user");
    if (wish.view.empty()) return lacks("home", "view");
    return desired{std::move(wish)};
}

}  // namespace

json::object to_json(desired_message wish) {
    json::object body{{"kind", "message"}};
    put(body, "channel", wish.channel);
    put(body, "user", wish.user);
    put(body, "thread_of", wish.thread_of);
    put(body, "thread_ts", wish.thread_ts);
    put(body, "broadcast", wish.broadcast);
    put(body, "text", wish.text);
    put(body, "blocks", std::move(wish.blocks));
    put(body, "pin", wish.pin);
    put(body, "delete", wish.remove);
    return body;
}

json::object to_json(const desired_ephemeral& wish) {
    json::object body{{"kind", "ephemeral"}};
    put(body, "channel", wish.channel);
    put(body, "user", wish.user);
    put(body, "thread_ts", wish.thread_ts);
    put(body, "text", wish.text);
    put(body, "blocks", wish.blocks);
    return body;
}

json::object to_json(const desired_file& wish) {
    json::object body{{"kind", "file"}};
    put(body, "channel", wish.channel);
    put(body, "thread_of", wish.thread_of);
    put(body, "filename", wish.filename);
    put(body, "title", wish.title);
    put(body, wish.binary ? "content_base64" : "content", wish.binary ? to_base64(wish.content) : wish.content);
    put(body, "user", wish.user);
    return body;
}

json::object to_json(const desired_response& wish) {
    json::object body{{"kind", "response"}};
    put(body, "url", wish.url);
    put(body, "text", wish.text);
    put(body, "blocks", wish.blocks);
    put(body, "replace", wish.replace);
    put(body, "delete", wish.remove);
    return body;
}

json::object to_json(const desired_home& wish) {
    json::object body{{"kind", "home"}};
    put(body, "user", wish.user);
    body["view"] = wish.view;
    return body;
}

json::object to_json(desired wish) {
    return std::visit([](auto& each) { return to_json(std::move(each)); }, wish);
}

result<desired> desired_from_json(const json::object& body) {
    const auto kind = text_at(body, "kind");
    if (kind == "message") return read_message(body);
    if (kind == "ephemeral") return read_ephemeral(body);
    if (kind == "file") return read_file(body);
    if (kind == "response") return read_response(body);
    if (kind == "home") return read_home(body);
    return failure{errc::invalid, "the outbox body has the kind \"" + kind +
                                      "\"; known are message, ephemeral, file, response and home"};
}

namespace {
struct lane_reader {
    std::string operator()(const desired_message& wish) const {
        return wish.channel.empty() ? wish.user : wish.channel;
    }
    // Answers to a click never queue behind the channel's edits.
    std::string operator()(const desired_ephemeral& wish) const { return wish.channel + " answers"; }
    std::string operator()(const desired_file& wish) const { return wish.channel.empty() ? wish.user : wish.channel; }
    std::string operator()(const desired_response&) const { return "response"; }
    std::string operator()(const desired_home& wish) const { return "home of " + wish.user; }
};
}  // namespace

std::string lane_of(const desired& wish) {
    return std::visit(lane_reader{}, wish);
}

}  // namespace slipway::slack

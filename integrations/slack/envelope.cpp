// Envelopes: what surrounds a payload on the link, and how a repeat is told (slack.md §1.5, §1.8).
#include "integrations/base/json.hpp"
#include "integrations/slack/link_frame.hpp"
#include "integrations/slack/payload.hpp"

namespace slipway::slack {
namespace {

/// Documented as an object; a text that holds one was seen in SDKs, so it is read as well.
json::object payload_in(json::object& frame) {
    auto* found = frame.if_contains("payload");
    if (found == nullptr) return {};
    if (auto* object = found->if_object()) return std::move(*object);
    const auto* text = found->if_string();
    if (text == nullptr) return {};
    auto parsed = parse_json({text->data(), text->size()});
    if (parsed.has_error() || !parsed->is_object()) return {};
    return std::move(parsed->get_object());
}

}  // namespace

result<envelope> take_envelope(json::object frame) {
    envelope arrived;
    arrived.id = text_at(frame, "envelope_id");
    arrived.type = text_at(frame, "type");
    if (arrived.id.empty())
        return failure{errc::invalid, "Slack sent a frame of type \"" + arrived.type +
                                          "\" without envelope_id, so it can be neither stored nor acknowledged"};
    arrived.takes_answer = flag_at(frame, "accepts_response_payload");
    arrived.retry_attempt = static_cast<int>(number_at(frame, "retry_attempt"));
    arrived.retry_reason = text_at(frame, "retry_reason");
    arrived.payload = payload_in(frame);
    return arrived;
}

result<envelope> envelope_from_json(const json::object& frame) {
    return take_envelope(frame);
}

json::object to_json(const envelope& arrived) {
    json::object body = arrived.payload;
    body.erase("token");
    body.erase("bot_access_token");
    json::object stored{{"envelope_id", arrived.id}, {"type", arrived.type}};
    if (arrived.takes_answer) stored["accepts_response_payload"] = true;
    if (arrived.retry_attempt > 0) stored["retry_attempt"] = arrived.retry_attempt;
    if (!arrived.retry_reason.empty()) stored["retry_reason"] = arrived.retry_reason;
    stored["payload"] = std::move(body);
    return stored;
}

std::string repeat_key(const envelope& arrived) {
    if (text_at(arrived.payload, "event.type") == "app_mention")
        if (const auto ts = text_at(arrived.payload, "event.ts"); !ts.empty())
            return "mention:" + text_at(arrived.payload, "event.channel") + ":" + ts;
    if (const auto event = text_at(arrived.payload, "event_id"); !event.empty()) return "event:" + event;
    if (const auto trigger = text_at(arrived.payload, "trigger_id"); !trigger.empty()) {
        const auto type = text_at(arrived.payload, "type");
        return "trigger:" + (type.empty() ? arrived.type : type) + ":" + trigger;
    }
    return "envelope:" + arrived.id;
}

}  // namespace slipway::slack

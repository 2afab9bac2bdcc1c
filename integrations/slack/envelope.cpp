// Envelopes: what surrounds a payload on the link, and how a repeat is told (slack.md §1.5, §1.8).
#include "integrations/base/digest.hpp"
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

/// Takes what stands under `name` in the payload out of the frame's text. False when it does not stand there as it is.
bool take_out(std::string& frame, const json::object& payload, std::string_view name) {
    const auto* found = payload.if_contains(name);
    if (found == nullptr) return true;
    const auto* secret = found->if_string();
    if (secret == nullptr) return false;
    const auto before = "\"" + std::string{name} + "\":\"";
    const auto written = before + secret->c_str() + "\"";
    auto at = frame.find(written);
    const bool stands = at != std::string::npos;
    for (; at != std::string::npos; at = frame.find(written, at + before.size()))
        frame.erase(at + before.size(), secret->size());
    return stands;
}

bool take_out_tokens(std::string& frame, const json::object& payload) {
    return take_out(frame, payload, "token") && take_out(frame, payload, "bot_access_token");
}

result<envelope> read_stored_frame(const json::string& text) {
    auto parsed = parse_json({text.data(), text.size()});
    if (!parsed) return parsed.error();
    if (!parsed->is_object()) return failure{errc::invalid, "the stored frame is no JSON object"};
    return take_envelope(std::move(parsed->get_object()));
}

}  // namespace

result<envelope> take_envelope(json::object frame, json_pool pool) {
    if (const auto* stored = frame.if_contains("frame"); stored != nullptr && stored->is_string())
        if (!frame.contains("envelope_id")) return read_stored_frame(stored->get_string());
    auto id = text_at(frame, "envelope_id");
    auto type = text_at(frame, "type");
    if (id.empty())
        return failure{errc::invalid, "Slack sent a frame of type \"" + type +
                                          "\" without envelope_id, so it can be neither stored nor acknowledged"};
    return envelope{.id = std::move(id),
                    .type = std::move(type),
                    .takes_answer = flag_at(frame, "accepts_response_payload"),
                    .retry_attempt = static_cast<int>(number_at(frame, "retry_attempt")),
                    .retry_reason = text_at(frame, "retry_reason"),
                    .frame = {},
                    .pool = std::move(pool),
                    .payload = payload_in(frame)};
}

result<envelope> envelope_from_json(const json::object& frame) {
    return take_envelope(frame);
}

json::object to_json(envelope arrived) {
    // As text: hardly one is ever read again, and what is only kept needs no tree.
    auto& body = arrived.payload;
    if (!arrived.frame.empty() && take_out_tokens(arrived.frame, body)) return {{"frame", arrived.frame}};
    body.erase("token");
    body.erase("bot_access_token");
    json::object stored{{"envelope_id", arrived.id}, {"type", arrived.type}};
    if (arrived.takes_answer) stored["accepts_response_payload"] = true;
    if (arrived.retry_attempt > 0) stored["retry_attempt"] = arrived.retry_attempt;
    if (!arrived.retry_reason.empty()) stored["retry_reason"] = arrived.retry_reason;
    stored["payload"] = json::serialize(body);
    return stored;
}

std::string repeat_key(const envelope& arrived) {
    if (text_at(arrived.payload, "event.type") == "app_mention")
        if (const auto ts = text_at(arrived.payload, "event.ts"); !ts.empty())
            return "mention:" + text_at(arrived.payload, "event.channel") + ":" + ts;
    if (const auto event = text_at(arrived.payload, "event_id"); !event.empty()) return "event:" + event;
    if (const auto trigger = text_at(arrived.payload, "trigger_id"); !trigger.empty()) {
        const auto type = text_at(arrived.payload, "type");
        // The key stands in logs and journals, and a trigger opens windows: what stands there only tells it from
        // others.
        return "trigger:" + (type.empty() ? arrived.type : type) + ":" + sha256_hex(trigger).substr(0, 32);
    }
    return "envelope:" + arrived.id;
}

}  // namespace slipway::slack

#include "integrations/slack/link_frame.hpp"

#include "integrations/base/json.hpp"

namespace slipway::slack {
namespace {

link_event event_of_reason(std::string_view reason) {
    if (reason == "warning") return link_event::warning;
    if (reason == "refresh_requested") return link_event::refresh;
    if (reason == "link_disabled") return link_event::disabled;
    if (reason == "too_many_websockets") return link_event::crowded;
    return link_event::unknown_reason;
}

}  // namespace

link_frame read_frame(std::string_view text) {
    link_frame read;
    auto parsed = parse_pooled_json(text);
    if (parsed.has_error() || !parsed->value.is_object()) {
        read.words = std::to_string(text.size()) + " bytes that are not a JSON object";
        return read;
    }
    auto& frame = parsed->value.get_object();
    const auto type = text_at(frame, "type");
    if (type == "hello") {
        read.event = link_event::hello;
        read.object = std::move(frame);
        return read;
    }
    if (type == "disconnect") {
        read.words = text_at(frame, "reason");
        read.event = event_of_reason(read.words);
        read.object = std::move(frame);
        return read;
    }
    auto arrived = take_envelope(std::move(frame), std::move(parsed->pool));
    if (arrived.has_error()) {
        read.event = link_event::unreadable_envelope;
        read.words = arrived.error().sentence();
        return read;
    }
    const bool known = type == "events_api" || type == "interactive" || type == "slash_commands";
    read.event = known ? link_event::envelope : link_event::unknown_envelope;
    read.envelope.emplace(std::move(*arrived));
    read.words = type;
    return read;
}

}  // namespace slipway::slack

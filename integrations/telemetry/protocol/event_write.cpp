// Samples are written in the protocol's own form, so that reading them back is reading an event.
#include "integrations/telemetry/protocol/event.hpp"
#include "integrations/telemetry/protocol/frames.hpp"
#include "integrations/telemetry/protocol/text.hpp"

namespace slipway::telemetry {
namespace {

using text::put;

json::object write_exception(const exception_value& from) {
    json::object mechanism{{"handled", from.handled}};
    if (from.synthetic) mechanism["synthetic"] = true;
    if (from.is_group) mechanism["is_exception_group"] = true;
    if (from.id >= 0) mechanism["exception_id"] = from.id;
    if (from.parent >= 0) mechanism["parent_id"] = from.parent;
    json::object out{{"mechanism", std::move(mechanism)}};
    put(out, "type", from.type);
    put(out, "value", from.value);
    put(out, "module", from.module);
    if (!from.frames.empty()) out["stacktrace"] = write_frames(from.frames);
    return out;
}

}  // namespace

json::object write_event(const event& from) {
    json::object out{{"timestamp", to_iso(from.at)}, {"level", to_string(from.level)}};
    put(out, "event_id", from.id);
    put(out, "platform", from.platform);
    put(out, "release", from.release);
    put(out, "dist", from.dist);
    put(out, "environment", from.environment);
    put(out, "server_name", from.server_name);
    put(out, "transaction", from.transaction);
    put(out, "logger", from.logger);
    if (!from.message_template.empty())
        out["logentry"] = json::object{{"message", from.message_template}, {"formatted", from.message}};
    else
        put(out, "message", from.message);
    json::array exceptions;
    for (const auto& each : from.exceptions) exceptions.push_back(write_exception(each));
    if (!exceptions.empty()) out["exception"] = json::object{{"values", std::move(exceptions)}};
    if (!from.frames.empty()) out["stacktrace"] = write_frames(from.frames);
    if (!from.fingerprint.empty()) out["fingerprint"] = json::value_from(from.fingerprint);
    json::array tags;
    for (const auto& [name, value] : from.tags) tags.push_back(json::array{name, value});
    if (!tags.empty()) out["tags"] = std::move(tags);
    if (!from.sdk.empty()) out["sdk"] = json::object{{"name", from.sdk}};
    return out;
}

event event_from(const json::object& written) {
    event_context context;
    context.received = from_iso(text_at(written, "timestamp")).value_or(instant{});
    return read_event(written, context);
}

}  // namespace slipway::telemetry

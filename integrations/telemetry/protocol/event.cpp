#include "integrations/telemetry/protocol/event.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "integrations/telemetry/protocol/envelope.hpp"
#include "integrations/telemetry/protocol/frames.hpp"
#include "integrations/telemetry/protocol/text.hpp"
#include "integrations/telemetry/protocol/trace_memory.hpp"

namespace slipway::telemetry {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_name = 256;
constexpr std::size_t longest_message = 8192;
constexpr std::size_t most_exceptions = 50;
constexpr std::size_t most_fingerprint_parts = 32;
constexpr std::size_t most_tags = 50;
constexpr auto tolerated_skew = 1min;

severity severity_of(std::string_view word) {
    if (word == "fatal" || word == "critical") return severity::fatal;
    if (word == "warning" || word == "warn") return severity::warning;
    if (word == "info" || word == "log") return severity::info;
    if (word == "debug") return severity::debug;
    return severity::error;  // PHP leaves it out
}

/// Seconds since 1970 as a number (or as text of one), or ISO 8601; nullopt when it is neither.
std::optional<instant> moment(const json::value* from) {
    if (from == nullptr) return std::nullopt;
    if (const auto* iso = from->if_string()) return from_iso({iso->data(), iso->size()});
    json::error_code error;
    const auto seconds = from->to_number<double>(error);
    if (error || !std::isfinite(seconds) || seconds < 0 || seconds > 1e11) return std::nullopt;
    return instant{milliseconds{std::llround(seconds * 1000)}};
}

instant time_of(const json::object& body, const event_context& context) {
    auto at = moment(body.if_contains("timestamp")).value_or(context.sent_at.value_or(context.received));
    if (context.sent_at) {
        const auto skew = context.received - *context.sent_at;
        if (skew > tolerated_skew || skew < -tolerated_skew) at += skew;
    }
    return std::clamp<instant>(at, context.received - 30 * 24h, context.received + 60s);
}

/// Where a trace was cut out stands its number behind this one, which no sender can know: a number of its own means
/// nothing.
std::int64_t first_number() {
    static const auto number = static_cast<std::int64_t>(std::random_device{}()) << 24U;
    return number;
}

/// The traces that were cut out of an event's JSON.
struct cut_traces {
    const essence& of;
    trace_memory& known;
    language in = language::other;
    std::optional<failure> broken = std::nullopt;  ///< the first that could not be read
};

trace read_trace(const json::value* from, cut_traces* cut) {
    const auto* number = from != nullptr && cut != nullptr ? from->if_int64() : nullptr;
    if (number == nullptr) return read_frames(from);
    if (*number < first_number()) return {};  // before subtracting: a sender's may be the least there is
    const auto which = *number - first_number();
    if (which >= std::ssize(cut->of.traces)) return {};
    auto found = cut->known.read(cut->of.trace_text(static_cast<std::size_t>(which)), cut->in);
    if (found) return std::move(*found);
    cut->broken = found.error();
    return {};
}

exception_value read_exception(const json::object& from, cut_traces* cut) {
    exception_value found;
    found.type = text::scalar(from.if_contains("type"), longest_name);
    found.value = text::scalar(from.if_contains("value"), longest_message);
    found.module = text::scalar(from.if_contains("module"), longest_name);
    const auto& mechanism = object_at(from, "mechanism");
    found.synthetic = flag_at(mechanism, "synthetic");
    found.is_group = flag_at(mechanism, "is_exception_group");
    const auto* handled = mechanism.if_contains("handled");
    found.handled = handled == nullptr || !handled->is_bool() || handled->get_bool();
    found.id = text::whole(mechanism.if_contains("exception_id"), -1);
    found.parent = text::whole(mechanism.if_contains("parent_id"), -1);
    found.frames = read_trace(from.if_contains("stacktrace"), cut);
    return found;
}

/// `{"values":[…]}`, a bare list, or one object.
std::vector<exception_value> read_exceptions(const json::value* from, cut_traces* cut) {
    std::vector<exception_value> found;
    if (from == nullptr) return found;
    const auto* list = from->if_array();
    if (const auto* object = from->if_object()) {
        const auto* values = object->if_contains("values");
        list = values != nullptr ? values->if_array() : nullptr;
        if (values == nullptr && !object->empty()) found.push_back(read_exception(*object, cut));
    }
    if (list == nullptr) return found;
    for (const auto& each : *list)
        if (const auto* one = each.if_object(); one != nullptr && found.size() < most_exceptions)
            found.push_back(read_exception(*one, cut));
    return found;
}

/// The crashed thread's frames, else the current one's, else a bare stack trace.
trace read_fallback_frames(const json::object& body, cut_traces* cut) {
    const json::object* chosen = nullptr;
    const auto* threads = body.if_contains("threads");
    const auto& values =
        threads != nullptr && threads->is_array() ? threads->get_array() : array_at(body, "threads.values");
    for (const auto& each : values) {
        const auto* one = each.if_object();
        if (one == nullptr || one->if_contains("stacktrace") == nullptr) continue;
        if (flag_at(*one, "crashed")) {
            chosen = one;
            break;
        }
        if (chosen == nullptr || flag_at(*one, "current")) chosen = one;
    }
    return read_trace(chosen != nullptr ? chosen->if_contains("stacktrace") : body.if_contains("stacktrace"), cut);
}

void read_message(const json::object& body, event& into) {
    for (const auto* name : {"logentry", "sentry.interfaces.Message", "message"}) {
        const auto* found = body.if_contains(name);
        if (found == nullptr) continue;
        const auto* object = found->if_object();
        if (object == nullptr) {
            into.message = text::scalar(found, longest_message);
        } else {
            into.message_template = text::scalar(object->if_contains("message"), longest_message);
            into.message = text::scalar(object->if_contains("formatted"), longest_message);
            if (into.message.empty()) into.message = into.message_template;
        }
        if (!into.message.empty()) return;
    }
}

/// What SDKs and frameworks write of people into tags: who, from where, and addresses with what was typed into them.
bool is_personal(std::string_view tag) noexcept {
    return tag == "user" || tag.starts_with("user.") || tag == "username" || tag == "email" || tag == "ip" ||
           tag == "ip_address" || tag == "client_ip" || tag == "url" || tag == "cookie" || tag == "session_id";
}

void add_tag(const json::value* name, const json::value* value, event& into) {
    auto key = text::scalar(name, 64);
    if (!key.empty() && !is_personal(key) && into.tags.size() < most_tags)
        into.tags.emplace_back(std::move(key), text::scalar(value, 200));
}

/// An object, or a list of pairs.
void read_tags(const json::value* from, event& into) {
    if (from == nullptr) return;
    if (const auto* object = from->if_object())
        for (const auto& [name, value] : *object) {
            const json::value key(name);  // braces would make an array
            add_tag(&key, &value, into);
        }
    const auto* list = from->if_array();
    if (list == nullptr) return;
    for (const auto& each : *list)
        if (const auto* pair = each.if_array(); pair != nullptr && pair->size() == 2)
            add_tag(&(*pair)[0], &(*pair)[1], into);
}

std::string read_sdk(const json::object& body) {
    auto name = printable(text_at(body, "sdk.name"), 100);
    const auto version = printable(text_at(body, "sdk.version"), 50);
    return version.empty() ? name : name + "/" + version;
}

event read_body(const json::object& body, const event_context& context, cut_traces* cut) {
    const auto name = [&body](std::string_view member) { return text::scalar(body.if_contains(member), longest_name); };
    event found;
    found.id = context.event_id.empty() ? normal_event_id(text_at(body, "event_id")) : context.event_id;
    found.at = time_of(body, context);
    found.level = severity_of(text::lower(name("level")));
    found.platform = text::lower(name("platform"));
    if (cut != nullptr) cut->in = language_of(found.platform);
    found.release = name("release");
    found.dist = name("dist");
    found.environment = name("environment");
    found.server_name = name("server_name");
    found.transaction = name("transaction");
    found.logger = name("logger");
    read_message(body, found);
    const auto* exception = body.if_contains("exception");
    found.exceptions =
        read_exceptions(exception != nullptr ? exception : body.if_contains("sentry.interfaces.Exception"), cut);
    if (found.exceptions.empty()) found.frames = read_fallback_frames(body, cut);
    for (const auto& each : array_at(body, "fingerprint"))
        if (found.fingerprint.size() < most_fingerprint_parts) found.fingerprint.push_back(text::scalar(&each, 1024));
    read_tags(body.if_contains("tags"), found);
    found.sdk = read_sdk(body);
    return found;
}

/// Nothing of the tree outlives the call.
result<event> read_bytes(std::string_view bytes, const event_context& context, cut_traces* cut) {
    std::array<unsigned char, 32UL * 1024> first;  // not zeroed: that would cost more than a small event
    json::monotonic_resource arena{first.data(), first.size()};
    const auto parsed = text::parse_lenient(bytes, &arena);
    if (!parsed) return parsed.error();
    if (!parsed->is_object()) return failure{errc::invalid, "the report is not a JSON object"};
    return read_body(parsed->get_object(), context, cut);
}

/// The JSON with a number for each trace.
std::string without_traces(const essence& from) {
    std::string lean;
    std::size_t copied = 0;
    auto number = first_number();
    for (const auto& each : from.traces) {
        lean.append(from.text, copied, each.begin - copied).append(std::to_string(number++));
        copied = each.begin + each.size;
    }
    return lean.append(from.text, copied);
}

}  // namespace

std::string_view to_string(severity level) noexcept {
    static constexpr std::array<std::string_view, 5> words{"debug", "info", "warning", "error", "fatal"};
    return words[static_cast<std::size_t>(level)];
}

const exception_value* main_exception(const event& of) noexcept {
    return of.exceptions.empty() ? nullptr : &of.exceptions.back();
}

event read_event(const json::object& body, const event_context& context) {
    return read_body(body, context, nullptr);
}

result<event> read_event(std::string_view bytes, const event_context& context) {
    return read_bytes(bytes, context, nullptr);
}

result<event> read_event(const essence& from, const event_context& context, trace_memory& known) {
    cut_traces cut{from, known};
    const auto lean = without_traces(from);
    auto found = read_bytes(lean, context, &cut);
    if (cut.broken) return *cut.broken;
    return found;
}

}  // namespace slipway::telemetry

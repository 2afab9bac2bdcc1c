#include "integrations/sentry/reading.hpp"

#include <array>
#include <charconv>

namespace slipway::sentry {
namespace {

/// Sentry gives counts as text, and may come to give them as numbers.
std::uint64_t count_in(const json::value& from, std::string_view path) {
    if (const auto number = number_at(from, path, -1); number >= 0) return static_cast<std::uint64_t>(number);
    const auto text = text_at(from, path);
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

void copy(const json::value& from, const char* theirs, json::object& to, const char* ours) {
    if (const auto* value = at_path(from, theirs); value != nullptr && !value->is_null()) to[ours] = *value;
}

/// {"lineNo": 15, "context": [[14, "…"], [15, "…"]]} → {"lineno": 15, "context_line": "…"}
json::object protocol_frame(const json::value& from) {
    json::object made;
    constexpr std::array<std::pair<const char*, const char*>, 8> names{{{"filename", "filename"},
                                                                        {"absPath", "abs_path"},
                                                                        {"module", "module"},
                                                                        {"package", "package"},
                                                                        {"function", "function"},
                                                                        {"lineNo", "lineno"},
                                                                        {"colNo", "colno"},
                                                                        {"inApp", "in_app"}}};
    for (const auto& [theirs, ours] : names) copy(from, theirs, made, ours);
    const auto line = number_at(from, "lineNo");
    for (const auto& each : array_at(from, "context"))
        if (const auto* pair = each.if_array();
            pair != nullptr && pair->size() == 2 && (*pair)[0].is_int64() && (*pair)[0].get_int64() == line && line > 0)
            made["context_line"] = (*pair)[1];
    return made;
}

json::object protocol_trace(const json::value& from) {
    json::array frames;
    for (const auto& each : array_at(from, "frames")) frames.emplace_back(protocol_frame(each));
    json::object made;
    made["frames"] = std::move(frames);
    return made;
}

json::object protocol_exception(const json::value& from) {
    json::object made;
    for (const auto* name : {"type", "value", "module", "mechanism"}) copy(from, name, made, name);
    if (const auto* trace = at_path(from, "stacktrace"); trace != nullptr && trace->is_object())
        made["stacktrace"] = protocol_trace(*trace);
    return made;
}

json::object protocol_values(const json::value& data, json::object (*each_of)(const json::value&)) {
    json::array values;
    for (const auto& each : array_at(data, "values")) values.emplace_back(each_of(each));
    json::object made;
    made["values"] = std::move(values);
    return made;
}

json::object protocol_thread(const json::value& from) {
    json::object made;
    for (const auto* name : {"id", "crashed", "current"}) copy(from, name, made, name);
    if (const auto* trace = at_path(from, "stacktrace"); trace != nullptr && trace->is_object())
        made["stacktrace"] = protocol_trace(*trace);
    return made;
}

void read_entries(const json::value& from, json::object& into) {
    for (const auto& each : array_at(from, "entries")) {
        const auto type = text_at(each, "type");
        const auto* data = at_path(each, "data");
        if (data == nullptr) continue;
        if (type == "exception") into["exception"] = protocol_values(*data, protocol_exception);
        if (type == "threads") into["threads"] = protocol_values(*data, protocol_thread);
        if (type == "stacktrace") into["stacktrace"] = protocol_trace(*data);
        if (type == "message") {
            json::object entry;
            copy(*data, "message", entry, "message");
            copy(*data, "formatted", entry, "formatted");
            into["logentry"] = std::move(entry);
        }
    }
}

void read_tags(const json::value& from, json::object& into) {
    json::object tags;
    for (const auto& each : array_at(from, "tags")) {
        const auto key = text_at(each, "key");
        const auto* value = at_path(each, "value");
        if (key.empty() || value == nullptr) continue;
        if (key == "level" || key == "environment" || key == "server_name" || key == "transaction")
            into[key] = *value;
        else if (key == "release" && !into.contains("release"))
            into[key] = *value;
        else
            tags[key] = *value;
    }
    into["tags"] = std::move(tags);
}

}  // namespace

instant time_of(std::string_view text, instant otherwise) {
    // "2026-11-23T18:04:05.123456Z": more digits than milliseconds are cut.
    std::string cut{text};
    if (const auto dot = cut.find('.'); dot != std::string::npos) {
        const auto end = std::min(cut.find_first_not_of("0123456789", dot + 1), cut.size());
        auto fraction = cut.substr(dot + 1, end - dot - 1);
        fraction.resize(3, '0');
        cut = cut.substr(0, dot + 1) + fraction + cut.substr(end);
    }
    if (!cut.empty() && cut.back() >= '0' && cut.back() <= '9' && cut.find('+') == std::string::npos) cut += 'Z';
    return from_iso(cut).value_or(otherwise);
}

telemetry::severity level_of(std::string_view word) noexcept {
    using telemetry::severity;
    for (const auto each : {severity::debug, severity::info, severity::warning, severity::error, severity::fatal})
        if (telemetry::to_string(each) == word) return each;
    return severity::error;
}

issue to_issue(const json::value& from) {
    issue made;
    made.id = text_at(from, "id");
    if (made.id.empty() && number_at(from, "id") > 0) made.id = std::to_string(number_at(from, "id"));
    made.short_id = text_at(from, "shortId");
    made.title = untrusted{text_at(from, "title")};
    made.culprit = untrusted{text_at(from, "culprit")};
    made.level = level_of(text_at(from, "level"));
    made.status = text_at(from, "status");
    made.substatus = text_at(from, "substatus");
    made.count = count_in(from, "count");
    made.first_seen = time_of(text_at(from, "firstSeen"));
    made.last_seen = time_of(text_at(from, "lastSeen"));
    made.permalink = text_at(from, "permalink");
    return made;
}

release to_release(const json::value& from) {
    release made;
    made.version = text_at(from, "version");
    made.released = !text_at(from, "dateReleased").empty();
    made.commits = count_in(from, "commitCount");
    return made;
}

deploy to_deploy(const json::value& from) {
    deploy made;
    made.environment = text_at(from, "environment");
    made.name = text_at(from, "name");
    made.url = text_at(from, "url");
    made.started = time_of(text_at(from, "dateStarted"));
    made.finished = time_of(text_at(from, "dateFinished"));
    return made;
}

telemetry::event to_event(const json::value& from, instant now) {
    json::object sent;
    copy(from, "eventID", sent, "event_id");
    copy(from, "platform", sent, "platform");
    copy(from, "message", sent, "message");
    copy(from, "release.version", sent, "release");
    copy(from, "dateCreated", sent, "timestamp");
    copy(from, "fingerprints", sent, "fingerprint_hashes");
    read_entries(from, sent);
    read_tags(from, sent);
    telemetry::event_context context;
    context.received = now;
    auto made = telemetry::read_event(sent, context);
    // The web API shows old events too; reading takes them for new ones with a wrong clock.
    made.at = time_of(text_at(from, "dateCreated"), made.at);
    return made;
}

}  // namespace slipway::sentry

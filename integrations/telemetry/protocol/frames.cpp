#include "integrations/telemetry/protocol/frames.hpp"

#include <optional>

#include "integrations/telemetry/protocol/text.hpp"

namespace slipway::telemetry {
namespace {

using text::put;

constexpr std::size_t most_frames = 250;
constexpr std::size_t longest_path = 1024;
constexpr std::size_t longest_symbol = 512;

/// One walk over the members: an event has hundreds of frames, and asking each for ten names costs more.
frame read_frame(const json::object& from) {
    frame found;
    std::string raw_function;
    std::optional<bool> in_app;
    for (const auto& member : from) {
        const std::string_view name{member.key().data(), member.key().size()};
        const auto* value = &member.value();
        if (name == "filename")
            found.filename = text::scalar(value, longest_path);
        else if (name == "abs_path")
            found.abs_path = text::scalar(value, longest_path);
        else if (name == "module")
            found.module = text::scalar(value, longest_symbol);
        else if (name == "package")
            found.package = text::scalar(value, longest_symbol);
        else if (name == "function")
            found.function = text::scalar(value, longest_symbol);
        else if (name == "raw_function")
            raw_function = text::scalar(value, longest_symbol);
        else if (name == "context_line")
            found.context_line = text::scalar(value, longest_symbol);
        else if (name == "lineno")
            found.line = std::max(0, text::whole(value, 0));
        else if (name == "colno")
            found.column = std::max(0, text::whole(value, 0));
        else if (name == "in_app" && value->is_bool())
            in_app = value->get_bool();
    }
    if (found.filename.empty()) found.filename = found.abs_path;
    if (found.function.empty()) found.function = std::move(raw_function);
    const auto& path = found.abs_path.empty() ? found.filename : found.abs_path;
    found.in_app = in_app ? *in_app : !looks_vendored(path);
    return found;
}

json::object write_frame(const frame& from) {
    json::object out;
    put(out, "filename", from.filename);
    put(out, "abs_path", from.abs_path);
    put(out, "module", from.module);
    put(out, "package", from.package);
    put(out, "function", from.function);
    put(out, "context_line", from.context_line);
    if (from.line != 0) out["lineno"] = from.line;
    if (from.column != 0) out["colno"] = from.column;
    out["in_app"] = from.in_app;
    return out;
}

}  // namespace

bool looks_vendored(std::string_view path) noexcept {
    for (const std::string_view part : {"/vendor/", "/node_modules/", "/site-packages/", "/dist-packages/", "/gems/"})
        if (path.find(part) != std::string_view::npos) return true;
    for (const std::string_view start :
         {"vendor/", "node_modules/", "node:", "internal/", "/usr/lib/", "<internal", "[internal"})
        if (path.starts_with(start)) return true;
    return false;
}

std::vector<frame> read_frames(const json::value* stacktrace) {
    std::vector<frame> found;
    const auto* object = stacktrace != nullptr ? stacktrace->if_object() : nullptr;
    if (object == nullptr) return found;
    const auto& all = array_at(*object, "frames");
    const auto skipped = all.size() > most_frames ? all.size() - most_frames : 0;
    found.reserve(all.size() - skipped);
    for (std::size_t i = skipped; i < all.size(); ++i)
        if (const auto* one = all[i].if_object()) found.push_back(read_frame(*one));
    return found;
}

json::object write_frames(const std::vector<frame>& frames) {
    json::array list;
    list.reserve(frames.size());
    for (const auto& each : frames) list.push_back(write_frame(each));
    return {{"frames", std::move(list)}};
}

}  // namespace slipway::telemetry

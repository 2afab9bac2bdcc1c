#include <algorithm>

#include "commands/errors/suspects.hpp"

namespace slipway::errors {
namespace {

using telemetry::frame;

bool same_place(const frame& a, const frame& b) noexcept {
    return a.line == b.line && a.filename == b.filename && a.abs_path == b.abs_path;
}

/// The calls of one stack, crash first.
void collect(const std::vector<frame>& stack, bool in_app_only, std::size_t most, std::vector<frame>& into) {
    for (auto each = stack.rbegin(); each != stack.rend() && into.size() < most; ++each) {
        const bool fits = each->line > 0 && (each->in_app || !in_app_only);
        const auto known = [&each](const frame& other) { return same_place(*each, other); };
        if (fits && std::ranges::none_of(into, known)) into.push_back(*each);
    }
}

}  // namespace

std::vector<telemetry::frame> blame_frames(const telemetry::event& of, std::size_t most) {
    std::vector<frame> found;
    for (const bool in_app_only : {true, false}) {
        // The cause crashes in the buggy line; what wraps it crashes in "throw new …".
        for (const auto& each : of.exceptions) collect(each.frames, in_app_only, most, found);
        collect(of.frames, in_app_only, most, found);
        if (!found.empty()) break;
    }
    return found;
}

}  // namespace slipway::errors

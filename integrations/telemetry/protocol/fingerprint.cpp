#include "integrations/telemetry/protocol/fingerprint.hpp"

#include <algorithm>

#include "integrations/telemetry/protocol/group.hpp"
#include "integrations/telemetry/protocol/text.hpp"

namespace slipway::telemetry {
namespace {

/// "{{ name }}" → "name"; "" when `part` is anything else.
std::string_view variable(std::string_view part) noexcept {
    part = text::trim(part);
    if (!part.starts_with("{{") || !part.ends_with("}}") || part.size() < 5) return {};
    return text::trim(part.substr(2, part.size() - 4));
}

const frame* crash_frame(const event& of) noexcept {
    const auto* main = main_exception(of);
    const auto& frames = main != nullptr ? main->frames : of.frames;
    const auto in_app = std::find_if(frames.rbegin(), frames.rend(), [](const frame& each) { return each.in_app; });
    if (in_app != frames.rend()) return &*in_app;
    return frames.empty() ? nullptr : &frames.back();
}

std::string or_placeholder(const std::string& value, std::string_view name) {
    return value.empty() ? "<no-" + std::string{name} + ">" : value;
}

std::string value_of(std::string_view name, const event& of, std::string_view written) {
    const auto* main = main_exception(of);
    const auto* crash = crash_frame(of);
    if (name == "transaction") return or_placeholder(of.transaction, name);
    if (name == "level") return std::string{to_string(of.level)};
    if (name == "logger") return or_placeholder(of.logger, name);
    if (name == "type" || name == "error.type") return or_placeholder(main != nullptr ? main->type : "", "type");
    if (name == "message" || name == "value" || name == "error.value")
        return parameterise(or_placeholder(main != nullptr ? main->value : of.message, "message"));
    if (name == "function" || name == "stack.function")
        return or_placeholder(crash != nullptr ? crash->function : "", "function");
    if (name == "module" || name == "stack.module")
        return or_placeholder(crash != nullptr ? crash->module : "", "module");
    if (name.starts_with("tags.")) {
        const auto tag = std::ranges::find(of.tags, name.substr(5), &std::pair<std::string, std::string>::first);
        return tag == of.tags.end() ? "<no-value-for-tag>" : tag->second;
    }
    return std::string{written};
}

}  // namespace

bool is_default_variable(std::string_view part) noexcept {
    return variable(part) == "default";
}

bool has_own_fingerprint(const event& of) noexcept {
    return of.fingerprint.size() > 1 || (of.fingerprint.size() == 1 && !is_default_variable(of.fingerprint.front()));
}

std::string replace_variables(std::string_view part, const event& of) {
    std::string out;
    while (!part.empty()) {
        const auto open = part.find("{{");
        const auto close = open == std::string_view::npos ? open : part.find("}}", open);
        if (close == std::string_view::npos) break;
        const auto written = part.substr(open, close + 2 - open);
        out += part.substr(0, open);
        out += value_of(variable(written), of, written);
        part.remove_prefix(close + 2);
    }
    return printable(out + std::string{part}, 8192);
}

}  // namespace slipway::telemetry

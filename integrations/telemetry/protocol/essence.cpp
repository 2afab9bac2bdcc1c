// One pass that knows strings and brackets, and nothing else of JSON: the parser sees what is left.
#include "integrations/telemetry/protocol/essence.hpp"

#include <algorithm>

namespace slipway::telemetry {
namespace {

constexpr auto npos = std::string_view::npos;

/// Members whose lists and objects hold nothing for us, wherever in an event they stand. A text or number of the same
/// name (a tag called "request") is kept. Asked of every name in every event: the first letter rules most out.
bool is_unread(std::string_view name) noexcept {
    if (name.empty()) return false;
    switch (name.front()) {
        case 'b':
            return name == "breadcrumbs";
        case 'c':
            return name == "contexts";
        case 'd':
            return name == "debug_meta" || name == "dynamic_sampling";
        case 'e':
            return name == "extra";
        case 'f':
            return name == "features";
        case 'i':
            return name == "integrations";
        case 'm':
            return name == "modules";
        case 'p':
            return name == "pre_context" || name == "post_context" || name == "packages" || name == "params";
        case 'r':
            return name == "request" || name == "registers" || name == "raw_stacktrace";
        case 'u':
            return name == "user";
        case 'v':
            return name == "vars";
        case '_':
            return name == "_meta";
        default:
            return false;
    }
}

constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t behind_blanks(std::string_view in, std::size_t at) noexcept {
    while (at < in.size() && is_blank(in[at])) ++at;
    return at;
}

/// Behind the string whose opening quote is at `quote`; npos when it does not end.
std::size_t behind_string(std::string_view in, std::size_t quote) noexcept {
    for (auto end = in.find('"', quote + 1); end != npos; end = in.find('"', end + 1)) {
        auto escapes = end;
        while (in[escapes - 1] == '\\') --escapes;  // stops at the opening quote
        if ((end - escapes) % 2 == 0) return end + 1;
    }
    return npos;
}

/// Behind the object or list that opens at `at`; npos when it does not end.
std::size_t behind_brackets(std::string_view in, std::size_t at) noexcept {
    std::size_t depth = 0;
    while (at < in.size()) {
        const char c = in[at];
        if (c == '"') {
            at = behind_string(in, at);
            if (at == npos) return npos;
            continue;
        }
        ++at;
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && --depth == 0) return at;
    }
    return npos;
}

}  // namespace

std::string essence_of(std::string_view event) {
    std::string kept;
    kept.reserve(event.size());
    std::size_t copied = 0;
    for (auto quote = event.find('"'); quote != npos;) {
        const auto end = behind_string(event, quote);
        if (end == npos) break;
        const auto colon = behind_blanks(event, end);
        if (colon < event.size() && event[colon] == ':' && is_unread(event.substr(quote + 1, end - quote - 2))) {
            const auto value = behind_blanks(event, colon + 1);
            const bool brackets = value < event.size() && (event[value] == '{' || event[value] == '[');
            const auto behind = brackets ? behind_brackets(event, value) : npos;
            if (brackets && behind == npos) break;  // cut off: the parser says so
            if (brackets) {
                kept.append(event, copied, value - copied);
                kept += "null";
                copied = behind;
            }
        }
        quote = event.find('"', std::max(end, copied));
    }
    kept.append(event, copied);
    return kept;
}

}  // namespace slipway::telemetry

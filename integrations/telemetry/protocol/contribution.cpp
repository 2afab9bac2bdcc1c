#include "integrations/telemetry/protocol/contribution.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <compare>

#include "integrations/telemetry/protocol/text.hpp"

namespace slipway::telemetry {
namespace {

constexpr std::size_t longest_context = 120;

bool has_context(language in) noexcept {
    return in == language::javascript || in == language::python || in == language::php || in == language::ruby;
}

std::string javascript_function(std::string_view name) {
    name = name.substr(0, name.find(" [as "));
    if (name.ends_with("/<")) return {};
    name = name.substr(name.rfind('.') == std::string_view::npos ? 0 : name.rfind('.') + 1);
    if (name == "?" || name == "<anonymous>" || name == "Anonymous function") return {};
    return std::string{name};
}

std::string php_function(std::string_view name) {
    if (name.starts_with("[Anonymous")) return {};
    if (name.starts_with("class@anonymous")) {  // what follows holds path and line of the deployed file
        const auto method = name.rfind("::");
        return method == std::string_view::npos ? std::string{} : std::string{name.substr(method + 2)};
    }
    const auto closure = name.find("{closure:");  // PHP 8.4 puts the line number into the name
    if (closure != std::string_view::npos) {
        const auto line = name.rfind(':');
        const auto digits = name.substr(line + 1);
        if (line > closure + 8 && digits.ends_with('}') && digits.size() > 1 &&
            std::all_of(digits.begin(), digits.end() - 1, text::is_digit))
            return std::string{name.substr(0, line)} + "}";
    }
    return std::string{name};
}

/// "method__123_456" → "method": counters that ERB and friends append.
std::string_view without_counters(std::string_view name) noexcept {
    auto end = name.size();
    const auto eat = [&name, &end](auto fits) {
        const auto before = end;
        while (end > 0 && fits(name[end - 1])) --end;
        return end < before;
    };
    const auto underscore = [](char c) { return c == '_'; };
    if (!eat(text::is_digit) || !eat(underscore) || !eat(text::is_digit)) return name;
    return eat(underscore) ? name.substr(0, end) : name;
}

std::string ruby_function(std::string_view name) {
    if (name.starts_with("block ")) return "block";
    return std::string{without_counters(name)};
}

std::string native_function(std::string_view name) {
    if (name == "<redacted>" || name == "<unknown>") return {};
    std::string out;
    int depth = 0;  // everything in brackets is types: it differs per build
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool opens = name[i] == '<' || name[i] == '(';
        const bool anonymous = name.substr(i).starts_with("(anonymous namespace)");
        if (opens && !anonymous) ++depth;
        if (anonymous && depth == 0) {
            out += "(anonymous namespace)";
            i += 20;
            continue;
        }
        if (depth == 0) out += name[i];
        if ((name[i] == '>' || name[i] == ')') && depth > 0) --depth;
    }
    return out.empty() ? std::string{name} : std::string{text::trim(out)};
}

/// Digits after `tag` become "<auto>".
std::string without_digits_after(std::string_view name, std::string_view tag) {
    const auto at = name.find(tag);
    if (at == std::string_view::npos) return std::string{name};
    auto end = at + tag.size();
    while (end < name.size() && text::is_hex(name[end])) ++end;
    return std::string{name.substr(0, at + tag.size())} + "<auto>" + std::string{name.substr(end)};
}

/// "4185d9aa" or "BxYz12_a": what bundlers put into file names. `dashed` = it followed a '-'.
bool is_content_hash(std::string_view part, bool dashed) noexcept {
    const bool digit = std::ranges::any_of(part, text::is_digit);
    if (part.size() >= 8 && digit && std::ranges::all_of(part, text::is_hex)) return true;
    const bool mixed = std::ranges::any_of(part, text::is_upper) && std::ranges::any_of(part, text::is_lower);
    return dashed && part.size() == 8 && digit && mixed;
}

std::string without_content_hash(std::string_view name) {
    std::string out;
    char separator = 0;
    while (!name.empty()) {
        const auto end = name.find_first_of(".-");
        const auto part = name.substr(0, end);
        out += is_content_hash(part, separator == '-') ? std::string_view{"*"} : part;
        if (end == std::string_view::npos) break;
        separator = name[end];
        out += separator;
        name.remove_prefix(end + 1);
    }
    return out;
}

bool names_no_file(std::string_view path) noexcept {
    return path == "<anonymous>" || path == "[native code]" || path == "native" || path == "eval code" ||
           path == "[internal]" || path == "?";
}

/// Frames that exist only because of the engine.
bool is_engine_frame(const frame& of, language in) {
    if (in != language::javascript) return false;
    return of.function == "eval" || names_no_file(of.filename) || names_no_file(of.abs_path);
}

/// True when the two are one call repeated (recursion).
bool same_call(const frame& a, const frame& b) noexcept {
    return a.line == b.line && a.column == b.column && a.function == b.function && a.filename == b.filename &&
           a.module == b.module && a.package == b.package && a.abs_path == b.abs_path;
}

bool contribute_some(const std::vector<frame>& calls, language in, bool in_app_only, parts& to) {
    const auto before = to.bytes().size();
    const frame* previous = nullptr;
    for (const auto& each : calls) {
        if (in_app_only && !each.in_app) continue;
        if (previous != nullptr && same_call(*previous, each)) continue;  // recursion depth is no identity
        previous = &each;
        contribute(each, in, to);
    }
    return to.bytes().size() > before;
}

}  // namespace

void parts::add(std::string_view kind, std::string_view text) {
    std::array<char, 20> digits;
    const auto size = kind.size() + text.size();
    const auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), size).ptr;
    bytes_.append(digits.data(), static_cast<std::size_t>(end - digits.data())).append(1, ':');
    places_.push_back({bytes_.size(), bytes_.size() + size});
    bytes_.append(kind).append(text);
}

void parts::add(const parts& more) {
    const auto behind = bytes_.size();
    bytes_ += more.bytes_;
    places_.reserve(places_.size() + more.places_.size());
    for (const auto& each : more.places_) places_.push_back({each.begin + behind, each.end + behind});
}

std::string_view parts::text(std::size_t number) const noexcept {
    const auto& where = places_[number];
    return std::string_view{bytes_}.substr(where.begin, where.end - where.begin);
}

bool parts::operator<(const parts& other) const noexcept {
    const auto both = std::min(places_.size(), other.places_.size());
    for (std::size_t each = 0; each < both; ++each)
        if (const auto order = text(each) <=> other.text(each); order != 0) return order < 0;
    return places_.size() < other.places_.size();
}

language language_of(std::string_view platform) noexcept {
    struct entry {
        std::string_view platform;
        language is;
    };
    static constexpr std::array<entry, 10> known{{{"javascript", language::javascript},
                                                  {"node", language::javascript},
                                                  {"python", language::python},
                                                  {"php", language::php},
                                                  {"ruby", language::ruby},
                                                  {"java", language::java},
                                                  {"native", language::native},
                                                  {"c", language::native},
                                                  {"rust", language::native},
                                                  {"cocoa", language::native}}};
    const auto* const found = std::ranges::find(known, platform, &entry::platform);
    return found == known.end() ? language::other : found->is;
}

std::string clean_function(std::string_view function, language of) {
    switch (of) {
        case language::javascript:
            return javascript_function(function);
        case language::php:
            return php_function(function);
        case language::ruby:
            return ruby_function(function);
        case language::native:
            return native_function(function);
        case language::java:
            return function.starts_with("lambda$") ? std::string{} : std::string{function};
        case language::python:
        case language::other:
            break;
    }
    return std::string{function};
}

std::string clean_module(std::string_view module, language of) {
    if (of != language::java) return std::string{module};
    module = module.substr(0, module.find("$$Lambda$"));
    auto out = without_digits_after(module, "EnhancerByCGLIB$$");
    out = without_digits_after(out, "FastClassByCGLIB$$");
    out = without_digits_after(out, "_javassist_");
    return without_digits_after(out, "Accessor");
}

std::string clean_filename(std::string_view filename, language of) {
    if (names_no_file(filename)) return {};
    const auto scheme = filename.find("://");
    if (scheme != std::string_view::npos) {
        filename = filename.substr(0, filename.find_first_of("?#"));
        const auto path = filename.find('/', scheme + 3);
        if (path == std::string_view::npos || path + 1 == filename.size()) return {};  // an origin is no file
    }
    const auto slash = filename.find_last_of("/\\");
    if (slash != std::string_view::npos) filename.remove_prefix(slash + 1);
    if (of != language::javascript) return text::lower(filename);
    return text::lower(without_content_hash(filename));
}

void contribute(const frame& of, language in, parts& to) {
    if (is_engine_frame(of, in)) return;
    const auto file = of.module.empty() ? clean_filename(of.filename, in) : clean_module(of.module, in);
    const auto function = clean_function(of.function, in);
    if (!file.empty()) to.add("file:", file);
    if (!function.empty()) to.add("function:", function);
    if ((file.empty() && function.empty()) || !has_context(in) || of.context_line.empty()) return;
    const auto context = text::collapse(of.context_line);
    if (!context.empty() && context.size() <= longest_context) to.add("line:", context);
}

bool contribute(const std::vector<frame>& calls, language in, parts& to) {
    return contribute_some(calls, in, /*in_app_only=*/true, to) ||
           contribute_some(calls, in, /*in_app_only=*/false, to);
}

}  // namespace slipway::telemetry

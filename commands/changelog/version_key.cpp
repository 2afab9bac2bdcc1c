#include "commands/changelog/version_key.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "commands/changelog/key_places.hpp"

namespace slipway::changelog {
namespace {

using detail::place;

constexpr std::array<std::pair<std::string_view, key_format>, 5> words{{{"properties", key_format::properties},
                                                                        {"ini", key_format::ini},
                                                                        {"yaml", key_format::yaml},
                                                                        {"json", key_format::json},
                                                                        {"pattern", key_format::pattern}}};

result<std::vector<place>> places(std::string_view content, const version_key& key) {
    switch (key.format) {
        case key_format::properties:
            return detail::properties_places(content, key.key);
        case key_format::ini:
            return detail::ini_places(content, key.key);
        case key_format::yaml:
            return detail::yaml_places(content, key.key);
        case key_format::json:
            return detail::json_places(content, key.key);
        case key_format::pattern:
            return detail::pattern_places(content, key.key);
    }
    return failure{errc::invalid, "Unknown format of the version file"};
}

/// The one place, or why there is not exactly one.
result<place> only_place(std::string_view content, const version_key& key) {
    const auto found = places(content, key);
    if (!found) return found.error();
    if (found->empty()) {
        return failure{errc::not_found, "The version file has no key \"" + key.key + "\""};
    }
    if (found->size() > 1) {
        std::string lines;
        for (const auto& each : *found) lines += (lines.empty() ? "" : ", ") + std::to_string(each.line);
        return failure{errc::refused, "The key \"" + key.key + "\" stands " + std::to_string(found->size()) +
                                          " times in the version file (lines " + lines + "); exactly one may"};
    }
    const auto& only = found->front();
    if (only.trouble.empty()) return only;
    return failure{errc::invalid, "The value of \"" + key.key + "\" in line " + std::to_string(only.line) +
                                      " cannot be changed: " + only.trouble};
}

/// Safe unquoted in every format: no blanks, quotes, comment signs or separators.
bool is_plain_value(std::string_view value) {
    return !value.empty() && std::ranges::all_of(value, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '_' || c == '+';
    });
}

}  // namespace

result<key_format> parse_key_format(std::string_view word) {
    const auto found = std::ranges::find(words, word, [](const auto& each) { return each.first; });
    if (found != words.end()) return found->second;
    return failure{
        errc::invalid,
        "\"" + std::string{word} + "\" is no format of a version file; known are properties, ini, yaml, json, pattern"};
}

result<key_format> key_format_of(std::string_view path) {
    const auto dot = path.rfind('.');
    const auto ending = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    if (ending == "properties" || ending == "conf") return key_format::properties;
    if (ending == "ini" || ending == "cfg") return key_format::ini;
    if (ending == "yaml" || ending == "yml") return key_format::yaml;
    if (ending == "json") return key_format::json;
    return failure{errc::invalid, "The name " + std::string{path} +
                                      " does not tell its format: say properties, ini, yaml, json or pattern"};
}

result<version_edit> set_version(std::string_view content, const version_key& key, std::string_view value) {
    if (!is_plain_value(value)) {
        return failure{errc::invalid, "\"" + std::string{value.substr(0, 40)} +
                                          "\" cannot be written as a version: letters, digits and ._+- only"};
    }
    const auto only = only_place(content, key);
    if (!only) return only.error();
    version_edit edit{std::string{content}, std::string{content.substr(only->begin, only->size)}};
    edit.content.replace(only->begin, only->size, value);
    return edit;
}

result<std::string> read_version(std::string_view content, const version_key& key) {
    const auto only = only_place(content, key);
    if (!only) return only.error();
    return std::string{content.substr(only->begin, only->size)};
}

}  // namespace slipway::changelog

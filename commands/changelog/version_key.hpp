// Setting one version key in one file: exactly one place changes, every other byte stays.
#pragma once

#include <string>
#include <string_view>

#include "integrations/base/result.hpp"

namespace slipway::changelog {

enum class key_format {
    properties,  ///< key = value, key: value, key value
    ini,         ///< "section.key", or "key" before any section
    yaml,        ///< dotted path through block mappings: "app.version"; scalar values only
    json,        ///< dotted path through objects; the value is a string
    pattern,     ///< a regular expression (ECMAScript) with exactly one group: the value
};
/// errc::invalid for a word that is none of them.
result<key_format> parse_key_format(std::string_view word);
/// From a file name: .properties .conf, .ini .cfg, .yaml .yml, .json; errc::invalid for others: say the format.
result<key_format> key_format_of(std::string_view path);

struct version_key {
    key_format format = key_format::properties;
    std::string key = "centrifuge.project.version";
};

struct version_edit {
    std::string content;    ///< the whole file with the new value
    std::string old_value;  ///< without quotes; equal to the new one when nothing had to change
};

/// not_found: no such key; refused: more than one match (line numbers in the sentence); invalid: the value cannot
/// stand there, or the pattern is no regular expression with one group.
result<version_edit> set_version(std::string_view content, const version_key& key, std::string_view value);
result<std::string> read_version(std::string_view content, const version_key& key);

}  // namespace slipway::changelog

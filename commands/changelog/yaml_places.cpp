// A key in block mappings of YAML, found by indentation. Bytes matter here, so no parser: it could not write them back.
#include <algorithm>
#include <optional>

#include "commands/changelog/key_places.hpp"

namespace slipway::changelog::detail {
namespace {

struct level {
    std::size_t indent = 0;
    std::string path;
};

std::size_t indent_of(std::string_view line) {
    return std::min(line.find_first_not_of(' '), line.size());
}

bool is_empty_or_comment(std::string_view line) {
    const auto start = line.find_first_not_of(" \t");
    return start == std::string_view::npos || line[start] == '#';
}

struct mapping_line {
    std::string key;
    std::size_t value = 0;  ///< where its value begins in the line
};

/// "key: value", "'key': value", "key:"; nullopt for anything else.
std::optional<mapping_line> split(std::string_view line, std::size_t start) {
    if (start >= line.size()) return std::nullopt;
    const char quote = line[start];
    if (quote == '"' || quote == '\'') {
        const auto close = line.find(quote, start + 1);
        if (close == std::string_view::npos) return std::nullopt;
        const auto colon = line.find_first_not_of(' ', close + 1);
        if (colon == std::string_view::npos || line[colon] != ':') return std::nullopt;
        return mapping_line{std::string{line.substr(start + 1, close - start - 1)}, colon + 1};
    }
    for (auto colon = line.find(':', start); colon != std::string_view::npos; colon = line.find(':', colon + 1)) {
        if (colon + 1 < line.size() && line[colon + 1] != ' ' && line[colon + 1] != '\t') continue;
        auto key = line.substr(start, colon - start);
        while (key.ends_with(' ')) key.remove_suffix(1);
        return mapping_line{std::string{key}, colon + 1};
    }
    return std::nullopt;
}

/// Where a trailing comment begins; the line's end without one. A "#" inside quotes is none.
std::size_t comment_start(std::string_view line, std::size_t from) {
    char quote = '\0';
    for (std::size_t each = from; each < line.size(); ++each) {
        const char c = line[each];
        if (quote != '\0') {
            if (c == quote) quote = '\0';
        } else if ((c == '"' || c == '\'') && line.find_first_not_of(" \t", from) == each) {
            quote = c;
        } else if (c == '#' && each > 0 && (line[each - 1] == ' ' || line[each - 1] == '\t')) {
            return each;
        }
    }
    return line.size();
}

class yaml_walk {
public:
    yaml_walk(std::string_view content, std::string_view key) : lines_{numbered_lines(content)}, key_{key} {}

    std::vector<place> run() {
        for (position_ = 0; position_ < lines_.size(); ++position_) look_at(lines_[position_]);
        return std::move(found_);
    }

private:
    void look_at(const numbered_line& line) {
        if (is_empty_or_comment(line.text)) return;
        if (line.text.starts_with("---") || line.text.starts_with("...")) {
            open_.clear();
            return;
        }
        const auto indent = indent_of(line.text);
        while (!open_.empty() && open_.back().indent >= indent) open_.pop_back();
        if (line.text[indent] == '-' && (indent + 1 == line.text.size() || line.text[indent + 1] == ' ')) {
            // What stands in a list is not addressed by a dotted path; its inner keys hang below this level.
            open_.push_back({indent, parent() + "-."});
            return;
        }
        const auto parts = split(line.text, indent);
        if (!parts) return;
        const auto path = parent() + parts->key;
        const auto end = comment_start(line.text, parts->value);
        const auto value = value_place(line, parts->value, end);
        if (path == key_) note(line, value);
        const auto first = line.text.find_first_not_of(" \t", parts->value);
        const bool block = first < end && (line.text[first] == '|' || line.text[first] == '>');
        if (block)
            skip_deeper(indent);
        else
            open_.push_back({indent, path + "."});
    }
    std::string parent() const { return open_.empty() ? "" : open_.back().path; }

    void note(const numbered_line& line, place value) {
        const auto begin = value.begin - line.begin;
        const bool quoted = begin > 0 && begin + value.size < line.text.size() &&
                            (line.text[begin - 1] == '"' || line.text[begin - 1] == '\'');
        if (value.size == 0 && !quoted)
            value.trouble = "it is empty or a mapping, not a version";
        else if (!quoted && std::string_view{"{[&*!|>%@`"}.find(line.text[begin]) != std::string_view::npos)
            value.trouble = "it is not a plain or quoted scalar";
        else if (goes_on(indent_of(line.text)))
            value.trouble = "it goes on in the next line";
        found_.push_back(std::move(value));
    }
    /// A deeper line below a value belongs to that value.
    bool goes_on(std::size_t indent) const {
        for (auto next = position_ + 1; next < lines_.size(); ++next) {
            if (is_empty_or_comment(lines_[next].text)) continue;
            return indent_of(lines_[next].text) > indent;
        }
        return false;
    }
    /// The lines of a block scalar are text, whatever they look like.
    void skip_deeper(std::size_t indent) {
        while (position_ + 1 < lines_.size()) {
            const auto& next = lines_[position_ + 1].text;
            const bool blank = next.find_first_not_of(" \t") == std::string_view::npos;
            if (!blank && indent_of(next) <= indent) return;
            ++position_;
        }
    }

    std::vector<numbered_line> lines_;
    std::string_view key_;
    std::vector<level> open_;
    std::vector<place> found_;
    std::size_t position_ = 0;
};

}  // namespace

std::vector<place> yaml_places(std::string_view content, std::string_view key) {
    return yaml_walk{content, key}.run();
}

}  // namespace slipway::changelog::detail

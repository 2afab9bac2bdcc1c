#include "commands/changelog/key_places.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <regex>

namespace slipway::changelog::detail {
namespace {

constexpr std::string_view blanks = " \t\f";

/// Position of the first non-blank at or after `from`; the line's size when there is none.
std::size_t skip_blanks(std::string_view text, std::size_t from) {
    return std::min(text.find_first_not_of(blanks, from), text.size());
}

std::string dotted(const std::string& parent, const std::string& name) {
    return parent.empty() ? name : parent + "." + name;
}

bool is_continued(std::string_view line) {
    const auto last = line.find_last_not_of('\\');
    const auto backslashes = line.size() - (last == std::string_view::npos ? 0 : last + 1);
    return backslashes % 2 == 1;
}

}  // namespace

std::vector<numbered_line> numbered_lines(std::string_view content) {
    std::vector<numbered_line> lines;
    std::size_t begin = content.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    for (std::size_t number = 1; begin < content.size(); ++number) {
        const auto end = std::min(content.find('\n', begin), content.size());
        auto text = content.substr(begin, end - begin);
        if (text.ends_with('\r')) text.remove_suffix(1);
        lines.push_back({text, begin, number});
        begin = end + 1;
    }
    return lines;
}

place value_place(const numbered_line& line, std::size_t begin, std::size_t end) {
    begin = std::min(skip_blanks(line.text, begin), end);
    while (end > begin && blanks.find(line.text[end - 1]) != std::string_view::npos) --end;
    const auto value = line.text.substr(begin, end - begin);
    const bool quoted =
        value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
    if (quoted) {
        ++begin;
        --end;
    }
    return {line.begin + begin, end - begin, line.number, ""};
}

/// java.util.Properties: "key=value", "key: value", "key value"; "#" and "!" comments; a backslash continues a line.
std::vector<place> properties_places(std::string_view content, std::string_view key) {
    std::vector<place> found;
    bool continuing = false;
    for (const auto& line : numbered_lines(content)) {
        const bool inside = continuing;
        const auto start = skip_blanks(line.text, 0);
        const bool comment =
            !inside && start < line.text.size() && (line.text[start] == '#' || line.text[start] == '!');
        continuing = !comment && is_continued(line.text);
        if (inside || comment || line.text.substr(start, key.size()) != key || key.empty()) continue;
        const auto after = start + key.size();
        auto value = skip_blanks(line.text, after);
        const bool separated = value < line.text.size() && (line.text[value] == '=' || line.text[value] == ':');
        if (!separated && value == after && value < line.text.size()) continue;  // a longer key
        if (separated) ++value;
        value = std::min(skip_blanks(line.text, value), line.text.size());
        auto end = line.text.size();
        while (end > value && blanks.find(line.text[end - 1]) != std::string_view::npos) --end;
        found.push_back(
            {line.begin + value, end - value, line.number, continuing ? "it goes on in the next line" : ""});
    }
    return found;
}

std::vector<place> ini_places(std::string_view content, std::string_view key) {
    std::vector<place> found;
    std::string section;
    for (const auto& line : numbered_lines(content)) {
        const auto start = skip_blanks(line.text, 0);
        if (start == line.text.size() || line.text[start] == '#' || line.text[start] == ';') continue;
        if (line.text[start] == '[') {
            const auto close = line.text.find(']', start);
            if (close != std::string_view::npos) section = line.text.substr(start + 1, close - start - 1);
            continue;
        }
        const auto separator = line.text.find_first_of("=:", start);
        if (separator == std::string_view::npos) continue;
        auto name_end = separator;
        while (name_end > start && blanks.find(line.text[name_end - 1]) != std::string_view::npos) --name_end;
        const std::string name{line.text.substr(start, name_end - start)};
        if (dotted(section, name) != key) continue;
        auto end = line.text.size();
        for (const std::string_view comment : {" ;", " #", "\t;", "\t#"}) {
            end = std::min(end, line.text.find(comment, separator));
        }
        found.push_back(value_place(line, separator + 1, end));
    }
    return found;
}

result<std::vector<place>> pattern_places(std::string_view content, const std::string& pattern) {
    std::regex expression;
    try {
        expression.assign(pattern, std::regex::ECMAScript);
    } catch (const std::regex_error& problem) {
        return failure{errc::invalid,
                       "The version pattern \"" + pattern + "\" is no regular expression: " + problem.what()};
    }
    if (expression.mark_count() != 1) {
        return failure{errc::invalid, "The version pattern \"" + pattern +
                                          "\" needs exactly one group, around the version; it has " +
                                          std::to_string(expression.mark_count())};
    }
    constexpr std::size_t longest_line = 20'000;  // the library's matcher recurses for each character
    std::vector<place> found;
    for (const auto& line : numbered_lines(content)) {
        if (line.text.size() > longest_line) continue;
        const auto* begin = line.text.data();
        for (std::cregex_iterator match{begin, begin + line.text.size(), expression}, end; match != end; ++match) {
            if (!(*match)[1].matched) continue;
            found.push_back({line.begin + static_cast<std::size_t>(match->position(1)),
                             static_cast<std::size_t>(match->length(1)), line.number, ""});
        }
    }
    return found;
}

namespace {

/// Walks valid JSON and notes where string values stand. Validity was checked before, so it need not look for errors.
class json_walk {
public:
    json_walk(std::string_view text, std::string_view key) : text_{text}, key_{key} {}

    std::vector<place> run() {
        value("");
        return std::move(found_);
    }

private:
    void value(const std::string& path) {
        blank();
        const bool wanted = path == key_;
        const auto begin = at_;
        if (peek() == '{')
            object(path);
        else if (peek() == '[')
            array(path);
        else if (peek() == '"')
            string();
        else
            at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
        if (!wanted) return;
        if (text_[begin] == '"')
            note(begin + 1, at_ - begin - 2, "");
        else
            note(begin, at_ - begin, "it is not a string");
    }
    void object(const std::string& path) {
        ++at_;
        for (blank(); peek() != '}'; blank()) {
            const auto name_begin = at_;
            string();
            const auto name = boost::json::parse(std::string{text_.substr(name_begin, at_ - name_begin)}).as_string();
            blank();
            ++at_;  // ':'
            value(dotted(path, {name.data(), name.size()}));
            blank();
            if (peek() == ',') ++at_;
        }
        ++at_;
    }
    void array(const std::string& path) {
        ++at_;
        // "[]" cannot be asked for: a key in a list is not the one key of the file.
        for (blank(); peek() != ']'; blank()) {
            value(path + ".[]");
            blank();
            if (peek() == ',') ++at_;
        }
        ++at_;
    }
    void string() {
        for (++at_; text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\') ++at_;
        }
        ++at_;
    }
    void blank() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void note(std::size_t begin, std::size_t size, const char* trouble) {
        const auto line = std::ranges::count(text_.substr(0, begin), '\n') + 1;
        found_.push_back({begin, size, static_cast<std::size_t>(line), trouble});
    }

    std::string_view text_;
    std::string_view key_;
    std::size_t at_ = 0;
    std::vector<place> found_;
};

}  // namespace

result<std::vector<place>> json_places(std::string_view content, std::string_view key) {
    boost::json::stream_parser parser;
    boost::json::error_code error;
    const auto read = parser.write_some(content.data(), content.size(), error);
    if (!error) parser.finish(error);
    const bool rest = content.find_first_not_of(" \t\r\n", read) != std::string_view::npos;
    if (error || rest) {
        const auto line = std::ranges::count(content.substr(0, read), '\n') + 1;
        return failure{errc::invalid, "The version file is no JSON: line " + std::to_string(line) +
                                          (error ? ": " + error.message() : ": more follows after its end")};
    }
    if (key.empty()) return std::vector<place>{};
    return json_walk{content, key}.run();
}

}  // namespace slipway::changelog::detail

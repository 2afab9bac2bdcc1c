#include "commands/runbook/script.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "commands/migrations/code_blocks.hpp"
#include "commands/migrations/section.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::runbook {
namespace {

using migrations::code_block;

std::string lower(std::string_view text) {
    std::string made{text};
    for (auto& each : made) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
    return made;
}

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return std::string{text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1)};
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> all;
    for (std::size_t from = 0; from < text.size();) {
        const auto end = std::min(text.find('\n', from), text.size());
        auto each = text.substr(from, end - from);
        if (each.ends_with('\r')) each.remove_suffix(1);
        all.emplace_back(each);
        from = end + 1;
    }
    return all;
}

struct heading {
    std::size_t level = 0;  ///< 0 = none
    std::string words;
};

/// "## Salts ##", as CommonMark reads it.
heading heading_of(const std::string& text) {
    const auto first = std::min(text.find_first_not_of(' '), text.size());
    const auto level = std::min(text.find_first_not_of('#', first), text.size()) - first;
    const auto after = first + level;
    if (first > 3 || level == 0 || level > 6 || (after < text.size() && text[after] != ' ' && text[after] != '\t'))
        return {};
    auto words = trimmed(text.substr(after));
    while (words.ends_with('#')) words.pop_back();
    return {level, trimmed(words)};
}

/// Which code block a line of the text is in; blocks take their fences with them.
const code_block* block_at(const std::vector<code_block>& blocks, std::size_t number) {
    for (const auto& each : blocks) {
        const auto inside = static_cast<std::size_t>(std::ranges::count(each.text, '\n'));
        if (number >= each.line && number <= each.line + inside + (each.closed ? 1 : 0)) return &each;
    }
    return nullptr;
}

/// First and last line (1-based) below the heading of that name, up to the next one of its level; nullopt = none.
std::optional<std::pair<std::size_t, std::size_t>> section_range(const std::vector<std::string>& text,
                                                                 const std::vector<code_block>& blocks,
                                                                 const std::string& name) {
    std::size_t first = 0, level = 0;
    for (std::size_t number = 1; number <= text.size(); ++number) {
        if (block_at(blocks, number) != nullptr) continue;
        const auto here = heading_of(text[number - 1]);
        if (here.level == 0) continue;
        if (first != 0 && here.level <= level) return std::pair{first, number - 1};
        if (first == 0 && lower(here.words) == lower(name)) {
            first = number + 1;
            level = here.level;
        }
    }
    if (first == 0) return std::nullopt;
    return std::pair{first, text.size()};
}

/// "1. text", "- [ ] text" → "text"; nullopt = no list item.
std::optional<std::string> item_of(const std::string& text) {
    auto rest = trimmed(text);
    std::size_t width = 0;
    if (!rest.empty() && std::string_view{"-+*"}.find(rest.front()) != std::string_view::npos) {
        width = 1;
    } else {
        const auto digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
        if (digits == 0 || digits > 9 || digits == rest.size() || (rest[digits] != '.' && rest[digits] != ')'))
            return std::nullopt;
        width = digits + 1;
    }
    if (width == rest.size() || (rest[width] != ' ' && rest[width] != '\t')) return std::nullopt;
    rest = trimmed(rest.substr(width));
    for (const std::string box : {"[ ] ", "[x] ", "[X] "})
        if (rest.starts_with(box)) return trimmed(rest.substr(box.size()));
    return rest;
}

/// The code span that the item begins or ends with; "" when it has none there, or when there are several.
std::string command_in(const std::string& item) {
    const auto first = item.find('`');
    if (first == std::string::npos) return {};
    const auto length = std::min(item.find_first_not_of('`', first), item.size()) - first;
    const std::string fence(length, '`');
    const auto end = item.find(fence, first + length);
    if (end == std::string::npos || item.find('`', end + length) != std::string::npos) return {};
    auto after = trimmed(item.substr(end + length));
    while (!after.empty() && std::string_view{".,;:"}.find(after.back()) != std::string_view::npos) after.pop_back();
    if (first != 0 && !after.empty()) return {};
    return trimmed(item.substr(first + length, end - first - length));
}

/// The collected SQL has headings of its own ("After the build"), and is no script.
std::string without_migrations(const std::string& description) {
    const auto from = description.find(migrations::begin_marker);
    const auto to = description.find(migrations::end_marker, from == std::string::npos ? 0 : from);
    if (from == std::string::npos || to == std::string::npos) return description;
    return description.substr(0, from) + description.substr(to + migrations::end_marker.size());
}

class collector {
public:
    explicit collector(const written& from) : from_{from} {}

    void item(const std::string& text) {
        if (text.empty()) return;
        made_.lines.push_back({text, command_in(text), from_.source, from_.url, when_});
    }
    void heading(const std::string& words) {
        when_ = lower(words).starts_with("after") ? moment::after : moment::before;
    }
    /// A line below an item goes on with it; a paragraph of its own is an instruction.
    void more(const std::string& text, bool goes_on) {
        if (!goes_on || made_.lines.empty()) return item(text);
        auto& last = made_.lines.back();
        last.text += " " + text;
        last.command = command_in(last.text);
    }
    void block(const code_block& what) {
        if (!what.closed)
            made_.problems.push_back(from_.source + ", line " + std::to_string(what.line) +
                                     ": this code block is never closed, so nobody can tell where its script ends");
        std::string open;
        for (const auto& each : lines_of(what.text)) {
            auto text = open.empty() ? trimmed(each) : open + " " + trimmed(each);
            open.clear();
            if (text.ends_with('\\')) {
                text.pop_back();
                open = trimmed(text);
                continue;
            }
            if (text.starts_with("$ ")) text = trimmed(text.substr(2));
            if (text.empty()) continue;
            const bool comment = text.starts_with('#');
            if (comment) text = trimmed(text.substr(std::min(text.find_first_not_of('#'), text.size())));
            if (text.empty()) continue;
            made_.lines.push_back({text, comment ? "" : text, from_.source, from_.url, when_});
        }
        if (!open.empty())
            made_.problems.push_back(from_.source + ": the script ends with “" + open + " \\”: where does it go on?");
    }
    script take() { return std::move(made_); }

private:
    const written& from_;
    moment when_ = moment::before;
    script made_;
};

}  // namespace

script section_script(const written& milestone, const reading_rules& rules) {
    const auto plain = without_migrations(milestone.text);
    const auto text = lines_of(plain);
    const auto blocks = migrations::find_code_blocks(plain).blocks;
    const auto range = section_range(text, blocks, rules.section);
    if (!range) return {};
    collector made{milestone};
    bool in_item = false;
    for (auto number = range->first; number <= range->second; ++number) {
        if (const auto* block = block_at(blocks, number)) {
            if (block->line == number) made.block(*block);
            in_item = false;
            continue;
        }
        const auto& here = text[number - 1];
        const auto words = trimmed(here);
        if (heading_of(here).level > 0) made.heading(heading_of(here).words);
        if (words.empty() || words.starts_with("<!--") || heading_of(here).level > 0) {
            in_item = false;
        } else if (const auto item = item_of(here)) {
            made.item(*item);
            in_item = true;
        } else {
            made.more(words, in_item);
            in_item = true;
        }
    }
    return made.take();
}

script issue_script(const written& issue, const reading_rules& rules) {
    collector made{issue};
    for (const auto& each : migrations::find_code_blocks(issue.text).blocks)
        if (std::ranges::find(rules.languages, each.language) != rules.languages.end()) made.block(each);
    return made.take();
}

std::string says_downtime(std::string_view description, const reading_rules& rules) {
    if (!rules.downtime_text.empty() && description.find(rules.downtime_text) != std::string_view::npos)
        return rules.downtime_text;
    if (rules.downtime_section.empty()) return {};
    const auto plain_text = without_migrations(std::string{description});
    const auto text = lines_of(plain_text);
    const auto blocks = migrations::find_code_blocks(plain_text).blocks;
    const auto range = section_range(text, blocks, rules.downtime_section);
    if (!range) return {};
    std::string words;
    for (auto number = range->first; number <= range->second; ++number) {
        const auto here = trimmed(text[number - 1]);
        if (!here.empty()) words += (words.empty() ? "" : " ") + here;
    }
    auto plain = lower(words);
    while (!plain.empty() && (plain.back() == '.' || plain.back() == '!')) plain.pop_back();
    for (const std::string no : {"none", "no", "no downtime", "not expected", "-"})
        if (plain == no) return {};
    if (words.size() > 200) words = words.substr(0, 197) + "…";
    return words.empty() ? rules.downtime_section : words;
}

std::string copyable(const std::vector<line>& lines) {
    std::string text;
    auto when = moment::before;
    for (const auto& each : lines) {
        if (each.when == moment::after && when != each.when) text += "# ---- after the build ----\n";
        when = each.when;
        text += (each.command.empty() ? "# " + each.text : each.command) + "\n";
    }
    return text;
}

std::string hash_of(const std::vector<line>& lines) {
    std::string all;
    for (const auto& each : line_hashes(lines)) all += each;
    return sha256_hex(all).substr(0, 16);
}

std::vector<std::string> line_hashes(const std::vector<line>& lines) {
    std::vector<std::string> all;
    std::map<std::string, int> seen;
    for (const auto& each : lines) {
        const auto plain =
            fingerprint({each.source, each.text, each.command, each.when == moment::before ? "before" : "after"});
        all.push_back(fingerprint({plain, std::to_string(++seen[plain])}).substr(0, 16));
    }
    return all;
}

}  // namespace slipway::runbook

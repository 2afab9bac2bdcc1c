#include "commands/risk/reading.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace slipway::risk {
namespace {

bool is_space(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

bool changes_schema(std::string_view statement) {
    constexpr std::array<std::string_view, 12> fronts{"alter table ",       "create table ", "drop table ",
                                                      "rename table ",      "create index ", "create unique index ",
                                                      "drop index ",        "create view ",  "drop view ",
                                                      "create or replace ", "truncate ",     "create temporary table "};
    return std::ranges::any_of(fronts, [statement](auto front) { return statement.starts_with(front); });
}

/// The name that a line defines, "" when it defines none.
std::string_view defined_name(std::string_view text) {
    constexpr std::array<std::string_view, 6> words{"function ", "def ", "func ", "fn ", "sub ", "defp "};
    for (const auto word : words) {
        auto at = text.find(word);
        if (at == std::string_view::npos || (at > 0 && is_word(text[at - 1]))) continue;
        at += word.size();
        while (at < text.size() && (text[at] == ' ' || text[at] == '&')) ++at;
        if (word == "func " && at < text.size() && text[at] == '(') {  // Go: func (r *T) Name(
            at = std::min(text.find(')', at), text.size());
            while (at < text.size() && !is_word(text[at])) ++at;
        }
        const auto end = std::ranges::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_word);
        const auto name = text.substr(at, static_cast<std::size_t>(end - text.begin()) - at);
        if (name.size() >= 3) return name;
    }
    return {};
}

}  // namespace

std::string cut_line(std::string text, std::size_t most) {
    const auto front = text.find_first_not_of(" \t");
    text.erase(0, front == std::string::npos ? text.size() : front);
    if (text.size() <= most) return text;
    auto end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "…";
}

std::string change_words(const file_part& file) {
    switch (file.change) {
        case file_change::added:
            return "added";
        case file_change::removed:
            return "removed";
        case file_change::renamed:
            return "renamed from " + file.old_path;
        case file_change::mode_only:
            return mode_words(file);
        case file_change::type_changed:
            return "another type of file";
        case file_change::modified:
            break;
    }
    return "+" + std::to_string(file.added) + " −" + std::to_string(file.removed) + " lines";
}

std::string mode_words(const file_part& file) {
    if (file.new_mode == 0100755) return file.old_mode == 0 ? "new and executable" : "became executable";
    if (file.old_mode == 0100755 && file.new_mode == 0100644) return "is no longer executable";
    return octal(file.old_mode) + " → " + octal(file.new_mode);
}

std::string plain_sql(std::string_view sql) {
    std::string plain;
    for (std::size_t at = 0; at < sql.size();) {
        const bool dashes = sql.substr(at, 2) == "--" && (at + 2 == sql.size() || is_space(sql[at + 2]));
        if (dashes || sql[at] == '#') {
            at = std::min(sql.find('\n', at), sql.size());
        } else if (sql.substr(at, 2) == "/*") {
            const auto end = sql.find("*/", at + 2);
            at = end == std::string_view::npos ? sql.size() : end + 2;
        } else if (is_space(sql[at])) {
            if (!plain.empty() && plain.back() != ' ') plain += ' ';
            ++at;
        } else {
            const char c = sql[at++];
            plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    while (!plain.empty() && plain.back() == ' ') plain.pop_back();
    return plain;
}

std::vector<line> schema_statements(const file_part& file) {
    std::vector<line> all;
    line open;
    const auto finish = [&] {
        if (changes_schema(plain_sql(open.text))) all.push_back(open);
        open = {};
    };
    for (const auto& hunk : file.hunks) {
        for (const auto& each : hunk.added) {
            std::string_view rest = each.text;
            while (!rest.empty()) {
                const auto end = rest.find(';');
                if (plain_sql(open.text).empty()) open = {each.number, ""};
                (open.text += rest.substr(0, end)) += '\n';
                if (end == std::string_view::npos) break;
                finish();
                rest.remove_prefix(end + 1);
            }
        }
        finish();
    }
    return all;
}

std::vector<removed_function> removed_functions(const material& of) {
    std::set<std::string, std::less<>> there;
    for (const auto& file : of.whole)
        for (const auto& hunk : file.hunks)
            for (const auto& each : hunk.added)
                if (const auto name = defined_name(each.text); !name.empty()) there.emplace(name);
    std::vector<removed_function> all;
    for (const auto& file : of.whole)
        for (const auto& hunk : file.hunks)
            for (const auto& each : hunk.removed) {
                const auto name = defined_name(each.text);
                if (!name.empty() && there.emplace(name).second) all.push_back({std::string{name}, &file, &each});
            }
    return all;
}

bool is_call(std::string_view text, std::string_view word) {
    if (defined_name(text) == word) return false;
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + word.size())) {
        auto next = at + word.size();
        if ((at > 0 && is_word(text[at - 1])) || (next < text.size() && is_word(text[next]))) continue;
        while (next < text.size() && text[next] == ' ') ++next;
        if (next < text.size() && text[next] == '(') return true;
    }
    return false;
}

}  // namespace slipway::risk

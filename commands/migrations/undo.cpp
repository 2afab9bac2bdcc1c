#include "commands/migrations/undo.hpp"

#include <algorithm>
#include <vector>

namespace slipway::migrations {
namespace {

/// The statements in capital letters with single blanks; comments gone, strings and quoted names as `?`.
std::vector<std::string> statements_of(std::string_view sql) {
    std::vector<std::string> all(1);
    const auto blank = [&all] {
        if (!all.back().empty() && all.back().back() != ' ') all.back() += ' ';
    };
    for (std::size_t i = 0; i < sql.size(); ++i) {
        const char c = sql[i];
        const auto next = i + 1 < sql.size() ? sql[i + 1] : '\0';
        if ((c == '-' && next == '-') || c == '#') {
            while (i < sql.size() && sql[i] != '\n') ++i;
            blank();
        } else if (c == '/' && next == '*') {
            const auto end = sql.find("*/", i + 2);
            i = end == std::string_view::npos ? sql.size() : end + 1;
            blank();
        } else if (c == '\'' || c == '"' || c == '`') {
            for (++i; i < sql.size() && sql[i] != c; ++i)
                if (sql[i] == '\\' && c != '`') ++i;
            all.back() += '?';
        } else if (c == ';') {
            all.emplace_back();
        } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            blank();
        } else {
            all.back() += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        }
    }
    for (auto& each : all)
        while (!each.empty() && each.back() == ' ') each.pop_back();
    std::erase(all, "");
    return all;
}

/// Every part of an ALTER TABLE adds a column or an index, and no column is one that old code would have to fill.
bool only_adds(std::string_view alter) {
    const auto has = [alter](std::string_view word) { return alter.find(word) != std::string_view::npos; };
    for (const auto* word : {" DROP ", " MODIFY ", " CHANGE ", " RENAME", " CONVERT ", " FOREIGN ", " UNIQUE ",
                             " CHECK ", " ALTER COLUMN", " PRIMARY "})
        if (has(word)) return false;
    if (!has(" ADD ")) return false;
    // Old code inserts without the new column: it has to be able to be empty or have a default.
    return !has("NOT NULL") || has(" DEFAULT ");
}

bool is_harmless(const std::string& statement) {
    if (statement.starts_with("CREATE TABLE") || statement.starts_with("CREATE INDEX") ||
        statement.starts_with("CREATE OR REPLACE VIEW") || statement.starts_with("CREATE VIEW") ||
        statement.starts_with("INSERT INTO") || statement.starts_with("INSERT IGNORE INTO") ||
        statement.starts_with("SELECT ") || statement.starts_with("SET "))
        return true;
    return statement.starts_with("ALTER TABLE") && only_adds(statement);
}

}  // namespace

undo_judgement judge_undo(std::string_view sql) {
    constexpr std::size_t shown = 80;
    for (const auto& each : statements_of(sql))
        if (!is_harmless(each)) return {false, each.substr(0, shown)};
    return {true, "it only adds; the code of before runs with it"};
}

}  // namespace slipway::migrations

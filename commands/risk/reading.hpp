// Inside this room only: what single lines and files say.
#pragma once

#include <optional>

#include "commands/risk/parts.hpp"

namespace slipway::risk {

/// At most so many bytes, cut between characters, with "…" when something is missing.
std::string cut_line(std::string text, std::size_t most);
/// "added", "renamed from a.txt"
std::string change_words(const file_part& file);
/// "became executable", "100644 → 120000"
std::string mode_words(const file_part& file);

/// SQL without comments, in lower case, with single spaces: statements that differ in layout alone become equal.
std::string plain_sql(std::string_view sql);
/// Added statements that change a schema, each with the line it begins in.
std::vector<line> schema_statements(const file_part& file);

struct removed_function {
    std::string name;
    const file_part* file = nullptr;
    const line* where = nullptr;
};
/// Definitions that went away and came back nowhere in the difference (PHP, Python, JavaScript, Go, Ruby, Rust, shell).
std::vector<removed_function> removed_functions(const material& of);
/// Does the line call the word, rather than define or mention it?
bool is_call(std::string_view line, std::string_view word);

}  // namespace slipway::risk

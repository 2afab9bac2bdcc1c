// SQL taken apart into its statements, as the mariadb client does, to know which of them can be taken back. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::migrations {

struct statement {
    std::string text;      ///< without its delimiter and without comments before it
    std::string verb;      ///< first word, upper case: "ALTER"
    std::size_t line = 0;  ///< where it begins, 1-based
    bool ended = true;     ///< false: the text ends before its delimiter
};

struct statements {
    std::vector<statement> all;
    /// Why the borders are not certain (a `DELIMITER`, a comment that MariaDB executes, a quote that is never closed),
    /// as a sentence; "" = they are.
    std::string doubt;
};

statements split_statements(std::string_view sql);

/// "" when a transaction can try all of it and take it back, else a sentence that names the first statement that takes
/// effect at once. Which tables take part is not looked at: an engine may know no transactions.
std::string why_not_in_a_transaction(const statements& of);

/// Index of the statement a line of the text belongs to; the number of statements when it is behind the last.
std::size_t statement_at(const statements& of, std::size_t line);

/// Does the SQL name this table, in any case and quoting? Words in texts count too: rather too often than not.
bool mentions(std::string_view sql, std::string_view table);

}  // namespace slipway::migrations

// What the mariadb client says when SQL fails, as facts. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::migrations {

/// "ERROR 1054 (42S22) at line 3: Unknown column 'x' in 'field list'"
struct client_error {
    int code = 0;          ///< 1054
    std::string state;     ///< SQLSTATE "42S22"; "" = the client's own error (no connection)
    std::size_t line = 0;  ///< in the text that was sent, where the failing statement begins; 0 = not said
    std::string text;      ///< may quote the SQL: escape before showing
};

/// The first error in the client's error stream; nullopt when there is none.
std::optional<client_error> find_client_error(std::string_view error_stream);

/// "line 3, error 1054 (42S22): Unknown column …", with the line itself when it is in `sql`.
std::string to_words(const client_error& error, std::string_view sql);

}  // namespace slipway::migrations

// One SQLite connection and its statements: used by one thread at a time. sqlite3 itself stays behind this header.
#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "integrations/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace slipway::store::sqlite {

/// What SQLite cannot do for reasons outside the program: disk full, read-only, locked, damaged. Thrown inside this
/// folder only; `connection::open` and the job queue turn it into a value. A wrong statement is a bug:
/// std::logic_error.
class trouble final : public std::exception {
public:
    trouble(int code, failure reason) : code_{code}, reason_{std::move(reason)} {}
    const char* what() const noexcept override { return reason_.sentence().c_str(); }
    int code() const noexcept { return code_; }  ///< SQLite's extended result code
    const failure& reason() const noexcept { return reason_; }

private:
    int code_;
    failure reason_;
};

class connection {
public:
    /// Opens or creates `file` (":memory:" = a database that dies with the connection), readable by its owner only,
    /// with the pragmas that the store promises. errc::unavailable names the file and the way out.
    static result<std::unique_ptr<connection>> open(std::string file);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    /// Runs one statement to its end; how many rows it changed. `sql` must be a literal: it is prepared once.
    template <class... Values>
    std::int64_t run(std::string_view sql, const Values&... values);
    /// Several statements at once, without values: schema scripts.
    void script(const std::string& statements);

    /// Ends the transaction, if SQLite has not done so itself after the trouble that led here.
    void roll_back() noexcept;
    /// False once SQLite has rolled the transaction back by itself (disk full, I/O error).
    bool in_transaction() const noexcept;
    const std::string& file() const noexcept { return file_; }

private:
    friend class query;
    explicit connection(std::string file) : file_{std::move(file)} {}
    void connect();
    sqlite3_stmt* prepare(std::string_view sql);
    std::int64_t changed() const noexcept;
    [[noreturn]] void raise(int code, std::string_view doing) const;

    std::string file_;
    sqlite3* handle_ = nullptr;
    std::unordered_map<std::string_view, sqlite3_stmt*> prepared_;  // by literal
};

/// A running statement: values are bound in order, then rows are stepped through. Gives the statement back at its end.
class query {
public:
    template <class... Values>
    query(connection& owner, std::string_view sql, const Values&... values)
        : owner_{owner}, statement_{owner.prepare(sql)} {
        (bind(values), ...);
    }
    query(const query&) = delete;
    query& operator=(const query&) = delete;
    ~query();

    /// True while there is a row to look at.
    bool next();
    std::int64_t number(int column) const noexcept;
    bool flag(int column) const noexcept { return number(column) != 0; }
    std::string text(int column) const;
    bool is_null(int column) const noexcept;

private:
    void bind(std::string_view text);
    void bind(std::integral auto number) { bind_number(static_cast<std::int64_t>(number)); }
    void bind_number(std::int64_t number);

    connection& owner_;
    sqlite3_stmt* statement_;
    int bound_ = 0;
};

template <class... Values>
std::int64_t connection::run(std::string_view sql, const Values&... values) {
    query statement{*this, sql, values...};
    while (statement.next()) {
    }
    return changed();
}

}  // namespace slipway::store::sqlite

// One connection to a PostgreSQL server, never blocking the loop; one statement at a time. libpq itself stays behind
// this header.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <concepts>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"

struct pg_conn;
struct pg_result;

namespace slipway::store::postgres {

/// What the server cannot do for reasons outside the program. Thrown inside this folder only; the job queue turns it
/// into a value. A wrong statement is a bug: std::logic_error.
class trouble final : public std::exception {
public:
    enum class kind {
        gone,      ///< the connection broke or gave no answer: whether the statement took effect is not known
        conflict,  ///< deadlock or serialization: nothing happened, the same again may work
        refused,   ///< full, read-only, shutting down: nothing happened
    };
    trouble(kind what, failure reason) : kind_{what}, reason_{std::move(reason)} {}
    const char* what() const noexcept override { return reason_.sentence().c_str(); }
    kind sort() const noexcept { return kind_; }
    const failure& reason() const noexcept { return reason_; }

private:
    kind kind_;
    failure reason_;
};

/// What a statement answered.
class rows {
public:
    explicit rows(pg_result* taken) : taken_{taken} {}
    rows(rows&& other) noexcept : taken_{std::exchange(other.taken_, nullptr)} {}
    rows& operator=(rows&&) = delete;
    ~rows();

    int count() const noexcept;
    bool empty() const noexcept { return count() == 0; }
    std::string text(int row, int column) const;
    std::int64_t number(int row, int column) const;
    bool flag(int row, int column) const;
    bool is_null(int row, int column) const noexcept;
    /// Rows that were inserted, updated or deleted.
    std::int64_t changed() const;
    /// The word that the server ended the statement with, "COMMIT".
    std::string_view tag() const noexcept;

private:
    pg_result* taken_;
};

struct connection_settings {
    std::string address;
    milliseconds connect_within{5'000};
    milliseconds answer_within{15'000};
};

/// Where the address leads, without a password: for sentences. "" when libpq cannot read the address.
std::string place_of(const std::string& address);

class connection {
public:
    /// errc::unavailable says where and what the server or the network said; errc::invalid names a wrong address.
    static task<result<std::unique_ptr<connection>>> open(executor loop, connection_settings settings);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    /// Runs one statement; `sql` must be a literal: it is prepared once. Values are $1, $2 … in order.
    template <class... Values>
    task<rows> run(std::string_view sql, const Values&... values) {
        std::vector<std::string> texts;
        (texts.push_back(as_text(values)), ...);
        return run_prepared(sql, std::move(texts));
    }
    /// Several statements at once, without values; the last one's answer.
    task<rows> script(std::string statements);

    /// Waits until another process notified one of the channels this connection listens to, or until `stop_waiting`.
    /// The notifications' payloads, none when it was stopped. Throws `trouble` when the connection breaks.
    task<std::vector<std::string>> next_notifications();
    void stop_waiting();

    bool in_transaction() const noexcept;
    /// True once it can only be thrown away.
    bool broken() const noexcept { return broken_; }
    const std::string& place() const noexcept { return place_; }

private:
    connection(executor loop, connection_settings settings);
    task<result<>> connect();
    task<> prepare_session();
    task<rows> run_prepared(std::string_view sql, std::vector<std::string> values);
    task<std::string> name_of(std::string_view sql);
    /// Sends what libpq holds and takes all answers of the statement; the last one. Throws its first error.
    task<rows> answer(std::string what);
    task<> wait(asio::posix::stream_descriptor::wait_type until, milliseconds limit);
    void adopt_socket();
    void forget_socket() noexcept;
    [[noreturn]] void raise_gone(std::string_view doing);
    [[noreturn]] void raise(const pg_result* refused, std::string_view doing);

    static std::string as_text(std::string_view text);
    static std::string as_text(const std::string& text) { return as_text(std::string_view{text}); }
    static std::string as_text(const char* text) { return as_text(std::string_view{text}); }
    static std::string as_text(std::integral auto number) { return std::to_string(number); }

    connection_settings settings_;
    std::string place_;
    pg_conn* handle_ = nullptr;
    asio::posix::stream_descriptor socket_;
    asio::steady_timer limit_;
    bool broken_ = false;
    bool stopped_ = false;
    std::unordered_map<std::string_view, std::string> prepared_;  // by literal
};

}  // namespace slipway::store::postgres

#include "integrations/store/postgres/connection.hpp"

#include <libpq-fe.h>
#include <spdlog/spdlog.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <stdexcept>

#include "integrations/store/postgres/refusal.hpp"

namespace slipway::store::postgres {
namespace {

using wait_type = asio::posix::stream_descriptor::wait_type;

/// Waiting for news has no end of its own.
constexpr milliseconds for_ever{0};

std::string trimmed(const char* said) {
    std::string text = said != nullptr ? said : "";
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    for (auto& letter : text)
        if (letter == '\n') letter = ' ';
    return text;
}

/// libpq prints notices on stderr unless told otherwise.
void note(void*, const char* said) {
    spdlog::debug("postgres notice={}", trimmed(said));
}

}  // namespace

rows::~rows() {
    PQclear(taken_);
}

int rows::count() const noexcept {
    return PQntuples(taken_);
}

std::string rows::text(int row, int column) const {
    return {PQgetvalue(taken_, row, column), static_cast<std::size_t>(PQgetlength(taken_, row, column))};
}

std::int64_t rows::number(int row, int column) const {
    const std::string_view digits = PQgetvalue(taken_, row, column);
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

bool rows::flag(int row, int column) const {
    return *PQgetvalue(taken_, row, column) == 't';
}

bool rows::is_null(int row, int column) const noexcept {
    return PQgetisnull(taken_, row, column) == 1;
}

std::int64_t rows::changed() const {
    const std::string_view digits = PQcmdTuples(taken_);
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::string_view rows::tag() const noexcept {
    return PQcmdStatus(taken_);
}

connection::connection(executor loop, connection_settings settings)
    : settings_{std::move(settings)}, place_{place_of(settings_.address)}, socket_{loop}, limit_{loop} {}

connection::~connection() {
    forget_socket();  // libpq closes it
    PQfinish(handle_);
}

task<result<std::unique_ptr<connection>>> connection::open(executor loop, connection_settings settings) {
    std::unique_ptr<connection> opened{new connection{std::move(loop), std::move(settings)}};
    std::optional<failure> problem;
    try {
        const auto connected = co_await opened->connect();
        if (!connected) co_return connected.error();
        co_await opened->prepare_session();
    } catch (const trouble& found) {
        problem = found.reason();
    }
    if (problem) co_return *problem;
    co_return opened;
}

task<result<>> connection::connect() {
    if (place_.empty())
        co_return failure{errc::invalid,
                          "the address of the database cannot be read: write "
                          "postgresql://USER@HOST/NAME, as libpq takes it"};
    handle_ = PQconnectStart(settings_.address.c_str());
    if (handle_ == nullptr) throw std::bad_alloc{};
    PQsetNoticeProcessor(handle_, &note, nullptr);
    const auto refused = [this] {
        return failure{errc::unavailable, "connecting to the database " + place_ +
                                              " failed: " + trimmed(PQerrorMessage(handle_)) +
                                              "; check that it runs, its address and its access rules (pg_hba.conf)"};
    };
    if (PQstatus(handle_) == CONNECTION_BAD) co_return refused();
    const auto deadline = std::chrono::steady_clock::now() + settings_.connect_within;
    auto next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        if (next == PGRES_POLLING_FAILED) co_return refused();
        adopt_socket();
        const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
        co_await wait(next == PGRES_POLLING_READING ? wait_type::wait_read : wait_type::wait_write,
                      std::max(left, milliseconds{1}));
        forget_socket();
        next = PQconnectPoll(handle_);
    }
    adopt_socket();
    if (PQsetnonblocking(handle_, 1) != 0) co_return refused();
    co_return result<>{};
}

/// A bot that is cut off must not keep rows locked: the server ends its transaction and statements by itself.
task<> connection::prepare_session() {
    const auto limit = std::to_string(settings_.answer_within.count());
    co_await script(
        "SET client_encoding = 'UTF8'; SET client_min_messages = 'warning'; SET idle_in_transaction_session_timeout "
        "= " +
        limit + "; SET statement_timeout = " + limit + "; SET lock_timeout = " + limit +
        "; SET synchronous_commit = 'on'; SET default_transaction_isolation = 'read committed'");
}

/// libpq may close its socket and open another one while it tries one address after the other, and the new one may have
/// the old one's number: so what the loop knows of a number is forgotten each time.
void connection::adopt_socket() {
    forget_socket();
    socket_.assign(PQsocket(handle_));
}

/// At once when libpq gives a socket up, because the number may be somebody else's a moment later.
void connection::forget_socket() noexcept {
    if (socket_.is_open()) socket_.release();
}

task<> connection::wait(wait_type until, milliseconds limit) {
    struct watch {
        bool armed = true;
        bool late = false;
    };
    // Shared with the timer's handler, which may be under way already when the socket is ready first.
    const auto watched = std::make_shared<watch>();
    if (limit > for_ever) {
        limit_.expires_after(limit);
        limit_.async_wait([this, watched](const boost::system::error_code& cancelled) {
            if (cancelled || !watched->armed) return;
            watched->late = true;
            socket_.cancel();
        });
    }
    boost::system::error_code woken;
    co_await socket_.async_wait(until, asio::redirect_error(asio::use_awaitable, woken));
    watched->armed = false;
    if (limit > for_ever) limit_.cancel();
    if (watched->late) {
        broken_ = true;
        forget_socket();
        throw trouble{trouble::kind::gone, failure{errc::unavailable, "the database " + place_ +
                                                                          " gave no answer within " + to_words(limit)}};
    }
    if (woken && !stopped_) raise_gone("waiting for");
}

std::string connection::as_text(std::string_view text) {
    return storable(text);
}

task<std::string> connection::name_of(std::string_view sql) {
    if (const auto known = prepared_.find(sql); known != prepared_.end()) co_return known->second;
    auto name = "s" + std::to_string(prepared_.size());
    const std::string statement{sql};
    if (PQsendPrepare(handle_, name.c_str(), statement.c_str(), 0, nullptr) != 1) raise_gone("writing to");
    const auto done = co_await answer(statement);
    prepared_.emplace(sql, name);
    co_return name;
}

task<rows> connection::run_prepared(std::string_view sql, std::vector<std::string> values) {
    const auto name = co_await name_of(sql);
    std::vector<const char*> texts;
    texts.reserve(values.size());
    for (const auto& each : values) texts.push_back(each.c_str());
    const int sent =
        PQsendQueryPrepared(handle_, name.c_str(), static_cast<int>(texts.size()), texts.data(), nullptr, nullptr, 0);
    if (sent != 1) raise_gone("writing to");
    co_return co_await answer(std::string{sql});
}

task<rows> connection::script(std::string statements) {
    if (PQsendQuery(handle_, statements.c_str()) != 1) raise_gone("writing to");
    co_return co_await answer(std::move(statements));
}

task<rows> connection::answer(std::string what) {
    for (int left = PQflush(handle_); left != 0; left = PQflush(handle_)) {
        if (left < 0) raise_gone("writing to");
        co_await wait(wait_type::wait_write, settings_.answer_within);
    }
    std::optional<rows> last;
    pg_result* refused = nullptr;
    for (;;) {
        while (PQisBusy(handle_) == 1) {
            co_await wait(wait_type::wait_read, settings_.answer_within);
            if (PQconsumeInput(handle_) != 1) raise_gone("reading");
        }
        auto* each = PQgetResult(handle_);
        if (each == nullptr) break;
        const auto status = PQresultStatus(each);
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) {
            last.emplace(each);
        } else if (refused == nullptr) {
            refused = each;
        } else {
            PQclear(each);
        }
    }
    if (refused != nullptr) raise(refused, what);
    if (!last) raise_gone("reading");
    co_return std::move(*last);
}

task<std::vector<std::string>> connection::next_notifications() {
    stopped_ = false;
    std::vector<std::string> heard;
    while (heard.empty() && !stopped_) {
        co_await wait(wait_type::wait_read, for_ever);
        if (stopped_) break;
        if (PQconsumeInput(handle_) != 1) raise_gone("listening to");
        while (auto* each = PQnotifies(handle_)) {
            heard.emplace_back(each->extra);
            PQfreemem(each);
        }
    }
    co_return heard;
}

void connection::stop_waiting() {
    stopped_ = true;
    if (socket_.is_open()) socket_.cancel();
}

bool connection::in_transaction() const noexcept {
    const auto status = PQtransactionStatus(handle_);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

void connection::raise_gone(std::string_view doing) {
    broken_ = true;
    forget_socket();
    throw trouble{trouble::kind::gone, failure{errc::unavailable, std::string{doing} + " the database " + place_ +
                                                                      " failed: " + trimmed(PQerrorMessage(handle_))}};
}

void connection::raise(const pg_result* refused, std::string_view doing) {
    const auto* state = PQresultErrorField(refused, PG_DIAG_SQLSTATE);
    const std::string code = state != nullptr ? state : "";
    const auto said = trimmed(PQresultErrorField(refused, PG_DIAG_MESSAGE_PRIMARY));
    PQclear(const_cast<pg_result*>(refused));  // NOLINT: it was ours to free, and nobody reads it any more
    // The server says why it ends a connection before it does; without a code the connection broke on our side.
    if (PQstatus(handle_) == CONNECTION_BAD || code.empty()) raise_gone("reading");
    const auto meaning = meaning_of(code);
    if (!meaning)
        throw std::logic_error{"PostgreSQL refused `" + std::string{doing} + "` on " + place_ + ": " + said + " (" +
                               code + ")"};
    if (meaning->kind == trouble::kind::gone) {
        broken_ = true;
        forget_socket();
    }
    failure reason{errc::unavailable,
                   "the database " + place_ + " did not do it: " + meaning->way_out + " (PostgreSQL: " + said + ")"};
    reason.code = code;
    throw trouble{meaning->kind, std::move(reason)};
}

}  // namespace slipway::store::postgres

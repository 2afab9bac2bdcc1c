#include "integrations/store/sqlite/connection.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>
#include <stdexcept>

namespace slipway::store::sqlite {
namespace {

/// What the code means for a person, and the way out; nullptr when the code means a bug in the program.
const char* way_out(int code) {
    switch (code & 0xff) {
        case SQLITE_FULL:
            return "the disk is full: free some space there, nothing else is needed";
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return "it is read-only: let the user the bot runs as write to the file and its folder";
        case SQLITE_CANTOPEN:
            return "it cannot be opened: check that its folder exists and that the user the bot runs as may write "
                   "there";
        case SQLITE_IOERR:
            return "the disk gave an input/output error: check the disk, its quota and the system log";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "another program holds it locked: look for a second bot or an open sqlite3 shell on this file";
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return "it is damaged or no database: stop the bot and restore the file from a backup";
        case SQLITE_NOMEM:
            return "the machine has no memory left for it: free some, then try again";
        default:
            return nullptr;
    }
}

/// SQLite would create the file readable by everybody; payloads and messages in it are nobody else's business.
void create_private(const std::string& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);  // NOLINT: POSIX is variadic
    if (descriptor >= 0) ::close(descriptor);
}

}  // namespace

result<std::unique_ptr<connection>> connection::open(std::string file) {
    std::unique_ptr<connection> opened{new connection{std::move(file)}};
    try {
        opened->connect();
    } catch (const trouble& problem) {
        return problem.reason();
    }
    return opened;
}

void connection::connect() {
    const bool in_memory = file_ == ":memory:";
    if (!in_memory) create_private(file_);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(file_.c_str(), &handle_, flags, nullptr);
    if (code != SQLITE_OK) raise(code, "opening");
    if (sqlite3_db_readonly(handle_, "main") == 1) raise(SQLITE_READONLY, "opening");
    sqlite3_busy_timeout(handle_, 5000);
    // A click with its message is larger than half of SQLite's usual page: two of them share one of these, which halves
    // what is written for each. Only a new database takes it.
    script("PRAGMA page_size = 8192");
    std::string mode;
    {
        query journal{*this, "PRAGMA journal_mode = WAL"};
        if (journal.next()) mode = journal.text(0);
    }
    if (mode != "wal" && !in_memory)
        throw trouble{SQLITE_CANTOPEN,
                      failure{errc::unavailable, "opening the database " + file_ +
                                                     " failed: its file system cannot share memory for a write-ahead "
                                                     "log (SQLite stays in mode " +
                                                     mode + "); put the state directory on a local disk"}};
    script("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;");
}

connection::~connection() {
    for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
    sqlite3_close(handle_);
}

void connection::script(const std::string& statements) {
    const int code = sqlite3_exec(handle_, statements.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) raise(code, "writing to");
}

void connection::roll_back() noexcept {
    // Its own result says nothing new: people hear of the first trouble, and a ROLLBACK always ends the transaction.
    if (in_transaction()) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

bool connection::in_transaction() const noexcept {
    return sqlite3_get_autocommit(handle_) == 0;
}

std::int64_t connection::changed() const noexcept {
    return sqlite3_changes64(handle_);
}

sqlite3_stmt* connection::prepare(std::string_view sql) {
    if (const auto known = prepared_.find(sql); known != prepared_.end()) return known->second;
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
    if (code != SQLITE_OK) raise(code, "reading");
    prepared_.emplace(sql, statement);
    return statement;
}

void connection::raise(int code, std::string_view doing) const {
    const auto said = std::string{handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code)};
    const auto* meaning = way_out(code);
    if (meaning == nullptr)
        throw std::logic_error{"SQLite refused a statement on " + file_ + ": " + said + " (" + std::to_string(code) +
                               ")"};
    failure reason{errc::unavailable,
                   std::string{doing} + " the database " + file_ + " failed, " + meaning + " (SQLite: " + said + ")"};
    reason.code = sqlite3_errstr(code);
    throw trouble{code, std::move(reason)};
}

query::~query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

void query::bind(std::string_view text) {
    // Bound without a copy: the caller's values live until the statement's end.
    const char* bytes = text.data() != nullptr ? text.data() : "";
    const int code = sqlite3_bind_text64(statement_, ++bound_, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8);
    if (code != SQLITE_OK) owner_.raise(code, "binding a value for");
}

void query::bind_number(std::int64_t number) {
    const int code = sqlite3_bind_int64(statement_, ++bound_, number);
    if (code != SQLITE_OK) owner_.raise(code, "binding a value for");
}

bool query::next() {
    const bool reads =
        sqlite3_stmt_readonly(statement_) != 0 && !owner_.in_transaction();  // COMMIT counts as read-only
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    owner_.raise(code, reads ? "reading" : "writing to");
}

std::int64_t query::number(int column) const noexcept {
    return sqlite3_column_int64(statement_, column);
}

std::string query::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool query::is_null(int column) const noexcept {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

}  // namespace slipway::store::sqlite

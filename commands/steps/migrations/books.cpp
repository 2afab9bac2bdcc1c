#include "commands/steps/migrations/books.hpp"

#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/migrations/client.hpp"

namespace slipway::steps {
namespace {

using migrations::migration;

/// A text literal that needs no quoting, whatever the text holds and whatever mode the session is in.
std::string literal(const std::string& text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (const unsigned char c : text) {
        hex += digits[c >> 4];
        hex += digits[c & 15];
    }
    return "CONVERT(UNHEX('" + hex + "') USING utf8mb4)";
}

std::string table_of(const context& here) {
    return "`" + here.project->migrations.load.database + "`." + books_table;
}

std::string where_hash(const migration& what) {
    return " WHERE hash = " + literal(what.hash);
}

std::string creation(const context& here) {
    return "CREATE TABLE IF NOT EXISTS " + table_of(here) +
           " (hash CHAR(64) CHARACTER SET ascii NOT NULL PRIMARY KEY, migration VARCHAR(100) NOT NULL, release_id "
           "VARCHAR(200) NOT NULL, act VARCHAR(100) NOT NULL, state VARCHAR(20) NOT NULL, connection BIGINT NOT NULL, "
           "began DATETIME(3) NOT NULL, ended DATETIME(3) NULL, error TEXT NULL) ENGINE=InnoDB CHARACTER SET "
           "utf8mb4;\n";
}

std::string entry(const context& here, const migration& what, const act& intent, const std::string& state) {
    return "INSERT INTO " + table_of(here) +
           " (hash, migration, release_id, act, state, connection, began, ended) VALUES (" + literal(what.hash) + ", " +
           literal(what.id) + ", " + literal(here.state->id) + ", " + literal(intent.key) + ", " + literal(state) +
           ", CONNECTION_ID(), NOW(3), " + (state == "done" ? "NOW(3)" : "NULL") + ");\n";
}

task<result<client_said>> feed(context here, fed what) {
    const auto& load = here.project->migrations.load;
    const release::database_server server = load;
    auto as = login_of(load, load.database);
    auto said = co_await feed_client(here, server, std::move(as), std::move(what));
    co_return said;
}

/// One statement of ours; its trouble is a failure.
task<result<std::string>> ask(context here, std::string sql) {
    fed what;
    what.sql = std::move(sql);
    const auto said = co_await feed(here, std::move(what));
    if (!said) co_return said.error();
    if (!said->trouble.empty())
        co_return failure{errc::refused,
                          "the database " + here.project->migrations.load.database + " said: " + said->trouble};
    co_return said->out;
}

/// Cells of the rows of --batch, without the line of names.
std::vector<std::vector<std::string>> rows_of(const std::string& out) {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> row;
    std::string cell;
    const auto end_cell = [&] {
        row.push_back(std::move(cell));
        cell.clear();
    };
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (out[i] == '\\' && i + 1 < out.size()) {
            const char next = out[++i];
            cell += next == 'n' ? '\n' : next == 't' ? '\t' : next == '0' ? '\0' : next;
        } else if (out[i] == '\t') {
            end_cell();
        } else if (out[i] == '\n') {
            end_cell();
            rows.push_back(std::move(row));
            row.clear();
        } else {
            cell += out[i];
        }
    }
    if (!rows.empty()) rows.erase(rows.begin());
    return rows;
}

/// Which tables of the SQL are kept by an engine without transactions; "" = none.
task<result<std::string>> tables_without_transactions(context here, std::string sql) {
    const auto out = co_await ask(
        here,
        "SELECT table_name, engine FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND "
        "engine <> 'InnoDB' AND table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema');\n");
    if (!out) co_return out.error();
    std::string found;
    for (const auto& row : rows_of(*out))
        if (row.size() == 2 && migrations::mentions(sql, row[0]))
            found += (found.empty() ? "" : ", ") + row[0] + " (" + row[1] + ")";
    co_return found;
}

/// "" when all of it can be taken back.
task<result<std::string>> why_not_taken_back(context here, migration what) {
    const auto sql = migrations::sql_of(what);
    auto why = migrations::why_not_in_a_transaction(migrations::split_statements(sql));
    if (!why.empty()) co_return why;
    const auto tables = co_await tables_without_transactions(here, sql);
    if (!tables) co_return tables.error();
    if (tables->empty()) co_return std::string{};
    co_return "its tables keep no transactions: " + *tables;
}

/// The SQL with an end of its own, so that what follows is never read as part of it.
std::string ended(const std::string& sql) {
    const auto parts = migrations::split_statements(sql);
    if (!parts.doubt.empty()) return sql + "\ndelimiter ;\n";
    return !parts.all.empty() && !parts.all.back().ended ? sql + "\n;\n" : sql;
}

std::string count_of(const migrations::statements& of) {
    return of.doubt.empty() ? count(of.all.size(), "statement") : std::string{"its SQL"};
}

constexpr int duplicate_entry = 1062;

failure in_the_books(const migration& what) {
    return {errc::exists, what.id + " is in the books of the database already (table " + books_table +
                              "); nothing was loaded. `/release retry` looks again."};
}

task<result<outcome>> load_whole(context here, migration what, act intent) {
    const auto sql = migrations::sql_of(what);
    const auto parts = migrations::split_statements(sql);
    fed text;
    text.before = "START TRANSACTION; " + entry(here, what, intent, "done");
    text.sql = ended(sql);
    text.after = "COMMIT;\n";
    const auto said = co_await feed(here, std::move(text));
    if (!said) co_return said.error();
    if (said->line == 0 && said->code == duplicate_entry) co_return in_the_books(what);
    outcome done;
    done.ok = said->trouble.empty();
    done.text = done.ok ? "loaded: " + count_of(parts) + ", in one transaction"
                        : "nothing was changed, the transaction was taken back: " + said->trouble;
    co_return done;
}

/// One statement that failed alone and changes a table as a whole or not at all.
bool changed_nothing(const migrations::statements& parts, const client_said& said) {
    if (!parts.doubt.empty() || said.line == 0 || migrations::statement_at(parts, said.line) != 0) return false;
    constexpr int syntax_error = 1064;
    if (said.code == syntax_error) return true;
    const auto& verb = parts.all.front().verb;
    return verb == "ALTER" || verb == "CREATE" || verb == "INSERT" || verb == "UPDATE" || verb == "DELETE";
}

task<result<outcome>> load_step_by_step(context here, migration what, act intent) {
    const auto sql = migrations::sql_of(what);
    const auto parts = migrations::split_statements(sql);
    fed text;
    text.before = entry(here, what, intent, "running");
    text.sql = ended(sql);
    text.after = "COMMIT;\nSET autocommit = 1;\nUPDATE " + table_of(here) + " SET state = " + literal("done") +
                 ", ended = NOW(3)" + where_hash(what) + ";\n";
    const auto said = co_await feed(here, std::move(text));
    if (!said) co_return said.error();
    if (said->line == 0 && said->code == duplicate_entry) co_return in_the_books(what);
    outcome done;
    done.ok = said->trouble.empty();
    if (done.ok) {
        done.text = "loaded: " + count_of(parts);
        co_return done;
    }
    const bool nothing = changed_nothing(parts, *said);
    const auto noted = co_await ask(here, nothing ? "DELETE FROM " + table_of(here) + where_hash(what) + ";\n"
                                                  : "UPDATE " + table_of(here) + " SET state = " + literal("stopped") +
                                                        ", ended = NOW(3), error = " + literal(said->trouble) +
                                                        where_hash(what) + ";\n");
    if (!noted) co_return failure{errc::lost, said->trouble + "; and " + noted.error().sentence()};
    if (nothing) {
        done.text = "nothing was changed: " + said->trouble;
    } else {
        const auto before = said->line == 0 ? 0 : migrations::statement_at(parts, said->line);
        done.text = "stopped in the middle: " + said->trouble + ". " +
                    (parts.doubt.empty() && said->line != 0 ? count(before, "statement") + " before it took effect"
                                                            : "What stands before it took effect") +
                    "; a DBA has to finish or undo it by hand, it is not run again";
    }
    co_return done;
}

}  // namespace

task<result<std::map<std::string, booked>>> read_books(context here) {
    std::map<std::string, booked> all;
    const auto& load = here.project->migrations.load;
    const auto there = co_await ask(
        here, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = " + literal(load.database) +
                  " AND table_name = " + literal(books_table) + ";\n");
    if (!there) co_return there.error();
    const auto known = rows_of(*there);
    if (known.empty() || known.front().front() == "0") co_return all;
    const auto out = co_await ask(
        here,
        "SELECT hash, state, migration, release_id, act, connection, began, IFNULL(error, ''), EXISTS (SELECT 1 FROM "
        "information_schema.processlist AS p WHERE p.id = b.connection) FROM " +
            table_of(here) + " AS b;\n");
    if (!out) co_return out.error();
    for (auto& row : rows_of(*out)) {
        if (row.size() != 9) continue;
        booked one{row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8] == "1"};
        all[row[0]] = std::move(one);
    }
    co_return all;
}

task<result<outcome>> load_into_database(context here, migration what, act intent) {
    const auto books = co_await read_books(here);
    if (!books) co_return books.error();
    const auto made = co_await ask(here, creation(here));
    if (!made) co_return made.error();
    if (const auto old = books->find(what.hash); old != books->end()) {
        // A person decided that an act whose end nobody saw has to be done again; everything else stays as it is.
        const bool again = old->second.state == "running" && old->second.act != intent.key && !old->second.is_connected;
        if (!again) co_return in_the_books(what);
        const auto gone = co_await ask(here, "DELETE FROM " + table_of(here) + where_hash(what) +
                                                 " AND act = " + literal(old->second.act) + ";\n");
        if (!gone) co_return gone.error();
    }
    const auto why_not = co_await why_not_taken_back(here, what);
    if (!why_not) co_return why_not.error();
    if (why_not->empty()) {
        auto done = co_await load_whole(here, std::move(what), std::move(intent));
        co_return done;
    }
    auto done = co_await load_step_by_step(here, std::move(what), std::move(intent));
    co_return done;
}

task<result<outcome>> try_in_transaction(context here, migration what) {
    const auto why_not = co_await why_not_taken_back(here, what);
    if (!why_not) co_return why_not.error();
    if (!why_not->empty())
        co_return failure{errc::refused, "Nothing was tried: " + *why_not + ". Loading it is the first try."};
    const auto sql = migrations::sql_of(what);
    fed text;
    text.before = "START TRANSACTION;\n";
    text.sql = ended(sql);
    text.after = "ROLLBACK;\n";
    text.goes_on = true;
    const auto said = co_await feed(here, std::move(text));
    if (!said) co_return said.error();
    outcome done;
    done.ok = said->trouble.empty();
    done.text = done.ok ? "tried in a transaction that was taken back: " + count_of(migrations::split_statements(sql)) +
                              " went through"
                        : "tried in a transaction that was taken back: " + said->trouble;
    co_return done;
}

}  // namespace slipway::steps

#include "integrations/store/sqlite/schema.hpp"

#include <array>
#include <filesystem>

#include "integrations/store/schema_state.hpp"

namespace slipway::store::sqlite {
namespace {

/// "SLIP": tells our file from any other SQLite file.
constexpr std::int64_t our_application = 0x534C4950;

/// One script per version, in order. A script that was ever released is never edited: add the next one.
/// Times are Unix milliseconds; bodies are JSON text as boost::json writes it.
constexpr std::array migrations{
    R"sql(
    CREATE TABLE stream (
        number  INTEGER PRIMARY KEY,
        name    TEXT NOT NULL UNIQUE,
        version INTEGER NOT NULL,
        hash    TEXT NOT NULL             -- of the newest event: a cut tail is visible
    ) STRICT;
    CREATE TABLE event (
        stream  INTEGER NOT NULL REFERENCES stream (number),
        version INTEGER NOT NULL,
        type    TEXT NOT NULL,
        data    TEXT NOT NULL,
        actor   TEXT NOT NULL,
        cause   TEXT NOT NULL,
        at      INTEGER NOT NULL,
        hash    TEXT NOT NULL,
        PRIMARY KEY (stream, version)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE inbox (
        number   INTEGER PRIMARY KEY,
        source   TEXT NOT NULL,
        id       TEXT NOT NULL,
        payload  TEXT NOT NULL,
        received INTEGER NOT NULL,
        handled  INTEGER NOT NULL DEFAULT 0,
        UNIQUE (source, id)
    ) STRICT;
    CREATE INDEX inbox_open ON inbox (source, number) WHERE handled = 0;
    CREATE INDEX inbox_old ON inbox (received) WHERE handled = 1;
    CREATE TABLE outbox (
        number        INTEGER PRIMARY KEY,
        key           TEXT NOT NULL UNIQUE,
        lane          TEXT NOT NULL,
        priority      INTEGER NOT NULL,
        body          TEXT NOT NULL,
        due           INTEGER NOT NULL,
        wanted        INTEGER NOT NULL DEFAULT 1,
        achieved      INTEGER NOT NULL DEFAULT 0,
        tried         INTEGER NOT NULL DEFAULT 0,     -- revision handed out with the newest lease
        attempted     INTEGER NOT NULL DEFAULT 0,
        attempts      INTEGER NOT NULL DEFAULT 0,
        receipt       TEXT NOT NULL DEFAULT '{}',
        last_error    TEXT NOT NULL DEFAULT '',
        given_up      INTEGER NOT NULL DEFAULT 0,
        owner         TEXT NOT NULL DEFAULT '',
        fence         INTEGER NOT NULL DEFAULT 0,
        leased_until  INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX outbox_open ON outbox (priority, due, number) WHERE wanted > achieved AND given_up = 0;
    CREATE TABLE work (
        number        INTEGER PRIMARY KEY,
        id            TEXT NOT NULL UNIQUE,
        kind          TEXT NOT NULL,
        payload       TEXT NOT NULL,
        due           INTEGER NOT NULL,
        revision      INTEGER NOT NULL DEFAULT 1,     -- grows with every put
        leased        INTEGER NOT NULL DEFAULT 0,     -- revision handed out with the newest lease
        owner         TEXT NOT NULL DEFAULT '',
        fence         INTEGER NOT NULL DEFAULT 0,
        leased_until  INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX work_due ON work (due, number);
    CREATE TABLE fence (only INTEGER PRIMARY KEY CHECK (only = 1), last INTEGER NOT NULL) STRICT;
    INSERT INTO fence (only, last) VALUES (1, 0);
    CREATE TABLE document (
        collection TEXT NOT NULL,
        id         TEXT NOT NULL,
        body       TEXT NOT NULL,
        PRIMARY KEY (collection, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE claim (name TEXT PRIMARY KEY, holder TEXT NOT NULL) STRICT, WITHOUT ROWID;
    )sql",
    R"sql(
    ALTER TABLE inbox ADD COLUMN owner TEXT NOT NULL DEFAULT '';
    CREATE TABLE member (
        name        TEXT PRIMARY KEY,
        about       TEXT NOT NULL,
        since       INTEGER NOT NULL,
        alive_until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE lane (name TEXT PRIMARY KEY, owner TEXT NOT NULL, rests_until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX outbox_held ON outbox (lane) WHERE owner <> '';
    )sql",
};

std::int64_t number_of(connection& db, std::string_view pragma) {
    query answer{db, pragma};
    return answer.next() ? answer.number(0) : 0;
}

result<> check_owner(connection& db, std::int64_t version) {
    const auto application = number_of(db, "PRAGMA application_id");
    const auto tables = number_of(db, "SELECT count(*) FROM sqlite_schema");
    if (application != our_application && (version != 0 || tables != 0))
        return failure{errc::refused, "the database " + db.file() +
                                          " belongs to another program: name a file of the bot's own, or one that "
                                          "does not exist yet"};
    if (version > newest_schema())
        return failure{errc::refused, "the database " + db.file() + " has schema " + std::to_string(version) +
                                          ", this program knows up to " + std::to_string(newest_schema()) +
                                          ": run the newer program that wrote it, or restore the backup from before"};
    return {};
}

result<> migrate(connection& db) {
    const auto version = version_of(db);
    if (!version) return version.error();
    if (*version == newest_schema()) return {};
    for (auto next = static_cast<std::size_t>(*version); next < migrations.size(); ++next)
        db.script(migrations.at(next));
    db.script("PRAGMA application_id = " + std::to_string(our_application) +
              "; PRAGMA user_version = " + std::to_string(newest_schema()));
    return {};
}

}  // namespace

int newest_schema() noexcept {
    return static_cast<int>(migrations.size());
}

result<int> version_of(connection& db) {
    const auto version = number_of(db, "PRAGMA user_version");
    const auto ours = check_owner(db, version);
    if (!ours) return ours.error();
    return static_cast<int>(version);
}

result<> bring_up_to_date(connection& db) {
    try {
        // Immediate: of two programs that start on a new file, the second waits and finds it ready.
        db.script("BEGIN IMMEDIATE");
        auto outcome = migrate(db);
        db.script(outcome ? "COMMIT" : "ROLLBACK");
        return outcome;
    } catch (const trouble& problem) {
        db.roll_back();
        return problem.reason();
    }
}

}  // namespace slipway::store::sqlite

namespace slipway::store {

result<schema_state> look_at_sqlite(const std::string& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return failure{errc::not_found, "there is no database " + file};
    const auto db = sqlite::connection::open(file);
    if (!db) return db.error();
    try {
        const auto version = sqlite::version_of(**db);
        if (!version) return version.error();
        if (*version == 0) return schema_state::none;
        return *version < sqlite::newest_schema() ? schema_state::older : schema_state::current;
    } catch (const sqlite::trouble& problem) {
        return problem.reason();
    }
}

}  // namespace slipway::store

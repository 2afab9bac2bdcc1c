#include "integrations/store/postgres/schema.hpp"

#include <array>

namespace slipway::store::postgres {
namespace {

/// One script per version, in order. A script that was ever released is never edited: add the next one. Bots of the
/// version before go on working on the new schema until they are replaced, so a script adds and never takes away.
/// Times are Unix milliseconds; bodies are JSON text as boost::json writes it. Names sort by bytes, as everywhere.
constexpr std::array migrations{
    R"sql(
    -- The clock of all bots; tests set their own for one transaction.
    CREATE FUNCTION slipway_now() RETURNS bigint LANGUAGE sql VOLATILE AS $$
        SELECT coalesce(nullif(current_setting('slipway.now', true), '')::bigint,
                        floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) $$;
    CREATE SEQUENCE fence;
    CREATE TABLE stream (
        number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name    text COLLATE "C" NOT NULL UNIQUE,
        version bigint NOT NULL,
        hash    text NOT NULL             -- of the newest event: a cut tail is visible
    );
    CREATE TABLE event (
        stream  bigint NOT NULL REFERENCES stream (number),
        version bigint NOT NULL,
        type    text NOT NULL,
        data    text NOT NULL,
        actor   text NOT NULL,
        cause   text NOT NULL,
        at      bigint NOT NULL,
        hash    text NOT NULL,
        PRIMARY KEY (stream, version)
    );
    CREATE TABLE inbox (
        number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        source   text COLLATE "C" NOT NULL,
        id       text COLLATE "C" NOT NULL,
        payload  text NOT NULL,
        received bigint NOT NULL,
        handled  boolean NOT NULL DEFAULT false,
        owner    text COLLATE "C" NOT NULL DEFAULT '',
        UNIQUE (source, id)
    );
    CREATE INDEX inbox_open ON inbox (source, number) WHERE NOT handled;
    CREATE INDEX inbox_old ON inbox (received) WHERE handled;
    CREATE TABLE outbox (
        number        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        key           text COLLATE "C" NOT NULL UNIQUE,
        lane          text COLLATE "C" NOT NULL,
        priority      integer NOT NULL,
        body          text COLLATE "C" NOT NULL,
        due           bigint NOT NULL,
        wanted        bigint NOT NULL DEFAULT 1,
        achieved      bigint NOT NULL DEFAULT 0,
        tried         bigint NOT NULL DEFAULT 0,      -- revision handed out with the newest lease
        attempted     bigint NOT NULL DEFAULT 0,
        attempts      integer NOT NULL DEFAULT 0,
        receipt       text NOT NULL DEFAULT '{}',
        last_error    text NOT NULL DEFAULT '',
        given_up      boolean NOT NULL DEFAULT false,
        owner         text COLLATE "C" NOT NULL DEFAULT '',
        fence         bigint NOT NULL DEFAULT 0,
        leased_until  bigint NOT NULL DEFAULT 0
    );
    CREATE INDEX outbox_open ON outbox (priority, due, number) WHERE wanted > achieved AND NOT given_up;
    CREATE INDEX outbox_held ON outbox (lane) WHERE owner <> '';
    CREATE TABLE lane (
        name        text COLLATE "C" PRIMARY KEY,
        owner       text COLLATE "C" NOT NULL,
        rests_until bigint NOT NULL
    );
    CREATE TABLE work (
        number        bigint GENERATED ALWAYS AS IDENTITY,
        id            text COLLATE "C" PRIMARY KEY,
        kind          text COLLATE "C" NOT NULL,
        payload       text NOT NULL,
        due           bigint NOT NULL,
        revision      bigint NOT NULL DEFAULT 1,      -- grows with every put
        leased        bigint NOT NULL DEFAULT 0,      -- revision handed out with the newest lease
        owner         text COLLATE "C" NOT NULL DEFAULT '',
        fence         bigint NOT NULL DEFAULT 0,
        leased_until  bigint NOT NULL DEFAULT 0
    );
    CREATE INDEX work_due ON work (due, number);
    CREATE TABLE document (
        collection text COLLATE "C" NOT NULL,
        id         text COLLATE "C" NOT NULL,
        body       text NOT NULL,
        PRIMARY KEY (collection, id)
    );
    CREATE TABLE claim (name text COLLATE "C" PRIMARY KEY, holder text COLLATE "C" NOT NULL);
    CREATE TABLE member (
        name        text COLLATE "C" PRIMARY KEY,
        about       text NOT NULL,
        since       bigint NOT NULL,
        alive_until bigint NOT NULL
    );
    )sql",
    // A row of the outbox changes several times for each message: what is copied then should be small, so the body lies
    // beside it. When something is due next is asked all the time, and must not be read from all rows.
    R"sql(
    ALTER TABLE outbox SET (toast_tuple_target = 256);
    CREATE INDEX outbox_soonest ON outbox (greatest(due, leased_until)) WHERE wanted > achieved AND NOT given_up;
    CREATE INDEX work_soonest ON work (greatest(due, leased_until));
    )sql",
};

/// "SLIP": the lock that bots take which bring the schema up to date.
constexpr const char* lock_schema = "SELECT pg_advisory_xact_lock(1397508432)";

failure foreign(const connection& db) {
    return {errc::refused,
            "the database " + db.place() +
                " holds tables of another program: give the bot a database of its own, or a schema of its "
                "own by options=-csearch_path=NAME in the address"};
}

task<result<>> check_encoding(connection& db) {
    const auto encoding = co_await db.run("SELECT current_setting('server_encoding'), current_schema() IS NULL");
    if (encoding.text(0, 0) != "UTF8")
        co_return failure{errc::refused, "the database " + db.place() + " keeps text as " + encoding.text(0, 0) +
                                             ": create one with ENCODING 'UTF8'"};
    if (encoding.flag(0, 1))
        co_return failure{
            errc::refused,
            "the database " + db.place() + " has no schema to put tables into: create the one that search_path names"};
    co_return result<>{};
}

task<result<>> migrate(connection& db) {
    const auto version = co_await version_of(db);
    if (!version) co_return version.error();
    for (auto next = static_cast<std::size_t>(*version); next < migrations.size(); ++next)
        co_await db.script(migrations.at(next));
    if (*version == newest_schema()) co_return result<>{};
    if (*version == 0) co_await db.script("CREATE TABLE slipway_schema (version integer NOT NULL)");
    co_await db.script("DELETE FROM slipway_schema; INSERT INTO slipway_schema (version) VALUES (" +
                       std::to_string(newest_schema()) + ")");
    co_return result<>{};
}

}  // namespace

task<result<int>> version_of(connection& db) {
    const auto known = co_await db.run(
        "SELECT count(*) FILTER (WHERE table_name = 'slipway_schema'), count(*) FROM information_schema.tables "
        "WHERE table_schema = current_schema()");
    if (known.number(0, 0) == 0) {
        if (known.number(0, 1) > 0) co_return foreign(db);
        co_return 0;
    }
    const auto kept = co_await db.run("SELECT version FROM slipway_schema");
    const auto version = kept.empty() ? 0 : static_cast<int>(kept.number(0, 0));
    if (version > newest_schema())
        co_return failure{errc::refused,
                          "the database " + db.place() + " has schema " + std::to_string(version) +
                              ", this program knows up to " + std::to_string(newest_schema()) +
                              ": run the newer program that wrote it, or restore the backup from before"};
    co_return version;
}

int newest_schema() noexcept {
    return static_cast<int>(migrations.size());
}

task<result<>> bring_up_to_date(connection& db) {
    const auto fits = co_await check_encoding(db);
    if (!fits) co_return fits.error();
    co_await db.script("BEGIN");
    co_await db.script(lock_schema);
    const auto outcome = co_await migrate(db);
    co_await db.script(outcome ? "COMMIT" : "ROLLBACK");
    co_return outcome;
}

}  // namespace slipway::store::postgres

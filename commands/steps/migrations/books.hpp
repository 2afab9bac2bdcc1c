// Inside this story only: the table in which a database remembers what was loaded into it, so that nothing is loaded
// twice, whoever asks and whatever broke in between.
#pragma once

#include <map>
#include <string>

#include "commands/migrations/collection.hpp"
#include "commands/migrations/statements.hpp"
#include "commands/steps/step.hpp"

namespace slipway::steps {

inline constexpr const char* books_table = "slipway_migrations";

/// What the database says about one SQL.
struct booked {
    std::string state;          ///< "running", "done", "stopped"
    std::string migration;      ///< "#2"
    std::string release;        ///< "core-1.4.0-1"
    std::string act;            ///< idempotency key of the act that ran it
    std::string connection;     ///< the server's number of the connection that ran it
    std::string began;          ///< as the database writes it
    std::string error;          ///< of a stopped one
    bool is_connected = false;  ///< with "running": that connection is still there
};

/// By migrations::migration::hash. Reads only; a database without the table has loaded nothing.
task<result<std::map<std::string, booked>>> read_books(context here);

/// Loads one migration, once. SQL that a transaction can take back goes through whole or not at all, together with its
/// entry in the table. Other SQL gets its entry first ("running"), and afterwards "done", or "stopped" where it
/// stopped; one that stopped before anything took effect leaves no entry. `ok` false: the SQL failed, said with line
/// and statement. errc::exists: it is in the books already, nothing was done.
task<result<outcome>> load_into_database(context here, migrations::migration what, act intent);

/// Tries it in a transaction that is taken back: every failing statement is told. errc::refused when not all of it
/// could be taken back (a statement that takes effect at once, a table without transactions): then nothing was tried.
task<result<outcome>> try_in_transaction(context here, migrations::migration what);

}  // namespace slipway::steps

// The tables, and how an older database becomes today's.
#pragma once

#include "integrations/store/postgres/connection.hpp"

namespace slipway::store::postgres {

/// Runs the migrations that the database has not seen, in one transaction; of several bots that start at once the
/// others wait and find it ready. errc::refused for a schema that a newer program wrote, or that belongs to another
/// program. Throws `trouble`.
task<result<>> bring_up_to_date(connection& db);

/// The version that the database has, 0 = it has no tables; errc::refused as above. Changes nothing. Throws `trouble`.
task<result<int>> version_of(connection& db);

/// The version that this program writes.
int newest_schema() noexcept;

}  // namespace slipway::store::postgres

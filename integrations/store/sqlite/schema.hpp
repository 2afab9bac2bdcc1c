// The tables, and how an older database becomes today's.
#pragma once

#include "integrations/store/sqlite/connection.hpp"

namespace slipway::store::sqlite {

/// Runs the migrations that the file has not seen, in one transaction. errc::refused for a file that a newer program
/// wrote, or that belongs to another program; errc::unavailable when it cannot be written.
result<> bring_up_to_date(connection& db);

/// The version that the file has, 0 = it has no tables; errc::refused as above. Throws `trouble`.
result<int> version_of(connection& db);

/// The version that this program writes (PRAGMA user_version).
int newest_schema() noexcept;

}  // namespace slipway::store::sqlite

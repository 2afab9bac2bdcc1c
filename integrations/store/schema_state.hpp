// What a database holds, without changing anything in it: for whoever only looks (`slipway check`, `slipway audit`).
#pragma once

#include <string>

#include "integrations/store/store.hpp"

namespace slipway::store {

enum class schema_state {
    none,     ///< no tables yet: they are made at the first start
    older,    ///< of a version before: brought up to date at the next start
    current,  ///< opening it changes nothing
};

/// errc::not_found without the file; errc::refused for a file of a newer or another program. Blocks.
result<schema_state> look_at_sqlite(const std::string& file);
/// errc::refused as above; errc::unavailable when the server does not answer. Blocks.
result<schema_state> look_at_postgres(const postgres_settings& settings);

}  // namespace slipway::store

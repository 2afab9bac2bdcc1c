// R11.8 The PostgreSQL store keeps every promise of the suite that the SQLite store keeps.
#include <tuple>

#include "integrations/store/store.hpp"
#include "tests/fakes/postgres_cluster.hpp"

namespace slipway::contracts {

struct postgres {
    fakes::postgres_database database;
    result<std::unique_ptr<store::store>> open(executor loop, std::function<instant()> now) const {
        store::postgres_settings settings;
        settings.address = database.address();
        settings.now = std::move(now);
        return store::open_postgres(std::move(loop), std::move(settings));
    }
};

using databases_under_test = std::tuple<postgres>;

}  // namespace slipway::contracts

#include "tests/contracts/store_suite.hpp"

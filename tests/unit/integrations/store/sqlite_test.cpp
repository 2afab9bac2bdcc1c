// The SQLite store keeps every promise of the suite, on a file; so does the one that simulations use.
#include <tuple>

#include "integrations/store/store.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace slipway::contracts {

struct sqlite_file {
    fakes::temporary_folder folder;
    result<std::unique_ptr<store::store>> open(executor loop, std::function<instant()> now) const {
        return store::open_sqlite(std::move(loop), folder.file("slipway.db"), std::move(now));
    }
};

struct in_memory {
    fakes::memory_books books;
    result<std::unique_ptr<store::store>> open(executor loop, std::function<instant()> now) {
        return std::make_unique<fakes::memory_store>(std::move(loop), books, std::move(now));
    }
};

using databases_under_test = std::tuple<sqlite_file, in_memory>;

}  // namespace slipway::contracts

#include "tests/contracts/store_suite.hpp"

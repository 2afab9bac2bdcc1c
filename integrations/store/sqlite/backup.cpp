#include <sqlite3.h>
#include <sys/stat.h>
#include <filesystem>

#include "integrations/store/sqlite/connection.hpp"
#include "integrations/store/store.hpp"

namespace slipway::store {

// VACUUM INTO reads one moment of the database while others write it, and writes one file without a log beside it.
result<> back_up_sqlite(std::string file, std::string target) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return failure{errc::not_found, "there is no database " + file + " to back up"};
    if (std::filesystem::exists(target, ignored))
        return failure{errc::exists, target + " is there already: name a file that does not exist yet"};
    auto db = sqlite::connection::open(file);
    if (!db) return db.error();
    const auto before = ::umask(0077);  // its payloads are nobody else's business
    result<> made;
    try {
        (*db)->run("VACUUM INTO ?", target);
    } catch (const sqlite::trouble& problem) {
        made = failure{errc::unavailable,
                       "the backup " + target + " could not be written: " + problem.reason().sentence()};
    }
    ::umask(before);
    return made;
}

}  // namespace slipway::store

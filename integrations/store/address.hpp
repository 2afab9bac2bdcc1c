// What an address of a PostgreSQL server says, without connecting. Pure.
#pragma once

#include <string>

#include "integrations/base/result.hpp"

namespace slipway::store {

struct postgres_address {
    std::string place;     ///< "slipway at db.example:5432": for logs and people
    std::string password;  ///< as the server wants it; "" = the address holds none
};

/// Reads what libpq takes. errc::invalid says what is wrong with it, without quoting it: it may hold a password.
result<postgres_address> read_postgres_address(const std::string& address);

}  // namespace slipway::store

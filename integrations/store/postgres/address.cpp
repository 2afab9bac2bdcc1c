#include "integrations/store/address.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string_view>

#include "integrations/store/postgres/connection.hpp"

namespace slipway::store {
namespace {

std::string place_in(const std::string& host, const std::string& port, const std::string& name) {
    return (name.empty() ? "of the default name" : name) + " at " + (host.empty() ? "the local socket" : host) +
           (port.empty() ? "" : ":" + port);
}

}  // namespace

result<postgres_address> read_postgres_address(const std::string& address) {
    char* problem = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options{
        PQconninfoParse(address.c_str(), &problem), &PQconninfoFree};
    if (options == nullptr) {
        PQfreemem(problem);  // it quotes the address
        return failure{errc::invalid,
                       "the address of the database cannot be read: write postgresql://USER@HOST/NAME, as libpq "
                       "takes it; in passwords the characters : / ? # [ ] @ % are written as %3A and so on"};
    }
    postgres_address read;
    std::string host, port, name;
    for (const auto* each = options.get(); each->keyword != nullptr; ++each) {
        if (each->val == nullptr) continue;
        const std::string_view keyword = each->keyword;
        if (keyword == "host") host = each->val;
        if (keyword == "port") port = each->val;
        if (keyword == "dbname") name = each->val;
        if (keyword == "password") read.password = each->val;
    }
    read.place = place_in(host, port, name);
    return read;
}

namespace postgres {

std::string place_of(const std::string& address) {
    const auto read = read_postgres_address(address);
    return read ? read->place : std::string{};
}

}  // namespace postgres
}  // namespace slipway::store

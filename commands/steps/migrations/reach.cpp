#include "commands/steps/migrations/reach.hpp"

#include "commands/steps/migrations/client.hpp"

namespace slipway::steps {

task<result<std::string>> reach_database(process::runner& processes, release::database_server server,
                                         std::string database) {
    context here;
    here.with.processes = &processes;
    auto as = login_of(server, std::move(database));
    fed what;
    what.sql = "SELECT VERSION();";
    const auto said = co_await feed_client(here, std::move(server), std::move(as), std::move(what));
    if (!said) co_return said.error();
    if (!said->trouble.empty()) co_return failure{errc::refused, said->trouble};
    // A line of names, then the row.
    const auto row = said->out.find('\n');
    if (row == std::string::npos)
        co_return failure{errc::invalid, "the client printed no version, but: " + said->out.substr(0, 200)};
    co_return said->out.substr(row + 1, said->out.find('\n', row + 1) - row - 1);
}

}  // namespace slipway::steps

// Asks production which version it runs, and says so when that is not what was recorded (R1.10).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "commands/conductor/journal.hpp"
#include "integrations/net/http.hpp"

namespace slipway::bot {

/// The version in an answer, by the project's settings. errc::refused says what the page lacks.
result<std::string> version_in(const net::response& got, const release::observed_settings& settings);

class version_keeper {
public:
    using names_lookup = std::function<std::vector<std::string>()>;
    /// All outlive it.
    version_keeper(conductor::journal& releases, store::store& memory, timers& time, net::http_client& http,
                   conductor::project_lookup projects, names_lookup names);

    /// Until cancelled: each project as often as its file says.
    task<> run();
    /// One look at one project; two in a row have to differ from the record before anybody is told.
    task<> look(std::string name);

private:
    struct seen {
        instant due{};
        int different = 0;  ///< looks in a row
    };
    task<result<>> note(std::shared_ptr<const release::project_settings> project, std::string observed,
                        std::string recorded, bool matches);

    conductor::journal& releases_;
    store::store& memory_;
    timers& time_;
    net::http_client& http_;
    conductor::project_lookup projects_;
    names_lookup names_;
    std::map<std::string, seen> seen_;
};

}  // namespace slipway::bot

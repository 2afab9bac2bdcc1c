// The projects of this bot with their clients: built once, looked up by name, each switched off alone when its file is
// broken.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bot/settings.hpp"
#include "commands/slash/desk.hpp"
#include "commands/steps/local_clone.hpp"
#include "commands/steps/step.hpp"

namespace boost::asio {
class thread_pool;
}

namespace slipway::bot {

/// What all projects share; outlives them.
struct shared_clients {
    timers& time;
    store::store& memory;
    net::http_client& http;
    process::runner& processes;
    gitlab::api* gitlab = nullptr;  ///< null: no GITLAB_URL
    net::http_client* sentry_http = nullptr;
    slack::web_api* slack = nullptr;
    telemetry::error_ledger& errors;
    asio::thread_pool& pool;  ///< for libgit2
};

class projects {
public:
    projects(const settings& from, shared_clients clients);
    ~projects();

    slash::project_pointer find(const std::string& name) const;
    const steps::services* services(const std::string& name) const;
    std::vector<std::string> names() const;
    /// Why a known project is off, every problem with file and line; "" otherwise.
    std::string why_disabled(const std::string& name) const;
    /// Reads and checks the project's checklist file as it is now.
    result<release::checklist> checklist(const release::project_settings& project) const;

private:
    struct entry;
    std::string default_checklist_;
    std::vector<std::unique_ptr<entry>> entries_;
};

/// The checklist of a project from its file; errc::invalid lists every problem, one a line.
result<release::checklist> read_project_checklist(const release::project_settings& project,
                                                  const std::string& default_file);

}  // namespace slipway::bot

// The projects of this bot with their clients: built once, looked up by name, each switched off alone when its file is
// broken.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bot/project_checklists.hpp"
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
    net::page_probe& pages;
    process::runner& processes;
    gitlab::api* gitlab = nullptr;  ///< with the bot's own token; null: no GITLAB_URL
    net::http_client* sentry_http = nullptr;
    slack::web_api* slack = nullptr;
    telemetry::error_ledger& errors;
    asio::thread_pool& pool;  ///< for libgit2
    /// One more client for a project with a token of its own; null when there is no GITLAB_URL.
    std::function<std::unique_ptr<gitlab::api>(const std::string& token)> gitlab_for;
};

class projects {
public:
    projects(const settings& from, shared_clients clients);
    ~projects();

    /// The files as they are now (SIGHUP): new settings hold from the next decision on, a broken file switches off that
    /// project alone, one that was mended comes back. Releases that run keep the plan they began with.
    void reload(const settings& from);

    slash::project_pointer find(const std::string& name) const;
    const steps::services* services(const std::string& name) const;
    std::vector<std::string> names() const;
    /// Why a known project is off, every problem with file and line; "" otherwise.
    std::string why_disabled(const std::string& name) const;
    /// Reads and checks the project's checklist file as it is now.
    result<release::checklist> checklist(const release::project_settings& project) const;
    /// The same for "rollback" and "hotfix".
    result<release::checklist> way_back(const release::project_settings& project, const std::string& kind) const;

private:
    struct entry;
    void take(const settings& from);
    void update(entry& made, const settings& from, const loaded_project& loaded);
    void make_repository(entry& made, const settings& from, const loaded_project& loaded);
    bool make_salt(entry& made, const settings& from, const loaded_project& loaded);
    void make_clients(entry& made, const settings& from, const loaded_project& loaded);

    shared_clients clients_;
    std::string default_checklist_;
    std::shared_ptr<const policy_tree> branch_;  ///< null: checklists are files of this machine
    std::vector<std::unique_ptr<entry>> entries_;
};

}  // namespace slipway::bot

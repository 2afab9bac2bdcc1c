// What the bot is told at its start: one YAML file, secrets from the environment, one file per project.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/release/project.hpp"
#include "commands/release/yaml_problem.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/net/proxy.hpp"

namespace slipway::bot {

/// Where we listen; port 0 = any free one, which is logged.
struct listen_address {
    std::string address;
    std::uint16_t port = 0;
};

struct slack_settings {
    std::string api_url = "https://slack.com/api/";  ///< SLACK_API_URL, or the file; with the trailing slash
    std::string ca_file;                             ///< PEM roots beside the system's; "" = the system's alone
    milliseconds acknowledge_within{1000};           ///< Slack gives up after 3 s; we stay well inside
    int links = 1;                                   ///< Socket Mode links held at the same time
    std::string app_token;                           ///< SLACK_APP_TOKEN, xapp-…: opens the link
    std::string bot_token;                           ///< SLACK_BOT_TOKEN, xoxb-…: everything else
    std::string signing_secret;                      ///< SLACK_SIGNING_SECRET: only for HTTP requests from Slack
    /// Slack's signed requests come in here in place of Socket Mode; nullopt = Socket Mode.
    std::optional<listen_address> listen;
};

struct gitlab_access {
    std::string url;      ///< GITLAB_URL, or the file
    std::string token;    ///< GITLAB_TOKEN
    std::string ca_file;  ///< as above
};

struct sentry_access {
    std::string url;            ///< SENTRY_URL, or the file: of Sentry or GlitchTip
    std::string token;          ///< SENTRY_AUTH_TOKEN: event:read, project:read, project:releases
    std::string client_secret;  ///< SENTRY_CLIENT_SECRET of the internal integration: its webhooks are signed with it
    std::string ca_file;        ///< as above
};

/// How a salt-api is reached; without an address Salt is the program on this machine.
struct salt_access {
    std::string url;       ///< SALT_API_URL
    std::string username;  ///< SALT_API_USER
    std::string password;  ///< SALT_API_PASSWORD
    std::string eauth;     ///< SALT_API_EAUTH; "" = pam
};

/// Where project files and checklists are read from, in place of files of this machine (R8.11).
struct policy_settings {
    std::string repository;  ///< address or folder of a git repository; "" = they are files
    std::string branch = "main";
    std::string path;     ///< folder of the project files in it; "" = its top
    std::string project;  ///< its path in GitLab, which is asked whether the branch is protected; "" = not there
    bool is_configured() const noexcept { return !repository.empty(); }
};
struct policy_tree;  // policy.hpp

/// A project file as it was found. One with problems is switched off alone; the others run.
struct loaded_project {
    std::string file;
    release::project_settings settings;
    std::vector<yaml_problem> problems;
    std::string gitlab_token;  ///< what `gitlab.token_from` names; "" = the bot's own
    bool usable() const noexcept { return problems.empty(); }
};

struct settings {
    std::string file;             ///< where this was read
    std::string state_directory;  ///< the database and work trees
    /// DATABASE_URL, or the file: a SQLite file of this bot alone (default slipway.db in the state directory) …
    std::string database;
    std::string database_address;    ///< … or a PostgreSQL server that several bots may share; "" = the SQLite file
    std::string database_password;   ///< PGPASSWORD: libpq reads it by itself, we only mask it
    std::string checklist;           ///< for projects that name none
    std::string log_level = "info";  ///< trace, debug, info, warning, error
    slack_settings slack;
    gitlab_access gitlab;
    salt_access salt;
    sentry_access sentry;
    std::string https_proxy;  ///< HTTPS_PROXY, or https_proxy as most programs read it; "" = none. Holds a password
    std::string no_proxy;     ///< NO_PROXY, or no_proxy
    std::optional<listen_address> webhooks;  ///< Sentry's hooks come in here; nullopt = off
    std::optional<listen_address> ingest;    ///< errors of the website come in here; nullopt = the ingest is off
    std::optional<listen_address> health;    ///< nullopt = off
    policy_settings policy;
    std::shared_ptr<const policy_tree> policy_files;  ///< what the branch holds; null = nothing was read from it yet
    std::string policy_problem;                       ///< why not
    std::vector<loaded_project> projects;

    /// What https and wss go through; nullopt = directly.
    std::optional<net::proxy> proxy() const;
    bool shares_database() const noexcept { return !database_address.empty(); }
    /// Every secret value, for the masker.
    std::vector<std::string> secrets() const;
    /// The usable project of that name, or nullptr.
    const release::project_settings* project(std::string_view name) const noexcept;
    /// What `slipway run` still needs, one sentence each; empty = it can start.
    std::vector<std::string> missing_for_run() const;
};

struct checked_settings {
    settings value;
    std::vector<yaml_problem> problems;  ///< of the bot's own file and environment; any of them stops the start
};

/// The value of an environment variable, or nullopt. Injected, so that tests own the environment.
using environment = std::function<std::optional<std::string>(const std::string& name)>;
environment process_environment();

/// Reads the file, its projects and the environment; never throws for what a person wrote. Relative paths in a file
/// start at that file's folder. A variable NAME may be given as NAME_FILE, the name of a file that holds the value.
/// Where a `policy` is configured, the projects are those of `branch`; none while it is null.
checked_settings load_settings(const std::string& file, const environment& of,
                               std::shared_ptr<const policy_tree> branch = nullptr);

/// Without blanks and line ends around it, as people leave them in files and headers.
std::string trimmed(std::string text);

/// One key of the bot file, for `slipway check` and the documentation.
struct setting_key {
    std::string_view path;
    std::string_view meaning;
};
std::vector<setting_key> known_settings();

}  // namespace slipway::bot

// What deploy/sandbox/scenario.yaml says, read once at start: the company that every part of the sandbox plays.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/result.hpp"

namespace slipway::sandbox {

struct persona {
    std::string key;  ///< "ana": the name inside the scenario files
    std::string name;
    std::string title;
    std::vector<std::string> roles;   ///< "release-manager", "developer", "dba", "qa"
    std::vector<std::string> groups;  ///< handles of Slack user groups: "release-managers"
    std::string colour;               ///< "#7a3e9d": of the avatar
    std::string initials;             ///< "AF"
    std::string email;
    std::string slack_id;    ///< "U0ANA"
    std::string slack_name;  ///< "ana"
    std::int64_t gitlab_id = 0;
    std::string gitlab_username;
};

struct channel {
    std::string id;
    std::string name;  ///< without "#"
    std::string topic;
    std::vector<std::string> members;  ///< persona keys; empty = everybody
    bool is_private = false;
    bool app_is_member = true;
};

struct bot_identity {
    std::string id;      ///< user id, "U…"
    std::string bot_id;  ///< "B…"
    std::string name;
    std::string display_name;
    std::string colour;
    std::string initials;
};

struct command_offer {
    std::string name;  ///< "/release"
    std::string description;
    std::string usage;
    std::vector<std::string> examples;  ///< offered by the composer while typing
};

struct workspace {
    std::string id;  ///< "T…"
    std::string domain;
    std::string name;
    std::string app_id;
    std::string bot_token;
    std::string app_token;
    std::string signing_secret;
    bot_identity bot;
    std::vector<std::string> scopes;  ///< of the bot token
    std::vector<command_offer> commands;
};

/// A GitLab user that is not a persona: it has a token.
struct gitlab_account {
    std::int64_t id = 0;
    std::string username;
    std::string name;
    std::string email;
    std::string token;
    int access = 0;  ///< GitLab's access level: 20 reporter, 30 developer, 40 maintainer
};

struct server {
    std::string id;  ///< minion id and host name
    std::vector<std::string> roles;
    std::vector<std::string> services;
};

struct scenario {
    sandbox::workspace workspace;
    std::vector<sandbox::channel> channels;
    std::vector<sandbox::persona> personas;
    std::vector<gitlab_account> gitlab_accounts;
    std::string gitlab_version;
    std::vector<server> servers;
    std::string site_dsn;                           ///< default DSN of the website; the sandbox may be told another one
    std::string site_production;                    ///< prefix of the hosts behind the front door
    std::string file;                               ///< absolute: where all this was read from
    std::string product_folder;                     ///< absolute: the product's files and history.yaml
    std::vector<std::string> product_dependencies;  ///< files there: the histories of other repositories

    /// nullptr when nobody has that key / Slack id / GitLab user name.
    const persona* find_persona(std::string_view key) const;
    const persona* find_by_slack_id(std::string_view slack_id) const;
    const persona* find_by_gitlab_username(std::string_view username) const;
    const channel* find_channel(std::string_view id) const;
};

/// Reads the file; errc::invalid with file and line when it is missing, malformed or names an unknown persona.
result<scenario> load_scenario(const std::string& file);

}  // namespace slipway::sandbox

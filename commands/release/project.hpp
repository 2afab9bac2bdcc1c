// One product that is released: where it lives, who does what, and which words and commands its checklist uses.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "commands/release/checklist.hpp"
#include "commands/release/freeze_rule.hpp"
#include "commands/release/people.hpp"
#include "commands/release/runner_settings.hpp"
#include "commands/release/yaml_problem.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/base/result.hpp"

namespace slipway::release {

/// A run by GitLab: a pipeline on trunk's head, which has to be the candidate.
struct pipeline_run {
    std::map<std::string, std::string> variables;  ///< beside RELEASE_STEP and RELEASE_RUN, which find it again
    bool reuse_green = false;  ///< a pipeline of the same commit that has succeeded already is good enough
    milliseconds poll{5'000};
};

/// A program to run: argv, never a shell line.
struct program {
    std::vector<std::string> argv;         ///< may hold {version}, {tag}; each element stays one argument
    std::vector<std::string> environment;  ///< names of our variables that it may see
    milliseconds timeout{1'800'000};
    milliseconds idle_timeout{0};
    bool twice = false;                    ///< build it a second time and compare: different bytes are not reproducible
    std::optional<pipeline_run> pipeline;  ///< instead of argv: GitLab runs it
};

struct gitlab_settings {
    std::string project;               ///< "cig/rsi-website"
    std::vector<std::string> aliases;  ///< earlier paths and mirrors whose merge requests have the same numbers
    std::string migration_label = "migration";
    std::string dependency_label = "dependency";
    std::string error_label = "production-error";  ///< put on issues made from errors
    std::string token_from;  ///< name of the environment variable with this project's own token; "" = GITLAB_TOKEN
    bool releases = true;    ///< the changelog also becomes the description of a GitLab release
};

struct repository_settings {
    std::string url;  ///< what is fetched from and pushed to
    std::string trunk = "master";
    std::string stable = "stable";
    std::string author_name = "Slipway";
    std::string author_email = "slipway@localhost";
};

struct version_settings {
    std::string grammar = "X.Y.Z";  ///< or named numbers: "{major}.{minor}.{patch}", "{year}.{number}"
    std::string tag_prefix;         ///< stands before the version in the tag's name only: "v"
    bool lightweight_tags = false;  ///< the last tag need not be annotated
    std::string file;               ///< in the repository
    std::string key = "centrifuge.project.version";
    std::string format;   ///< properties, ini, yaml, json, pattern; "" = by the file's name
    std::string pattern;  ///< with format "pattern": one (…) around the version
};

struct changelog_settings {
    std::string file = "CHANGELOG.md";
    std::vector<std::pair<std::string, std::string>> groups;  ///< label → heading, in order; empty = one list
    std::string other;          ///< heading of what has none of the labels; "" = it comes first, without a heading
    std::string notes_heading;  ///< "" = notes follow the list without a heading
    bool contributors = true;   ///< a line with the names of those whose merge requests landed
    bool links = false;         ///< links in the file itself; Slack and GitLab link "!12" by themselves
};

/// The real run in groups of hosts, one after the other: a wave that is not all well stops the next.
struct wave_settings {
    int hosts = 0;          ///< of one wave; or
    int percent = 0;        ///< of all hosts, at least one host; both 0 = all at once
    milliseconds pause{0};  ///< between two waves
};

struct salt_settings {
    std::vector<std::string> program = {"salt"};
    std::vector<std::string> environment;
    std::string target;  ///< compound: "p-prod* and G@roles:rsi-app-server"
    std::string state;   ///< "cig-rsi.website.build"
    int minimum_hosts = 1;
    int reply_timeout_s = 15;
    milliseconds run_limit{3'600'000};
    wave_settings waves;
    milliseconds poll{1'000};    ///< how often a running job is asked for
    milliseconds grace{10'000};  ///< between term_job and kill_job
};

/// What may be done about an answer that only names another address.
enum class redirect_policy { none, same_host, follow };

/// The servers behind the front door, asked one by one.
struct per_host_settings {
    bool pinned = false;             ///< the hosts that answered Salt before the build
    std::vector<std::string> hosts;  ///< or these
    std::string url;                 ///< with {host}: "http://{host}:8080/"; or
    std::string address;             ///< with {host}: "{host}:443", where each of `urls` is asked under its own name
    std::string host_header;         ///< with `url`: the name the page is asked for; "" = the one in the url
    bool is_configured() const noexcept { return pinned || !hosts.empty(); }
};

struct home_page_settings {
    std::vector<std::string> urls;  ///< through the front door
    int status = 200;
    std::string marker;                  ///< text the page must have; "" = any
    std::vector<std::string> forbidden;  ///< texts no good page has: an error page may answer 200 as well
    std::string version_header;          ///< header that must hold the version, "" = not checked
    std::string version_marker;          ///< text with {version} the page must have, "" = not checked
    redirect_policy redirects = redirect_policy::none;
    int certificate_days = 14;  ///< a certificate that ends sooner is a warning
    int good = 3, of = 3;       ///< so many of the last so many answers have to be good, of each address
    milliseconds pause{1'000};
    milliseconds patience{120'000};
    per_host_settings per_host;
};

/// A service that is restarted after the build, on one host after another or on all at once. {host} in `command`,
/// `probe` and `probe_url` is each host in turn.
struct restart_settings {
    std::vector<std::string> command;  ///< argv; or
    std::string salt_function;         ///< "supervisord.restart" with `salt_arguments`
    std::vector<std::string> salt_arguments;
    std::string salt_target;         ///< compound; "" = the hosts of the build
    std::vector<std::string> hosts;  ///< with `command`; empty = the hosts of the build
    std::vector<std::string> probe;  ///< argv that prints when it was started (ISO time or Unix seconds); "" = none
    std::string probe_url;           ///< JSON page with `started_at` (or `started`) in it, instead of `probe`
    bool one_by_one = false;         ///< the next host only when the one before runs again
    milliseconds settle{0};          ///< so long a service has to stay up before it counts, and before the next host
    milliseconds patience{60'000};
};

/// The scripts of a deploy: where they are written, and what of them a click may run.
struct runbook_settings {
    std::string section = "Salts";        ///< heading in the milestone's description
    std::string label = "deploy-script";  ///< issues of the milestone whose code blocks hold more of them
    std::vector<std::string> languages = {"sh", "bash", "shell", "console"};  ///< of those code blocks
    std::string downtime_section = "Downtime";    ///< heading that says that the deploy causes downtime
    std::string downtime_text;                    ///< or this text in the description; "" = none
    std::string downtime_label = "downtime";      ///< or an issue or merge request of the milestone with this label
    std::vector<std::vector<std::string>> allow;  ///< commands a click may run, as runbook::command_pattern; none = all
                                                  ///< lines are run by hand
    std::vector<std::string> environment;         ///< names of our variables that they may see
    milliseconds timeout{600'000};                ///< of one line
    milliseconds idle_timeout{0};
};

struct ingest_settings {
    std::string project_number;  ///< digits of the DSN's path
    std::string public_key;      ///< 32 hex digits
    std::string environment = "production";
    std::vector<std::string> strip_prefixes;  ///< of file names in stack traces, before they are looked up in the tree
};

/// Whom an error may lead to, beside what git says.
struct suspect_settings {
    std::vector<std::string> ignore_people;  ///< user names and e-mails that are never assigned: who left, robots
    std::vector<std::string> ignore_paths;   ///< files and folders of the repository whose lines say nothing about who
    std::string ignore_revs = ".git-blame-ignore-revs";  ///< file in the repository: commits that only reformat
    bool by_email = false;  ///< who has not used `/release link` may be found by an e-mail that both sides verified
};

/// A Sentry, or something that speaks like it, beside or instead of the bot's own ingest.
struct sentry_settings {
    std::string backend = "sentry";  ///< or "glitchtip": fewer questions, no commits, no deploys
    std::string organization;        ///< slug; "" = there is none
    std::string project;             ///< slug
    std::string project_id;          ///< number, for queries; "" = all projects of the organization
    std::string package;             ///< releases are called package@version; "" = the project's name
    std::string repository;          ///< as Sentry knows it: "cig/rsi-website"; "" = gitlab.project
    std::string query;               ///< of the issues that are watched; "" = what suits the backend
    bool reads = true;               ///< its issues are watched as errors
    milliseconds poll{30'000};       ///< between two looks
    bool is_configured() const noexcept { return !organization.empty(); }
    std::string release_name(std::string_view project_name, std::string_view version) const;
};

struct watch_settings {
    milliseconds before{3'600'000};
    std::vector<milliseconds> looks{milliseconds{120'000}, milliseconds{300'000}, milliseconds{600'000},
                                    milliseconds{900'000}, milliseconds{1'800'000}};
    milliseconds settle{60'000};  ///< after the restarts: errors in it are noise
    int most_issues = 10;
};

/// A MariaDB or MySQL, spoken to by its own client.
struct database_server {
    std::vector<std::string> program = {"mariadb"};  ///< argv of the client; options of ours follow
    std::string socket;                              ///< or `host` and `port`; neither = there is none
    std::string host;
    int port = 3306;
    std::string user = "root";
    std::string password_from;  ///< name of the environment variable with its password; "" = none is needed
    milliseconds timeout{120'000};
    bool is_configured() const noexcept { return !socket.empty() || !host.empty(); }
};

/// Where migrations are tried before anybody is asked: a database that is made for it and dropped afterwards. Its user
/// may create databases and users.
struct trial_settings : database_server {
    std::string setup;  ///< file with the SQL of the schema as it is in production; "" = an empty database
};

/// Where the bot itself loads migrations when a DBA says so. Its user may change this database and create tables in it.
struct load_settings : database_server {
    std::string database;
};

struct migration_settings {
    std::vector<std::string> languages = {"sql", "mysql", "mariadb"};  ///< of the code blocks that hold SQL
    bool untagged = false;                                             ///< code blocks without a language hold SQL too
    std::string before_label = "before";                               ///< loaded before the build
    std::string after_label = "after";
    trial_settings trial;
    load_settings load;  ///< not configured = a DBA loads them by hand
};

/// How a linked project gets into its stable branch.
struct dependency_rule {
    std::string from = "trunk";  ///< "trunk" or "merge_request"
    std::string trunk = "master";
    std::string stable = "stable";
    std::string url;  ///< of its repository; "" = as `dependencies.url` says
};

struct dependency_settings {
    std::string group;      ///< only projects in it are meant; "" = the group of gitlab.project
    std::string url;        ///< of any repository, with {path}; "" = GitLab's own address
    dependency_rule usual;  ///< for projects that are not in the list
    std::map<std::string, dependency_rule> projects;  ///< by path: "cig/money-format"
};

/// Where production itself says which version it runs (R1.10).
struct observed_settings {
    std::string url;
    std::string header;  ///< the header that holds the version; or
    std::string json;    ///< the member of the JSON page: "build.version"
    milliseconds every{20'000};
};

/// How Salt puts an earlier version on the servers; the run of the build takes what stable has.
struct rollback_settings {
    std::string function = "state.sls";
    std::vector<std::string> arguments;  ///< may hold {tag}, {version}, {commit}; empty = not configured
    std::string dry_run = "test=true";   ///< the argument more that makes it a dry run
};

/// Commits without a merge request that surprise nobody: by words or author, and by everything they touch.
struct housekeeping_settings {
    std::string subject;             ///< its beginning; "" = any
    std::string author;              ///< name or address, exactly; "" = any
    std::vector<std::string> paths;  ///< files, folders with a final "/", or "*.ext"
};

/// One human being on both sides.
struct person_settings {
    std::string slack;   ///< "U…"
    std::string gitlab;  ///< username
    std::string name;
    std::vector<std::string> emails;
};

/// Where the members of a role are looked up at every click, when the file does not list them (R3.10).
struct role_source {
    std::string slack_group;   ///< id of a user group: "S…"
    std::string gitlab_group;  ///< path of a group; its members are people of the project by their GitLab name
};

struct project_settings {
    std::string name;     ///< "core": what people type
    std::string title;    ///< "RSI website"
    std::string channel;  ///< Slack channel id
    gitlab_settings gitlab;
    repository_settings repository;
    std::string milestone = "{version}";  ///< title of a version's milestone
    version_settings version;
    changelog_settings changelog;
    program assets;
    std::vector<std::string> asset_paths;  ///< files or folders that the asset build may change
    program tests;
    std::vector<std::string> stable_differs = {"make.conf"};  ///< the only paths in which trunk and stable may differ
    bool protected_branches = true;  ///< trunk and stable have to be protected in GitLab before the push
    salt_settings salt;
    home_page_settings home_page;
    std::map<std::string, restart_settings> restarts;  ///< by step id
    runbook_settings runbook;
    std::map<std::string, runner_settings> runners;  ///< by the name that a `job` step uses
    ingest_settings ingest;
    watch_settings watch;
    suspect_settings suspects;
    sentry_settings sentry;
    std::map<std::string, std::vector<std::string>> roles;  ///< role → Slack user ids; empty when it has a source
    std::map<std::string, role_source> role_sources;        ///< role → where its members stand instead
    std::map<std::string, std::string> leads;  ///< role → who is told when its gate is opened past its rules (R3.13)
    std::map<std::string, std::vector<std::string>> rights;  ///< verb → roles; see default_rights()
    std::vector<person_settings> people;
    migration_settings migrations;
    dependency_settings dependencies;
    std::vector<housekeeping_settings> housekeeping;  ///< beside the release's own commits
    milliseconds drift_poll{60'000};
    std::string environment = "production";  ///< as lines of the freeze calendar may name it
    std::vector<freeze_rule> freezes;
    observed_settings observed;
    rollback_settings rollback;
    std::string checklist_file;           ///< path; "" = the default checklist
    std::string rollback_checklist_file;  ///< the same for the ways back
    std::string hotfix_checklist_file;
    std::string file;  ///< where all this was read

    /// role → how many people, as the checklist reader wants it; a role with a source counts as many, because only a
    /// click can tell.
    std::map<std::string, int> head_counts() const;
    std::set<std::string> roles_of(const std::string& slack_user) const;
    const person_settings* by_slack(std::string_view user) const noexcept;
    const person_settings* by_gitlab(std::string_view username) const noexcept;
    const person_settings* by_email(std::string_view email) const noexcept;
    /// What a checklist's `when: {setting: …}` may ask, by name: "gitlab", "tests", "assets", "salt", "home_page",
    /// "ingest", "sentry" and "restart.<step>"; a setting that is not made is missing.
    boost::json::object condition_settings() const;
    /// "1.4.0" for the milestone "Platform-{version}" → "Platform-1.4.0".
    std::string milestone_title(std::string_view version_text) const;
    /// "v1.4.0": the tag's name.
    std::string tag_name(std::string_view version_text) const;
};

struct checked_project {
    project_settings settings;
    std::vector<yaml_problem> problems;  ///< empty = usable
};

/// Reads a project file; every problem with file and line. The checklist it names is read by the caller.
checked_project read_project(std::string_view yaml, const std::string& file);

}  // namespace slipway::release

// The drivers there are. Adding one: a file with its class, a create function here, a word in the project file.
#pragma once

#include <functional>
#include <memory>

#include "integrations/runner/runner.hpp"

namespace slipway {
namespace process {
class runner;
}
namespace net {
class http_client;
}
namespace gitlab {
class api;
}
}  // namespace slipway

namespace slipway::runner {

/// What programs of ours need on this machine.
struct machine {
    process::runner* processes = nullptr;  ///< starts the keeper
    std::string keeper;                    ///< path of slipway-keep
    std::string folder;                    ///< one folder a job is made in it
    std::vector<std::string> secrets;      ///< masked in everything that is kept or shown
};
/// Beside the running program, or SLIPWAY_KEEPER; "" when there is none.
std::string find_keeper();

struct command_settings {
    std::vector<std::string> argv;         ///< never a shell; words are filled in
    bool is_literal = false;               ///< argv holds no words: it is run as it stands
    std::string directory;                 ///< "" = the job's own folder
    std::vector<std::string> environment;  ///< names of our variables that it may see
    exit_codes codes;
    std::size_t most_log = 512U << 20U;  ///< bytes on the disk; more is cut, and said
};
/// A program that goes on when the bot ends or is killed. The key is its reference.
std::unique_ptr<driver> create_command_driver(machine on, command_settings how);

struct external_settings {
    command_settings program;  ///< speaks JSON lines, see README
    json::object params;       ///< the order's own go over them
};
/// Any tool, behind a program that reads one JSON object and answers JSON lines; it survives the bot as a command does.
std::unique_ptr<driver> create_external_driver(machine on, external_settings how);

struct http_settings {
    std::string url;         ///< POST goes there
    std::string token_from;  ///< name of the variable with a bearer token; "" = none
    std::string token;       ///< its value
    json::object params;
    std::vector<std::string> secrets;
};
/// POST with Idempotency-Key → Location; GET Location?cursor= → {"state","log","cursor","rows","text"}; DELETE cancels.
std::unique_ptr<driver> create_http_driver(net::http_client& http, http_settings how);

/// Which GitLab project, asked when it is needed.
using project_lookup = std::function<task<result<std::int64_t>>()>;

struct pipeline_settings {
    std::string ref;                               ///< branch or tag; words are filled in
    std::map<std::string, std::string> variables;  ///< beside RELEASE_STEP, which carries the key
};
/// A pipeline that carries the key, so that it is found again.
std::unique_ptr<driver> create_pipeline_driver(gitlab::api& api, project_lookup of, pipeline_settings how);

struct manual_job_settings {
    std::string name;                 ///< of the job that waits for a person in the commit's newest pipeline
    std::string commit = "{commit}";  ///< full id; words are filled in
};
/// Presses the button of a waiting job. One that already goes is taken as it is: its own state is the memory.
std::unique_ptr<driver> create_manual_job_driver(gitlab::api& api, project_lookup of, manual_job_settings how);

}  // namespace slipway::runner

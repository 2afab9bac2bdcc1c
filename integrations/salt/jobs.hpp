// Runs of Salt that outlive whoever began them: begun in the background, named by their job id, asked for until every
// host has answered. The job id is stored by the caller before anything else.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/salt/rows.hpp"
#include "integrations/salt/salt.hpp"

namespace slipway {
class timers;
namespace net {
class http_client;
}
}  // namespace slipway

namespace slipway::salt {

struct job_order {
    std::string compound;            ///< a target expression; or
    std::vector<std::string> hosts;  ///< exactly these
    std::string function;            ///< "state.sls"
    std::vector<std::string> arguments;
    bool dry_run = false;
    std::string key;  ///< kept in the job's metadata as {"slipway": key}, so that it is found again; "" = not
};

struct begun_job {
    std::string jid;
    std::vector<std::string> minions;  ///< whom the master sent it to, when it says so
};

/// What the master's job cache knows of a job (salt-run jobs.list_job).
struct job_record {
    std::vector<std::string> minions;  ///< whom it was sent to
    json::object results;              ///< host → {"return", "retcode", "success"}
};

enum class job_signal { terminate, kill };

/// Failures: invalid (a name Salt would read as something else), refused (nothing matched, the client is not enabled),
/// unauthorised, unavailable = nothing was sent; timed_out, lost = it may have been: find() tells.
class job_client {
public:
    virtual ~job_client() = default;
    virtual task<result<begun_job>> start(job_order what) = 0;
    /// nullopt = the master does not know it (never sent, or older than keep_jobs_seconds, 24 h).
    virtual task<result<std::optional<job_record>>> read(std::string jid) = 0;
    /// Those of `hosts` that say it still runs there (saltutil.find_job). A silent host is not among them.
    virtual task<result<std::vector<std::string>>> running(std::string jid, std::vector<std::string> hosts) = 0;
    /// saltutil.term_job, saltutil.kill_job: stops the process, undoes nothing.
    virtual task<result<>> signal(std::string jid, std::vector<std::string> hosts, job_signal how) = 0;
    /// The newest job with that key in its metadata; nullopt = the master has none.
    virtual task<result<std::optional<std::string>>> find(std::string key) = 0;
    /// What `start` would send, for people.
    virtual std::string words(const job_order& what) const = 0;
};

/// `salt --async`, `salt-run jobs.…`. The program's last element named salt gives salt-run beside it.
std::unique_ptr<job_client> create_cli_jobs(process::runner& runner, cli_settings settings);

struct api_settings {
    std::string url;  ///< "https://salt.example:8000"; plain http only to this machine
    std::string username, password;
    std::string eauth = "pam";
    milliseconds request_timeout{30'000};
    int reply_timeout_s = 15;
};
/// salt-api (rest_cherrypy): local_async and the runner jobs.*; one new login when the session has gone.
/// errc::invalid for an address the password may not travel to.
result<std::unique_ptr<job_client>> create_api_jobs(net::http_client& http, api_settings settings);

/// ping, state and call over jobs: for masters that are reached by salt-api alone.
std::unique_ptr<salt_client> create_client_over(job_client& jobs, timers& time, cli_settings settings);

// ── following one ────────────────────────────────────────────────────────────────────────────────────────────────
enum class following {
    complete,   ///< every host has answered
    gone,       ///< the rest neither answered nor runs it any more
    timed_out,  ///< it was ended by its limit
    cancelled,  ///< it was ended because somebody wanted it
    unknown,    ///< the master does not know the job
};
struct follow_limits {
    milliseconds poll{1'000};
    milliseconds quiet{15'000};  ///< no new answer for this long: ask whether it still runs there
    milliseconds total{3'600'000};
    milliseconds grace{10'000};  ///< between term_job and kill_job
};
struct follow_hooks {
    std::function<void(const host_row& row)> on_row;
    std::function<task<bool>()> is_unwanted;
};
struct followed {
    salt_rows rows;  ///< the expected hosts, and any others that answered
    following how = following::complete;
};
/// Until the job is over, at most `total` after `began`. A master that does not answer is asked again; unauthorised
/// ends it. Cancelling the awaiting task leaves the job alone.
task<result<followed>> follow(job_client& jobs, timers& time, std::string jid, std::vector<std::string> hosts,
                              question asked, instant began, follow_limits within, follow_hooks told);

/// Rows of what has returned so far; hosts of `expected` without a result are `missing`.
salt_rows rows_of(question asked, const job_record& record, const std::vector<std::string>& expected);
/// Which question a function answers.
question question_of(std::string_view function);

}  // namespace slipway::salt

// The master's job cache: one file a job, written while it runs, and what people ask of it with salt-run.
#pragma once

#include <string>
#include <vector>

#include "deploy/sandbox/salt/master.hpp"

namespace slipway::sandbox::salt {

/// salt/jobs/<jid>.json as list_job shows it, with "Pid" of who works on it and "Done" once it is over.
class job_file {
public:
    job_file(const master& of, const arguments& job, std::vector<std::string> ids, std::string jid, int pid);
    result<> add(const minion_return& row);
    result<> close();
    const std::string& jid() const noexcept { return jid_; }

private:
    result<> write() const;
    std::string file_, jid_;
    json::object body_;
};

/// The id of a job that begins now; two in one millisecond get two.
std::string unused_job_id(const std::string& state, instant now);

/// What `salt-run jobs.list_job J` prints; {"Error": …} for an id that is not there.
json::object list_job(const std::string& state, const std::string& jid);
/// {jid: {"Function", "Metadata", …}}; only those whose metadata has one of `search`'s members, unless it is empty.
json::object list_jobs(const std::string& state, const json::object& search);
/// {host: returned value}
json::object lookup_jid(const std::string& state, const std::string& jid);

/// What saltutil.find_job says on one host: {} when the job does not run there.
json::object find_job(const master& of, const std::string& host, const std::string& jid);
/// saltutil.term_job and kill_job on one host. A job that is stubborn there (a fault) only hears the second.
void stop_job(const master& of, const std::string& host, const std::string& jid, bool kill);
bool is_stopped(const master& of, const std::string& host, const std::string& jid);

/// What a host was made to do, in order: hosts/<host>/salt.log, one JSON object a line.
void note_on_host(const master& of, const std::string& host, const arguments& job, const std::string& jid, int retcode,
                  instant now);
/// {host: [entry …]} of all hosts that ever did something.
json::object host_logs(const std::string& state);

}  // namespace slipway::sandbox::salt

// The sandbox's Salt master: what it knows, what shall go wrong, and running one job on the minions' folders.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "deploy/sandbox/salt/arguments.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::salt {

/// salt/faults.json: {"silent": [id …], "compile_error": [id …], "failing_state": [id …], "failing_run": [id …],
/// "half_done": [id …], "busy": [id …], "hanging": [id …], "stubborn": [id …], "chatter": [line …], "slow_ms": 500,
/// "unauthenticated": true}
struct faults {
    std::vector<std::string> silent;  ///< never answers
    std::vector<std::string> compile_error;
    std::vector<std::string> failing_state;
    std::vector<std::string> failing_run;  ///< as failing_state, but only when it is no test=true
    std::vector<std::string> half_done;    ///< a real run stops in the middle: fetched, not switched over
    std::vector<std::string> busy;
    std::vector<std::string> hanging;   ///< a real run goes on until it is stopped
    std::vector<std::string> stubborn;  ///< term_job does not stop it, kill_job does
    std::vector<std::string> chatter;
    milliseconds slow{0};  ///< before each minion returns
    bool unauthenticated = false;
};

struct master {
    std::string state;       ///< the sandbox's folder
    std::string repository;  ///< bare repository that builds come from
    std::vector<minion> minions;
    salt::faults faults;
};

/// errc::not_found when the folder holds no company.
result<master> open_master(const std::string& state);

/// What one minion returned.
struct minion_return {
    std::string id;
    json::value value;
    int retcode = 0;
    bool returned = true;  ///< false: silent; `value` is what the master writes instead
};

/// Runs the function on one minion. `now` dates what changes.
minion_return run_on_minion(const master& of, const std::string& id, const arguments& job, instant now);
/// What the master writes for a minion that did not return.
minion_return no_answer(const std::string& id);
/// True while a real run of a state would go on there for ever.
bool hangs(const master& of, const std::string& id, const arguments& job);

/// The twenty digits of a job id.
std::string job_id(instant now);

}  // namespace slipway::sandbox::salt

// `salt` and `salt-run` as programs: arguments in, ugly streams and weak exit codes out.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "integrations/base/clock.hpp"

namespace slipway::sandbox::salt {

struct streams {
    std::ostream& out;
    std::ostream& err;
};

struct machine {
    std::function<instant()> now;
    std::function<void(milliseconds)> sleep;
    /// True in the process that shall do the work of --async; false in the one that returns to the caller at once.
    std::function<bool()> stay_behind;
    std::function<int()> process = [] { return 1; };  ///< who works on the job, for find_job
};

/// The exit code. `argv` without the program's name; `state` is the sandbox's folder.
int run_salt(const std::vector<std::string>& argv, const std::string& state, streams say, const machine& on);

/// salt-run jobs.list_job J, jobs.lookup_jid J, jobs.list_jobs [search_metadata={…}], jobs.active.
int run_salt_run(const std::vector<std::string>& argv, const std::string& state, streams say);

}  // namespace slipway::sandbox::salt

// The real run, host by host and wave by wave, kept in the store: whoever comes back goes on where it stood. What was
// begun is never begun again, and what is done on a host is never done there again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/steps/step.hpp"
#include "integrations/salt/jobs.hpp"

namespace slipway::steps {

struct salt_wave {
    std::vector<std::string> hosts;
    std::string jid;     ///< "" = not begun, or begun and its answer never written down: see `begun`
    bool begun = false;  ///< written before Salt is asked
    instant began{};
    bool over = false;
    std::string note;  ///< what is to be said about the whole wave; "" = nothing
};

struct host_result {
    salt::reply what = salt::reply::missing;
    std::string why;  ///< one line; "" when it is done
};

struct salt_run {
    std::string key;       ///< of the intent
    std::string function;  ///< of the real run
    std::vector<std::string> arguments;
    std::string commit;
    instant began{};
    std::vector<salt_wave> waves;
    std::map<std::string, host_result> hosts;  ///< of waves that are over, and those that needed nothing
    bool stopped = false;                      ///< somebody wanted it to end
    bool unsure = false;                       ///< an attempt to follow it ended without knowing

    std::vector<std::string> of(salt::reply what) const;
    std::vector<std::string> done() const { return of(salt::reply::ok); }
    /// Hosts of waves that never began.
    std::vector<std::string> untouched() const;
    bool is_over() const noexcept;  ///< nothing runs, and nothing will begin
    bool all_done() const noexcept;
    /// "3 of 5 hosts are built; web4: …; web5 did not answer". One sentence with the first causes.
    std::string sentence() const;
};

/// Groups of hosts in order; one group when the project names no waves.
std::vector<std::vector<std::string>> into_waves(const std::vector<std::string>& hosts,
                                                 const release::wave_settings& how);

task<result<std::optional<salt_run>>> read_run(store::store& memory, std::string key);
task<result<>> write_run(store::store& memory, salt_run what);

/// The wave that was begun without a job id gets it back from the master, by the key in the job's metadata. A failure =
/// the master cannot tell.
task<result<salt_run>> find_lost_wave(context here, salt_run what);
/// Begins and follows waves until the run is over. Definite failures mean that the wave at hand was not begun.
task<result<salt_run>> go_on(context here, salt_run what);

}  // namespace slipway::steps

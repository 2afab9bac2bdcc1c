// A run of Salt on the pinned hosts, as every such step does it: a dry run that people read and approve host by host,
// then the real run of exactly that, in one go or in waves, followed by job id so that it outlives the bot. A retry
// touches only hosts that are not done.
#pragma once

#include <string>
#include <vector>

#include "commands/steps/machines/salt_run.hpp"
#include "commands/steps/step.hpp"
#include "integrations/salt/salt.hpp"

namespace slipway::steps {

/// What the real run executes on each host.
struct salt_work {
    std::string function;  ///< "state.sls"
    std::vector<std::string> arguments;
};

class approved_run : public step_kind {
public:
    task<result<look_outcome>> look(context here) final;
    /// What was sent stands in the run's own note, written before Salt is asked: without one nothing was sent.
    task<result<probe_outcome>> probe(context here, act intent) final;
    task<result<outcome>> perform(context here, act intent) final;

private:
    /// errc::refused with the way out while it may not run at all; asked before each dry run.
    virtual task<result<salt_work>> work(context here) const = 0;
    virtual task<result<salt::salt_rows>> dry_run(context here, salt_work what,
                                                  std::vector<std::string> hosts) const = 0;
    /// Before the words about the dry run: "1.4.0 → 1.3.0: "; "" = nothing.
    virtual std::string heading(const context&) const { return {}; }
    /// Lines that people read before those of the dry run.
    virtual std::vector<std::string> introduction(const context&) const { return {}; }
    /// What is to be kept once every host has it; never a reason to fail.
    virtual task<> remember(context here) const;

    task<result<salt::salt_rows>> readable_dry_run(context here, salt_work what, std::vector<std::string> hosts) const;
    task<result<salt_run>> begin(context here, act intent) const;
    task<result<outcome>> conclude(context here, salt_run run) const;
};

}  // namespace slipway::steps

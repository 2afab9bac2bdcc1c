// One step, once: look, or probe → perform → probe again when in doubt. Knows nothing of order, leases or the store.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "commands/steps/step.hpp"
#include "integrations/async/backoff.hpp"
#include "integrations/async/timers.hpp"

namespace slipway::conductor {

namespace json = boost::json;

/// How an act ended, in the words of the state. `files` go into the thread with the outcome.
struct verdict {
    release::step_status status = release::step_status::done;
    std::string text, detail;
    json::object data, facts;
    std::vector<steps::attachment> files;
};

/// What a look gave, or why it gave nothing (already judged: failed or errored).
struct look_ending {
    std::optional<steps::look_outcome> seen;
    verdict refused;
};

struct runner_settings {
    int attempts = 3;        ///< of a look or an act that surely did not happen (not reached, asked too often)
    int probe_attempts = 5;  ///< before "cannot tell" is taken for an answer
    backoff::settings wait{milliseconds{500}, milliseconds{10'000}};
};

/// Asked before each attempt to change something: a failure = it must not begin, and nothing has.
using begin_check = std::function<task<result<>>()>;

class step_runner {
public:
    /// `limits` keeps the time of what a kind does: it stands still while a step waits for our own database (R5.10).
    step_runner(timers& time, timers& limits, chance roll, runner_settings settings);

    /// Neither of the two lets an exception out: a bug in a kind becomes an outcome that people see.
    task<look_ending> look(steps::step_kind& kind, steps::context here);
    /// Probe first, always: after a restart nobody knows. Never performs when the probe cannot tell and the step is
    /// irreversible.
    task<verdict> act(steps::step_kind& kind, steps::context here, steps::act intent, release::side_effect effect,
                      begin_check may = nullptr);

private:
    task<look_ending> look_patiently(steps::step_kind& kind, steps::context here);
    task<verdict> act_carefully(steps::step_kind& kind, steps::context here, steps::act intent,
                                release::side_effect effect, begin_check may);
    task<verdict> perform(steps::step_kind& kind, steps::context here, steps::act intent, release::side_effect effect,
                          begin_check may);
    task<steps::probe_outcome> probe(steps::step_kind& kind, steps::context here, steps::act intent);
    milliseconds wait(backoff& pace, const failure& why) const;

    timers& time_;
    timers& limits_;
    chance roll_;
    runner_settings settings_;
};

}  // namespace slipway::conductor

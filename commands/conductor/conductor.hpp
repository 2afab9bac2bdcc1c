// Drives every live release: leases work rows, runs them, reports outcomes. Nothing is remembered between rows but the
// journal, so a bot that dies here is replaced by any other.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "commands/conductor/journal.hpp"
#include "commands/conductor/step_runner.hpp"
#include "integrations/async/task_group.hpp"
#include "integrations/store/patient.hpp"

namespace slipway::conductor {

/// The clients of a project, or nullptr when it is unknown or disabled.
using services_lookup = std::function<const steps::services*(const std::string& project)>;
/// Reads the outside world for moved pins; steps/drift.hpp.
using drift_check = std::function<task<result<std::vector<release::drift_seen>>>(
    state_pointer, steps::services, std::shared_ptr<const release::project_settings>)>;
/// Who has which role of a project now, as far as the sources answered: role → Slack user ids (R3.11).
using members_lookup = std::function<task<std::map<std::string, std::vector<std::string>>>(std::string project)>;
using kind_map = std::map<std::string, std::unique_ptr<steps::step_kind>, std::less<>>;

struct conductor_settings {
    std::string owner;          ///< unique for this process
    milliseconds lease{6'000};  ///< a dead bot's rows are taken over after this (R5.3: well under 10 s)
    milliseconds renew_every{2'000};
    /// Other bots take rows of the same database: what we do is stopped `margin` before its lease ends unless the store
    /// has renewed it (R11.3). Alone it goes on, because nobody else can begin it.
    bool shares_work = false;
    milliseconds margin{1'500};
    milliseconds longest_nap{1'000};  ///< between looks for due rows when nothing wakes us
    /// At least, from one look to the next that only work of other bots asks for; with shares_work.
    milliseconds look_interval{50};
    std::size_t at_once = 16;  ///< rows in flight
    /// Begins what stands first in the queue of a project whose place is free; drops it when it cannot begin any more.
    std::function<task<result<>>(std::string project)> promote;
    std::string log_directory;  ///< full output of steps; one folder a release
    members_lookup members;     ///< asked with the drift poll while a gate is open; null = not asked
    runner_settings runner;
};

class conductor {
public:
    conductor(executor loop, journal& releases, store::store& memory, timers& time, chance roll, const kind_map& kinds,
              project_lookup projects, services_lookup services, drift_check drifts, conductor_settings settings);
    conductor(const conductor&) = delete;
    conductor& operator=(const conductor&) = delete;

    /// Until cancelled: leases and runs rows. First lets every live release go on (R5.3).
    task<> run();
    /// No new rows; ends those in flight and waits for them. Their leases run out and another bot takes over.
    task<> stop();
    /// The same, and gives the leases back, so that another bot goes on at once (R5.13): it probes first. What cannot
    /// go on without us may end by itself within `grace`; call it when run() is over.
    task<> hand_over(milliseconds grace = milliseconds{0});
    std::size_t in_flight() const noexcept { return held_.size(); }

private:
    struct hold {
        std::int64_t fence = 0;
        bool lost = false;
        bool outlives_us = false;              ///< what it does goes on without us, and another bot takes it up
        instant renewed;                       ///< before the store was asked for the lease, or its renewal
        std::int64_t stored = 0;               ///< the fence under which the outcome was stored; 0 = not yet
        std::optional<store::work_row> again;  ///< leased to us once more while we were busy with it
    };
    using hold_pointer = std::shared_ptr<hold>;

    task<> resume_all();
    /// Until there may be something to lease that the look at `looked` did not find.
    task<> wait_for_work(instant looked);
    task<> give_back(std::map<std::string, hold_pointer> held);
    task<> handle(store::work_row row, hold_pointer mine);
    task<> handle_once(store::work_row row, hold_pointer mine);
    /// Gives a row back that is about a release of another version (R11.5).
    task<bool> is_left_to_others(store::work_row row, hold_pointer mine);
    task<> handle_step(store::work_row row, hold_pointer mine);
    /// Looks at a step that waits on items, or whose answers hold for what was shown only. Tells what is new; a look
    /// that fails is no news.
    task<> handle_watch(store::work_row row, hold_pointer mine);
    task<> handle_drift(store::work_row row, hold_pointer mine);
    /// A step that waits for a resource (R4.10).
    task<> handle_resource(store::work_row row, hold_pointer mine);
    /// Proves on each turn that the head of a free queue moves (R4.9).
    task<> handle_queue(store::work_row row, hold_pointer mine);
    /// Tells the release whether its open gates can still be answered by who has the roles now.
    task<> look_at_members(state_pointer state);
    task<> run_step(store::work_row row, hold_pointer mine, state_pointer state, steps::context here);
    /// Returns only when the lease is lost, or about to be, or the release is being aborted and the step may be
    /// interrupted.
    task<std::string> keep_lease(std::string row, std::string release_id, bool interruptible, hold_pointer mine);
    task<std::string> renew_lease(std::string row, std::string release_id, bool interruptible, hold_pointer mine);
    /// Returns before a lease ends that the store does not renew: it may hang for longer than the lease lasts.
    task<std::string> outlive_lease(std::string row, hold_pointer mine);
    /// Asked right before something outside is begun: the store says that the row is still ours. While it does not
    /// answer this waits, so that nothing is begun that nobody could hear of (R5.10); a failure = it is ours no more.
    task<result<>> may_begin(std::string row, hold_pointer mine);
    /// Until it is committed, or somebody else holds the row.
    task<> report(std::string release_id, release::command told, std::string row, hold_pointer mine,
                  std::vector<store::outbox_put> messages, std::optional<instant> again);
    result<steps::context> context_of(const store::work_row& row, state_pointer state);
    task<bool> is_aborting(std::string release_id);

    executor loop_;
    journal& releases_;
    store::store& memory_;
    std::unique_ptr<store::patience> patience_;  ///< a step outlasts a database that is away
    timers& time_;
    const kind_map& kinds_;
    project_lookup projects_;
    services_lookup services_;
    drift_check drifts_;
    conductor_settings settings_;
    step_runner runner_;
    std::vector<std::string> can_do_;  ///< kinds of work rows of this version (R11.5)
    std::map<std::string, hold_pointer> held_;
    task_group tasks_;  // last: its tasks use everything above
};

}  // namespace slipway::conductor

// The world outside: GitLab with two merge requests, a remote with three refs, four servers under Salt, workers. It
// remembers every effect, and refuses what the real ones refuse: another head, a ref that moved, a second run.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "commands/steps/step.hpp"
#include "tests/simulation/life.hpp"

namespace slipway::simulation {

/// A guard that a run may have to do without, to show what it is for.
enum class guard { none, atomic_push, fencing, inbox_before_ack, outbox_lookup, hold_check };

/// Which version of Slipway a bot is: the older one does not know the step kinds `run` and `restart`.
enum class version { older, newer };

struct merge_request {
    std::string head;
    bool merged = false;
    int merges = 0;
};

struct outside_world {
    std::map<std::string, merge_request> requests{{"!1", {"head1"}}, {"!2", {"head2"}}};
    std::map<std::string, std::string> refs{{"trunk", "t0"}, {"stable", "s0"}};
    std::map<std::string, std::string> commits;                ///< key of the act that made it → id
    std::map<std::string, std::string> salt_runs;              ///< run id → version
    std::map<std::string, std::vector<std::string>> deployed;  ///< host → versions, in the order they came
    std::map<std::string, instant> started;                    ///< host → when its workers were started
    int pushes = 0;                                            ///< that moved something
    std::vector<std::string> half_pushes;                      ///< refs that moved while others were refused
    std::vector<std::string> begun_blind;                      ///< what was changed where while the database was away
    bool pushes_atomically = true;

    /// trunk, stable and tag together, each only from where it was expected to be.
    result<> push(const std::string& commit, const std::string& tag, const std::string& trunk_was,
                  const std::string& stable_was, dice& chance);
    /// What people see from outside, without dates and ids of runs: equal for an undisturbed and a disturbed release.
    std::string digest() const;
    /// What happened more than once although it must not; empty = nothing.
    std::vector<std::string> twice() const;
};

/// What is outside of each project.
using worlds = std::map<std::string, outside_world>;

/// The kinds of the plan below that a bot of that version knows, over those worlds.
std::map<std::string, std::unique_ptr<steps::step_kind>, std::less<>> kinds_over(worlds& outside, dice& chance,
                                                                                 life& mine, version known);
release::kinds facts_of_kinds(version known);
/// announce → merge-requests → tests → read → commit → push → build → restart → home, with three gates; an older
/// version has neither tests nor restart in it.
release::checklist plan(version known);

}  // namespace slipway::simulation

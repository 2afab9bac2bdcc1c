// Releases as they stand in the store: loading by replay, and the one place where events, messages and work are
// committed together.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "commands/conductor/at_hand.hpp"
#include "commands/conductor/rendering.hpp"
#include "commands/release/project_state.hpp"
#include "commands/release/records.hpp"
#include "commands/release/rules.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/store/store.hpp"

namespace slipway::conductor {

using state_pointer = std::shared_ptr<const release::release_state>;
using house_pointer = std::shared_ptr<const release::project_state>;
/// The freeze of the calendar that stops whoever starts (a person, or Slipway by itself) now.
using freeze_lookup =
    std::function<std::optional<release::freeze_now>(const release::project_settings&, bool by_robot, instant now)>;
/// The settings of a project by name, as they are now; nullptr when it is unknown or disabled by a broken file.
using project_lookup = std::function<std::shared_ptr<const release::project_settings>(const std::string&)>;

/// What travels in the same commit as the events of a command.
struct companions {
    std::vector<store::work_done> finished;
    std::vector<store::document_key> handled;  ///< inbox envelopes
    std::vector<store::outbox_put> messages;
    /// The answer that tells a person of a refusal; it travels in the commit that notes the refusal.
    std::function<std::vector<store::outbox_put>(const failure& why)> when_refused;
    /// What people are told of events of the project; travels in their commit.
    std::function<std::vector<store::outbox_put>(const release::project_state& before,
                                                 const std::vector<release::project_event>& events)>
        when_decided;
};

/// The four moments around a change of the outside world at which a process may die: "before intent", "after intent",
/// "after effect", "after outcome", and what it is about ("push", "merge-requests/!12").
using moment_hook = std::function<void(std::string_view moment, const std::string& what)>;

/// Loop thread only.
class journal {
public:
    journal(store::store& memory, timers& time, project_lookup projects, renderer render, const release::kinds& kinds,
            freeze_lookup freezes = {});

    /// Called at each of those moments, around the commit that holds them; for tests that kill.
    void at_moments(moment_hook hook) { moments_ = std::move(hook); }

    /// The release as it is now; errc::not_found names the id.
    task<result<state_pointer>> load(std::string id);
    /// Ids of all releases of a project, oldest first; "" = of all projects.
    task<result<std::vector<std::string>>> ids(std::string project);
    /// What is remembered of each of them, oldest first. Only what changed since the last time is replayed.
    task<result<std::vector<release::release_record>>> records(std::string project);
    /// The number of the next attempt under that stem ("core-1.4.0"), of which ids are made.
    task<result<int>> next_attempt(std::string stem);
    /// The release that holds the project's place, or nullopt.
    task<result<std::optional<std::string>>> live(std::string project);

    /// decide → commit. A version conflict (another click, another bot) reads again and decides again. errc::refused
    /// and errc::moved are answers of the rules; the refusal of a person is noted in the journal (R8.9) with who, what
    /// and which rule. The companions are committed in every case, also with a refusal. Store failures pass through:
    /// nothing was decided then.
    task<result<state_pointer>> ask(std::string id, release::command asked, release::actor who, std::string cause,
                                    companions with);

    /// Does this version know every step kind of its plan? Otherwise it judges nothing about it: what it does not know
    /// is part of what gates are asked for, so two versions would take the answers of each other for outdated (R11.5).
    /// `ask` fails with errc::unavailable then.
    result<> knows(const release::release_state& state) const;

    /// Begins a release. errc::exists with the live release's id in `code` when the project's place is taken (R1.1,
    /// R4.1); a rollback of that very release takes its place. Locks and freezes are judged inside the commit (R4.2).
    task<result<state_pointer>> begin(release::start wanted, release::actor who, std::string cause, companions with);

    /// Sends once more what of the release waits for people: a card that was removed while nobody listened is there
    /// again (a message that still stands is only edited into what it is). How many.
    task<result<std::size_t>> show_again(std::string id);

    /// What holds for the project as a whole: lock, declared freeze, queue.
    task<result<house_pointer>> load_project(std::string name);
    /// Like `ask`, for the project: the release that runs hears of it in the same commit (R4.3).
    task<result<house_pointer>> ask_project(std::string name, release::project_command asked, release::actor who,
                                            std::string cause, companions with);

private:
    /// What one commit does to one release.
    struct part {
        std::string id;
        state_pointer before;
        std::vector<release::event> events;
    };
    /// The same for a project.
    struct house_part {
        house_pointer before;
        std::vector<release::project_event> events;
    };
    struct decided {
        std::vector<part> releases;
        std::optional<house_part> house;
        std::string wakes_queue;  ///< project whose place is free now while others wait for it; "" = none
    };

    /// The newest event of a journal, as the hash chain has it: nobody can take it back unseen once it is shown (R8.8).
    struct chain_head {
        std::int64_t version = 0;
        std::string hash;
    };

    /// What Slack was told to show of a release at that version of its journal, under those settings.
    struct shown_state {
        std::int64_t version = 0;
        std::shared_ptr<const release::project_settings> project;
        std::shared_ptr<const rendering> what;
    };
    struct kept_record {
        std::int64_t version = 0;
        release::release_record what;
    };

    /// What one commit leaves of one release.
    struct part_ending {
        chain_head head;
        shown_state shown;
    };

    task<result<>> commit(decided what, release::actor who, std::string cause, companions with, instant now);
    part_ending add_part(store::batch& changes, const part& each, const release::release_state& after,
                         std::string actor, std::string cause, instant now);
    /// What Slack shows of the state before, rendered again when it is not at hand.
    std::shared_ptr<const rendering> shown_before(const part& each, const std::string& head,
                                                  const std::shared_ptr<const release::project_settings>& project);
    task<result<bool>> belongs_to(std::string id, std::string project);
    /// Is the event of that version, the newest that was read of the release, still the same?
    task<result<bool>> is_what_was_read(std::string id, std::int64_t version);
    /// A commit found something else than was read, and reading on finds nothing new: is it so from the beginning?
    task<result<bool>> reads_otherwise(std::vector<std::pair<std::string, std::int64_t>> releases, std::string project,
                                       std::int64_t house);
    /// Whatever is known of the release is read again when it is needed.
    void forget(const std::string& id);
    /// The newest state there is of it.
    state_pointer keep(const std::string& id, release::release_state after);
    /// Freeze and resources at this moment.
    task<result<release::circumstances>> around(release::release_state state, house_pointer house, instant now);
    /// What follows elsewhere from these events of a release: the end of a rollback ends the release it takes back,
    /// and locks the project (R4.8).
    task<result<>> add_consequences(decided& all, instant now);
    void add_watches(store::batch& changes, const release::release_state& before, const release::release_state& after,
                     instant now) const;
    void add_work(store::batch& changes, const release::release_state& before, const release::release_state& after,
                  const std::vector<release::event>& events, instant now) const;

    store::store& memory_;
    timers& time_;
    project_lookup projects_;
    renderer render_;
    const release::kinds& kinds_;
    freeze_lookup freezes_;
    moment_hook moments_;
    /// A state of a whole checklist is large, and most releases wait: the others are replayed when they are needed.
    at_hand<state_pointer> states_{64};
    at_hand<shown_state> shown_{8};
    std::map<std::string, chain_head> heads_;
    std::map<std::string, kept_record> records_;
    std::map<std::string, std::string> projects_of_;  ///< release id → project, where the id alone does not tell
    std::map<std::string, house_pointer> houses_;
};

/// The kinds of work rows the journal writes. A bot leases only those that it knows, so that versions can be mixed
/// (R11.5): what a step does is named in the kind of its row. A step kind whose meaning changes gets a new name; a
/// running release keeps the one that its frozen plan says.
namespace work {
inline constexpr const char* step = "step";          ///< of a version before; now "step/" and the kind of the step
inline constexpr const char* tick = "tick";          ///< {release}: something may have expired
inline constexpr const char* watch = "watch";        ///< {release, step}: does what the items show still hold?
inline constexpr const char* drift = "drift";        ///< {release}: are the pins still where they were?
inline constexpr const char* resource = "resource";  ///< {release, step}: is what it waits for free?
inline constexpr const char* queue = "queue";        ///< {project}: may the next one begin?

/// {release, step, attempt, what: look|perform|item, item, key}
std::string step_of(std::string_view step_kind);
bool is_step(std::string_view kind) noexcept;
/// All of the above, with the step kinds of this version.
template <class Kinds>
std::vector<std::string> known_to(const Kinds& kinds) {
    std::vector<std::string> all{step, tick, watch, drift, resource, queue};
    all.reserve(all.size() + kinds.size());
    for (const auto& [name, kind] : kinds) all.push_back(step_of(name));
    return all;
}
}  // namespace work

std::string stream_of(const std::string& release_id);
/// The claim a release of the project holds while it lives.
std::string claim_of(const std::string& project);

/// How long until the outside world is read again without being asked: the project's drift poll, a minute without one.
milliseconds poll_of(const release::project_settings* project);

}  // namespace slipway::conductor

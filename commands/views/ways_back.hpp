// What people see of the ways back, of locks and of freezes.
#pragma once

#include <string>
#include <vector>

#include "commands/release/project_state.hpp"
#include "commands/release/records.hpp"
#include "commands/views/parts.hpp"

namespace slipway::views {

/// A migration between two versions, judged.
struct judged_migration {
    release::loaded_migration what;
    bool harmless = false;
    std::string why;
};

/// From where to where, what lies in between and whether it can be undone; `button` begins it (R6.6).
rendered rollback_card(const release::rollback_choice& choice, const std::vector<judged_migration>& migrations,
                       const release::project_settings& project, const std::optional<slack::element>& button);
/// The same as plain sentences, for the card of the gate.
std::vector<std::string> rollback_lines(const release::rollback_choice& choice,
                                        const std::vector<judged_migration>& migrations);

/// The lock, a declared freeze and the queue; "" = nothing holds.
markup house_words(const release::project_state& house, const names& people, instant now);

/// One line of the calendar, as it is open in the next days.
struct calendar_line {
    instant from{}, until{};
    bool allow = false;
    std::string reason;
};
rendered calendar_reply(const release::project_state& house, const std::optional<release::freeze_now>& open,
                        const std::vector<calendar_line>& coming, const names& people, instant now);

/// What production says it runs, beside what was recorded.
struct observed_version {
    std::string observed;  ///< what the page said: text from outside
    std::string recorded;
    bool matches = true;
    instant since{};  ///< it says so
};
/// One line; red when they differ (R1.10).
markup observed_words(const observed_version& seen);
/// For the project's channel, when they differ and when they agree again.
rendered observed_notice(const observed_version& seen, const release::project_settings& project);

/// What already happened and what can undo it (R6.2); empty when nothing did.
markup compensation_words(const release::release_state& state, const names& people);

/// For the thread of the release that runs: the project was locked under it.
rendered lock_notice(const release::release_state& state, const names& people);
/// For whoever had a lock that somebody took over by force (R4.4).
rendered stolen_notice(const release::lock_state& now, const release::project_settings& project);

}  // namespace slipway::views

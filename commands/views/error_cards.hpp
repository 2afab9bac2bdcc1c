// Errors after a deploy: one alert in the channel, edited in place, and a card for each group in its thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "commands/errors/suspects.hpp"
#include "commands/views/parts.hpp"

namespace slipway::views {

/// One group of errors, as the watch found it and, once there is an issue, as the issue step left it.
struct error_report {
    std::string hash;
    untrusted title;
    std::string what;  ///< "new", "regressed", "louder"
    std::uint64_t before = 0, after = 0;
    std::string why;                        ///< the verdict's sentence with the numbers
    std::int64_t issue = 0;                 ///< iid; 0 = none yet
    std::string url;                        ///< of the issue
    std::string how;                        ///< "created", "reopened", "open already"
    std::string assignee, assignee_slack;   ///< GitLab user name and Slack id; "" = nobody, not known
    std::string because;                    ///< why this person, or why nobody
    std::int64_t turn = 0;                  ///< how many said that it is not theirs
    bool taken = false;                     ///< somebody pressed "Take it"
    bool umbrella = false;                  ///< not one group but the rest of them
    std::uint64_t groups = 1;               ///< how many it stands for
    std::vector<errors::suspect> suspects;  ///< name, user name, confidence, reasons; most likely first
};

/// The issues of the error_issues step; before it has run, what the watch found (facts.error_groups). Unknown members
/// are ignored, missing ones keep their default.
std::vector<error_report> errors_of(const release::release_state& state);

/// The alert: how many groups, each in one line. Mentions nobody.
rendered error_alert(const release::release_state& state, const std::vector<error_report>& all, const names& people,
                     std::vector<release::button>& shown);

/// One group: counts before and after, suspects with reasons, issue, who has it.
/// Its buttons are the choices of its item, which work also after the end of the release.
rendered error_card(const release::release_state& state, const error_report& about, const names& people,
                    std::vector<release::button>& shown);

struct error_call {
    std::string key;  ///< the same for the same person, whatever is added to what they are asked
    rendered message;
};
/// Asks whoever has a group now, and mentions them: an edited card calls nobody. Everybody is called once for all that
/// is theirs, and once for each group that somebody else passed on to them; who took one is not called for it.
std::vector<error_call> error_calls(const std::vector<error_report>& all);

/// How many groups get a card of their own; the alert counts the rest.
inline constexpr std::size_t most_error_cards = 10;

/// `/release errors`: what was measured, look by look, and the groups, for one person.
rendered errors_reply(const release::release_state& state, const names& people);

}  // namespace slipway::views

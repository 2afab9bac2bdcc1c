// What several views share: words for states, small phrases, and the buttons a view has shown. Not for other rooms.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/release/rules.hpp"
#include "commands/views/names.hpp"
#include "integrations/slack/blocks/message.hpp"

namespace slipway::views {

using slack::rendered;
using slack::say;

/// Makes buttons, and remembers the action row that stands behind each.
class button_row {
public:
    explicit button_row(std::vector<release::button>& shown) : shown_{shown} {}
    /// `pressed` says what the click means; its id is the button's value (R8.4). What is read out names the item or the
    /// step too: "Merge" alone stands on many buttons of one card (R7.15).
    slack::button make(const release::button& pressed, std::string label,
                       slack::button_style style = slack::button_style::plain);

private:
    std::vector<release::button>& shown_;
};

/// "✅ done", "❌ failed": a sign and always the word (colour and sign alone say nothing to a screen reader).
markup status_mark(release::step_status status);
/// "P2 Check each merge request and merge it", shortened to `most` characters.
markup step_name(const release::step_rule& rule, std::size_t most = 90);
/// The commit's first 10 digits, as a link when the project's address is known.
markup commit_link(const release::release_state& state, std::string_view commit);
/// "release-manager: Ana" / "2 more from dba (Bo, Chi)": who still can, one line a role.
markup seats_text(const release::release_state& state, const release::gate_state& gate, const names& people);
/// "Bo, Chi or Dee"; at most five, then "and 3 others".
markup list_of_people(const std::vector<std::string>& users, const names& people);
/// Their Slack ids, in order.
std::vector<std::string> users_of(const std::vector<release::person_id>& people);
/// Fills {version}, {milestone}, {milestone_url} … of a text from the checklist; addresses become links.
markup filled(std::string_view text, const release::release_state& state);
/// The first line of `text`, at most `most` characters, escaped.
markup brief(std::string_view text, std::size_t most);
/// "It cannot be undone." / "It can be undone." / "It changes nothing outside."
markup reversibility(release::side_effect effect);
/// "Demo shop 1.4.0"
std::string release_name(const release::release_state& state, const release::project_settings& project);

}  // namespace slipway::views

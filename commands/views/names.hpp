// People in messages: by name where the project knows them, so that naming somebody does not call them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "commands/release/project.hpp"
#include "commands/release/state.hpp"
#include "integrations/slack/blocks/mrkdwn.hpp"

namespace slipway::views {

using slack::markup;

class names {
public:
    explicit names(const release::project_settings& project) : project_{project} {}

    /// "Ana": notifies nobody. Somebody whose name the project file does not tell is shown by their id: in a message,
    /// Slack knows no other way to name a person without calling them (R7.10).
    markup of(const release::person_id& who) const;
    markup of(const std::string& slack_user) const;
    /// The same as plain text, for headers and files.
    std::string plain(const std::string& slack_user) const;
    /// A sentence of the rules or of a step, escaped, with "@U1" turned into the name where it is known and `…` into
    /// code.
    markup sentence(std::string_view text) const;
    /// The same, ending in a full stop when it ends in no mark of its own.
    markup full_sentence(std::string_view text) const;
    /// Slack ids of those who may still fill a seat of the gate: not seated yet, and when it takes four eyes neither
    /// the requester nor an author of what it lets run.
    std::vector<std::string> who_can_fill(const release::release_state& state, const release::gate_state& gate,
                                          const std::string& role) const;
    /// Slack ids of those whom the gate asks by direct message: the members of its small roles, without those
    /// who may not answer. Does not depend on who has answered: a direct message that was sent is kept up to date.
    std::set<std::string> asked_directly(const release::release_state& state, const release::gate_state& gate) const;
    const release::project_settings& project() const noexcept { return project_; }

private:
    std::string with_names(std::string_view text) const;

    const release::project_settings& project_;
};

}  // namespace slipway::views

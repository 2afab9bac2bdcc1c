// Everything a person can do in Slack, from typed payload to decided command and answer.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "commands/slash/desk.hpp"
#include "commands/slash/verb.hpp"
#include "integrations/slack/payload.hpp"

namespace slipway::slash {

/// Handles one payload to its end: decides, commits, answers the person (R7.3). `inbox_id` is marked handled together
/// with the decision. Never fails: what went wrong is told to the person and logged.
task<> handle(desk& with, slack::payload what, std::string inbox_id);

/// Where an answer goes: through the response_url while it lives, else as an ephemeral message in the channel; without
/// a channel directly to the person.
void put_answer(conductor::companions& into, const slack::origin& to, const std::string& channel, const answer& said,
                const std::string& inbox_id);

/// What travels with a decision: the envelope is handled, and should the rules refuse, the person's answer is committed
/// together with the note of the refusal, with `next` as the button that goes on. `answered` becomes true when it was
/// put in.
conductor::companions answering(const slack::origin& to, const std::string& channel, const std::string& inbox_id,
                                project_pointer project, std::shared_ptr<bool> answered,
                                std::optional<slack::element> next = {});

/// What a person wrote or chose in the form of a button.
struct form_words {
    std::string reason, version;
    release::person_id person;       ///< somebody of the project, chosen from a list
    release::form_values answers{};  ///< to the form of a gate
};

/// What the acknowledgement of a submitted window says at once: response_action "errors" that marks each field whose
/// answer does not do (R2.12); nullopt = nothing. Pure. It goes by the schema that the window carried, which only saves
/// a person a round: before anything is stored, the rules judge again by the release's own plan.
std::optional<boost::json::object> answer_at_once(const slack::payload& what);
/// The same, and the options of the start window's menus and what is wrong in that window: all that an acknowledgement
/// can carry. From memory alone.
std::optional<boost::json::object> acknowledgement_of(const desk& with, const slack::payload& what);

/// The command behind a button, once its words are known; errc::invalid for a kind nobody knows.
result<release::command> command_of(const release::button& pressed, const form_words& words);

}  // namespace slipway::slash

// What people press and choose from: buttons, menus, and the question before a dangerous one.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "integrations/slack/blocks/mrkdwn.hpp"

namespace slipway::slack {

namespace json = boost::json;

/// Slack's own "are you sure?". Labels are cut to what Slack allows (title 100, text 300, buttons 30).
struct confirm_dialog {
    std::string title;
    markup text;
    std::string confirm;
    std::string deny = "Back";
    bool danger = false;
};

enum class button_style { plain, primary, danger };

struct button {
    std::string text;       ///< shown as it is, whoever wrote it; cut to 75 characters
    std::string action_id;  ///< "slipway.approve"; made unique inside its block
    std::string value;      ///< the opaque id of a server-side action; ≤ 2000 or std::logic_error
    button_style style = button_style::plain;
    std::optional<confirm_dialog> confirm;
    std::string url;       ///< set: a link that opens in the browser (http or https; anything else is left out)
    std::string spoken{};  ///< read out in place of `text`, where that alone does not say what it is about; cut to 75
};

struct option {
    std::string text;   ///< cut to 75
    std::string value;  ///< ≤ 75 or std::logic_error
    std::string description;
};

/// A menu of options; more than 100 become groups of 100.
struct choice {
    std::string action_id;
    std::string placeholder;
    std::vector<option> options;
    std::string initial;  ///< value of the option that is chosen already; "" for none
};

/// The "…" menu; with more than 5 options it becomes a choice.
struct more_menu {
    std::string action_id;
    std::vector<option> options;
};

/// A person of the workspace.
struct person_select {
    std::string action_id;
    std::string placeholder;
    std::string initial;  ///< "U…" or ""
};

using element = std::variant<button, choice, more_menu, person_select>;

json::object to_json(const element& shown);

/// {"type":"plain_text",…}, tidied, on one line and cut: text of others is literal there.
json::object plain_text(std::string_view text, std::size_t limit);
/// {"type":"mrkdwn",…,"verbatim":true}
json::object mrkdwn(const markup& text, std::size_t limit);
json::array options_of(const std::vector<option>& options);

}  // namespace slipway::slack

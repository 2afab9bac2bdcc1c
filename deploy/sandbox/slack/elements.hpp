// Interactive elements from the reader's side: finding one, and the state that a choice or an entry makes of it. Pure.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "integrations/base/result.hpp"

namespace slipway::sandbox::slack {

namespace json = boost::json;

struct found_element {
    std::string block_id;
    json::object element;
    const json::object* block = nullptr;  ///< of the searched array
    bool in_input = false;                ///< the element of an input block
};

/// The element with that action_id (and block_id and value, when given). errc::not_found, or errc::invalid when several
/// fit.
result<found_element> find_element(const json::array& blocks, const std::string& block_id, const std::string& action_id,
                                   const json::value& value);

/// Every element of the blocks, in order.
std::vector<found_element> all_elements(const json::array& blocks);

/// The element's state ("selected_option", "value" …) after `choice`: an option's value or whole option, a user id, a
/// date, text, a list of these; null clears. errc::invalid when the element has no such option.
result<json::object> state_after(const json::object& element, const json::value& choice);

/// The state before anybody touched it, from initial_option and friends; empty for elements without state.
json::object initial_state(const json::object& element);

/// Why an input block would not be submitted with that state: "" when it may.
std::string complaint_about(const json::object& block, const json::object& state);

}  // namespace slipway::sandbox::slack

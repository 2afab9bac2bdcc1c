#include "deploy/sandbox/slack/elements.hpp"

#include <algorithm>
#include <array>

#include "deploy/sandbox/slack/text_rules.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

/// How one kind of element keeps its state.
struct state_shape {
    std::string_view type;
    std::string_view field;    ///< of the state
    std::string_view initial;  ///< of the element
    bool many;
    bool by_option;  ///< the state holds whole options
};
constexpr std::array<state_shape, 21> shapes{{
    {"static_select", "selected_option", "initial_option", false, true},
    {"external_select", "selected_option", "initial_option", false, true},
    {"radio_buttons", "selected_option", "initial_option", false, true},
    {"overflow", "selected_option", "", false, true},
    {"multi_static_select", "selected_options", "initial_options", true, true},
    {"multi_external_select", "selected_options", "initial_options", true, true},
    {"checkboxes", "selected_options", "initial_options", true, true},
    {"users_select", "selected_user", "initial_user", false, false},
    {"multi_users_select", "selected_users", "initial_users", true, false},
    {"channels_select", "selected_channel", "initial_channel", false, false},
    {"multi_channels_select", "selected_channels", "initial_channels", true, false},
    {"conversations_select", "selected_conversation", "initial_conversation", false, false},
    {"multi_conversations_select", "selected_conversations", "initial_conversations", true, false},
    {"datepicker", "selected_date", "initial_date", false, false},
    {"timepicker", "selected_time", "initial_time", false, false},
    {"datetimepicker", "selected_date_time", "initial_date_time", false, false},
    {"plain_text_input", "value", "initial_value", false, false},
    {"number_input", "value", "initial_value", false, false},
    {"email_text_input", "value", "initial_value", false, false},
    {"url_text_input", "value", "initial_value", false, false},
    {"rich_text_input", "rich_text_value", "initial_value", false, false},
}};

const state_shape* shape_of(const json::object& element) {
    const auto found = std::ranges::find(shapes, text_at(element, "type"), &state_shape::type);
    return found == shapes.end() ? nullptr : &*found;
}

/// The option that `choice` (its value, or itself) names among the element's own; external menus take whole options.
result<json::value> option_for(const json::object& element, const json::value& choice) {
    const auto wanted = choice.is_object()   ? text_at(choice, "value")
                        : choice.is_string() ? std::string{choice.get_string()}
                                             : std::string{};
    json::array options = array_at(element, "options");
    for (const auto& group : array_at(element, "option_groups")) {
        for (const auto& each : array_at(group, "options")) options.push_back(each);
    }
    for (const auto& each : options) {
        if (text_at(each, "value") == wanted) return each;
    }
    const bool is_external = text_at(element, "type").find("external") != std::string::npos;
    if (is_external && choice.is_object()) return choice;
    return failure{errc::invalid, "the menu " + text_at(element, "action_id") + " has no option " + wanted};
}

bool is_empty(const json::value& value) {
    if (value.is_null()) return true;
    if (value.is_string()) return value.get_string().empty();
    return value.is_array() && value.get_array().empty();
}

}  // namespace

std::vector<found_element> all_elements(const json::array& blocks) {
    std::vector<found_element> all;
    for (const auto& value : blocks) {
        const auto* block = value.if_object();
        if (block == nullptr) continue;
        const auto id = text_at(*block, "block_id");
        const auto take = [&](const json::value* element, bool in_input) {
            if (element != nullptr && element->is_object() && !text_at(*element, "action_id").empty())
                all.push_back({id, element->get_object(), block, in_input});
        };
        take(block->if_contains("accessory"), false);
        take(block->if_contains("element"), true);
        for (const auto& each : array_at(*block, "elements")) take(&each, false);
    }
    return all;
}

result<found_element> find_element(const json::array& blocks, const std::string& block_id, const std::string& action_id,
                                   const json::value& value) {
    std::vector<found_element> fitting;
    for (auto& each : all_elements(blocks)) {
        const bool fits = (block_id.empty() || each.block_id == block_id) &&
                          (action_id.empty() || text_at(each.element, "action_id") == action_id) &&
                          (!value.is_string() || text_at(each.element, "value") == std::string{value.get_string()});
        if (fits) fitting.push_back(std::move(each));
    }
    if (fitting.empty())
        return failure{errc::not_found, "no element with action_id " + action_id +
                                            (block_id.empty() ? "" : " in the block " + block_id) + " stands there"};
    if (fitting.size() > 1)
        return failure{errc::invalid, std::to_string(fitting.size()) + " elements have the action_id " + action_id +
                                          ": name the block_id or the value too"};
    return std::move(fitting.front());
}

result<json::object> state_after(const json::object& element, const json::value& choice) {
    json::object state{{"type", text_at(element, "type")}};
    const auto* shape = shape_of(element);
    if (shape == nullptr) return state;
    if (is_empty(choice)) {
        state[shape->field] = shape->many ? json::value(json::array{}) : json::value(nullptr);
        return state;
    }
    if (!shape->by_option) {
        state[shape->field] = choice;
        return state;
    }
    if (!shape->many) {
        auto option = option_for(element, choice);
        if (!option) return option.error();
        state[shape->field] = std::move(*option);
        return state;
    }
    const json::array asked = choice.is_array() ? choice.get_array() : json::array{choice};
    json::array chosen;
    for (const auto& each : asked) {
        auto option = option_for(element, each);
        if (!option) return option.error();
        chosen.push_back(std::move(*option));
    }
    state[shape->field] = std::move(chosen);
    return state;
}

json::object initial_state(const json::object& element) {
    const auto* shape = shape_of(element);
    if (shape == nullptr || shape->initial.empty()) return {};
    json::object state{{"type", shape->type}};
    const auto* initial = element.if_contains(shape->initial);
    if (initial != nullptr) {
        state[shape->field] = *initial;
    } else {
        state[shape->field] = shape->many ? json::value(json::array{}) : json::value(nullptr);
    }
    return state;
}

std::string complaint_about(const json::object& block, const json::object& state) {
    const auto& element = object_at(block, "element");
    const auto* shape = shape_of(element);
    if (shape == nullptr) return {};
    const auto* value = state.if_contains(shape->field);
    if (value == nullptr || is_empty(*value))
        return flag_at(block, "optional") ? "" : "Please complete this required field.";
    if (!value->is_string()) return {};
    const auto length = length_of({value->get_string().data(), value->get_string().size()});
    const auto least = static_cast<std::size_t>(number_at(element, "min_length", 0));
    const auto most = static_cast<std::size_t>(number_at(element, "max_length", 3000));
    if (length < least) return "Please enter at least " + std::to_string(least) + " characters.";
    if (length > most) return "Please enter at most " + std::to_string(most) + " characters.";
    return {};
}

}  // namespace slipway::sandbox::slack

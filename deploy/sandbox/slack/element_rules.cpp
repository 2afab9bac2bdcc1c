#include "deploy/sandbox/slack/element_rules.hpp"

#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {

void problem_list::only(const json::object& object, const std::string& at,
                        std::initializer_list<std::string_view> known) {
    for (const auto& member : object) {
        const std::string_view name{member.key().data(), member.key().size()};
        if (std::ranges::find(known, name) == known.end())
            add("invalid additional property: " + std::string{name}, at + "/" + std::string{name});
    }
}

void problem_list::size(std::size_t length, const std::string& at, std::size_t least, std::size_t most) {
    if (length < least) add("must be more than " + std::to_string(least - 1) + " characters", at);
    if (length > most) add("must be less than " + std::to_string(most + 1) + " characters", at);
}

const json::array& problem_list::array(const json::value& value, const std::string& at, std::size_t least,
                                       std::size_t most) {
    static const json::array none;
    const auto* found = value.if_array();
    if (found == nullptr) {
        add("must be an array", at);
        return none;
    }
    if (found->size() < least) add("no less than " + std::to_string(least) + " items allowed", at);
    if (found->size() > most) add("no more than " + std::to_string(most) + " items allowed", at);
    return *found;
}

const json::array& problem_list::required_array(const json::object& in, std::string_view name, const std::string& at,
                                                std::size_t least, std::size_t most) {
    static const json::array none;
    const auto* found = in.if_contains(name);
    if (found != nullptr) return array(*found, at + "/" + std::string{name}, least, most);
    add("missing required field: " + std::string{name}, at);
    return none;
}

void problem_list::required_string(const json::object& in, std::string_view name, const std::string& at,
                                   std::size_t least, std::size_t most) {
    const auto here = at + "/" + std::string{name};
    const auto* found = in.if_contains(name);
    if (found == nullptr) return add("missing required field: " + std::string{name}, at);
    if (!found->is_string()) return add("must be a string", here);
    size(length_of({found->get_string().data(), found->get_string().size()}), here, least, most);
}

void problem_list::required_text(const json::object& in, std::string_view name, const std::string& at, text_kind kind,
                                 std::size_t most) {
    const auto* found = in.if_contains(name);
    if (found == nullptr) return add("missing required field: " + std::string{name}, at);
    check_text(*this, *found, at + "/" + std::string{name}, kind, most);
}

void check_text(problem_list& list, const json::value& value, const std::string& at, text_kind kind, std::size_t most) {
    const auto* object = value.if_object();
    if (object == nullptr) return list.add("must be an object", at);
    const auto type = text_at(*object, "type");
    if (type != "plain_text" && (kind == text_kind::plain || type != "mrkdwn"))
        return list.add(kind == text_kind::plain ? "must be plain_text" : "must be plain_text or mrkdwn", at + "/type");
    if (type == "mrkdwn") list.only(*object, at, {"type", "text", "verbatim"});
    if (type == "plain_text") list.only(*object, at, {"type", "text", "emoji"});
    list.required_string(*object, "text", at, 1, most);
}

namespace {

void check_confirm(problem_list& list, const json::value& value, const std::string& at) {
    const auto* confirm = value.if_object();
    if (confirm == nullptr) return list.add("must be an object", at);
    list.only(*confirm, at, {"title", "text", "confirm", "deny", "style"});
    list.required_text(*confirm, "title", at, text_kind::plain, 100);
    list.required_text(*confirm, "text", at, text_kind::any, 300);
    list.required_text(*confirm, "confirm", at, text_kind::plain, 30);
    list.required_text(*confirm, "deny", at, text_kind::plain, 30);
}

void check_options(problem_list& list, const json::array& options, const std::string& at) {
    for (std::size_t i = 0; i < options.size(); ++i) {
        const auto here = at + "/" + std::to_string(i);
        const auto* option = options[i].if_object();
        if (option == nullptr) {
            list.add("must be an object", here);
            continue;
        }
        list.only(*option, here, {"text", "value", "description", "url"});
        list.required_text(*option, "text", here, text_kind::any, 75);
        list.required_string(*option, "value", here, 1, 150);
        if (const auto* words = option->if_contains("description"))
            check_text(list, *words, here + "/description", text_kind::any, 75);
    }
}

void check_button(problem_list& list, const json::object& button, const std::string& at) {
    list.only(button, at, {"type", "action_id", "text", "value", "url", "style", "confirm", "accessibility_label"});
    list.required_text(button, "text", at, text_kind::plain, 75);
    if (button.contains("value")) list.required_string(button, "value", at, 0, 2000);
    if (button.contains("url")) list.required_string(button, "url", at, 1, 3000);
    if (button.contains("accessibility_label")) list.required_string(button, "accessibility_label", at, 1, 75);
    const auto style = text_at(button, "style");
    if (button.contains("style") && style != "primary" && style != "danger")
        list.add("must be one of: primary, danger", at + "/style");
}

void check_menu(problem_list& list, const json::object& menu, const std::string& at) {
    list.only(menu, at,
              {"type",
               "action_id",
               "placeholder",
               "options",
               "option_groups",
               "initial_option",
               "initial_options",
               "initial_user",
               "initial_users",
               "initial_channel",
               "initial_channels",
               "initial_conversation",
               "initial_conversations",
               "confirm",
               "focus_on_load",
               "min_query_length",
               "max_selected_items",
               "filter",
               "response_url_enabled",
               "default_to_current_conversation"});
    if (const auto* words = menu.if_contains("placeholder"))
        check_text(list, *words, at + "/placeholder", text_kind::plain, 150);
    if (text_at(menu, "type").find("static_select") == std::string::npos) return;
    if (const auto* groups = menu.if_contains("option_groups")) {
        const auto& all = list.array(*groups, at + "/option_groups", 1, 100);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto here = at + "/option_groups/" + std::to_string(i);
            check_options(list, array_at(all[i], "options"), here + "/options");
        }
        return;
    }
    check_options(list, list.required_array(menu, "options", at, 1, 100), at + "/options");
}

void check_choices(problem_list& list, const json::object& element, const std::string& at) {
    const bool overflow = text_at(element, "type") == "overflow";
    list.only(element, at,
              {"type", "action_id", "options", "initial_option", "initial_options", "confirm", "focus_on_load"});
    check_options(list, list.required_array(element, "options", at, 1, overflow ? 5 : 10), at + "/options");
}

void check_typed(problem_list& list, const json::object& element, const std::string& at) {
    list.only(element, at,
              {"type", "action_id", "placeholder", "initial_value", "multiline", "min_length", "max_length",
               "dispatch_action_config", "focus_on_load", "is_decimal_allowed", "min_value", "max_value"});
    if (const auto* words = element.if_contains("placeholder"))
        check_text(list, *words, at + "/placeholder", text_kind::plain, 150);
    if (number_at(element, "min_length") > 3000) list.add("must be less than 3001", at + "/min_length");
    if (number_at(element, "max_length") > 3000) list.add("must be less than 3001", at + "/max_length");
}

void check_picture(problem_list& list, const json::object& element, const std::string& at) {
    list.only(element, at, {"type", "image_url", "slack_file", "alt_text"});
    list.required_string(element, "alt_text", at, 1, 2000);
    if (!element.contains("slack_file")) list.required_string(element, "image_url", at, 1, 3000);
}

void check_moment(problem_list& list, const json::object& element, const std::string& at) {
    list.only(element, at,
              {"type", "action_id", "placeholder", "initial_date", "initial_time", "initial_date_time", "confirm",
               "focus_on_load", "timezone"});
}

struct element_rule {
    std::string_view type;
    void (*check)(problem_list&, const json::object&, const std::string&);
    std::string_view places;  ///< a = accessory, x = actions, i = input, c = context
};
constexpr std::array<element_rule, 23> element_rules{{{"button", check_button, "ax"},
                                                      {"overflow", check_choices, "ax"},
                                                      {"image", check_picture, "ac"},
                                                      {"static_select", check_menu, "axi"},
                                                      {"external_select", check_menu, "axi"},
                                                      {"users_select", check_menu, "axi"},
                                                      {"conversations_select", check_menu, "axi"},
                                                      {"channels_select", check_menu, "axi"},
                                                      {"multi_static_select", check_menu, "ai"},
                                                      {"multi_external_select", check_menu, "ai"},
                                                      {"multi_users_select", check_menu, "ai"},
                                                      {"multi_conversations_select", check_menu, "ai"},
                                                      {"multi_channels_select", check_menu, "ai"},
                                                      {"checkboxes", check_choices, "axi"},
                                                      {"radio_buttons", check_choices, "axi"},
                                                      {"datepicker", check_moment, "axi"},
                                                      {"timepicker", check_moment, "axi"},
                                                      {"datetimepicker", check_moment, "xi"},
                                                      {"plain_text_input", check_typed, "i"},
                                                      {"number_input", check_typed, "i"},
                                                      {"email_text_input", check_typed, "i"},
                                                      {"url_text_input", check_typed, "i"},
                                                      {"rich_text_input", check_typed, "i"}}};

char letter_of(placement where) {
    switch (where) {
        case placement::accessory:
            return 'a';
        case placement::actions:
            return 'x';
        case placement::input:
            return 'i';
        case placement::context:
            return 'c';
    }
    return '?';
}

}  // namespace

void check_element(problem_list& list, const json::value& value, const std::string& at, placement where) {
    const auto* element = value.if_object();
    if (element == nullptr) return list.add("must be an object", at);
    const auto type = text_at(*element, "type");
    const auto rule = std::ranges::find(element_rules, type, &element_rule::type);
    if (rule == element_rules.end() || rule->places.find(letter_of(where)) == std::string_view::npos)
        return list.add("unsupported type: " + (type.empty() ? "(none)" : type), at + "/type");
    if (element->contains("action_id")) list.required_string(*element, "action_id", at, 1, 255);
    if (const auto* confirm = element->if_contains("confirm")) check_confirm(list, *confirm, at + "/confirm");
    rule->check(list, *element, at);
}

}  // namespace slipway::sandbox::slack

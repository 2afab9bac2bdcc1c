#include "integrations/slack/blocks/elements.hpp"

#include <stdexcept>

#include "integrations/slack/blocks/limits.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::slack {
namespace {

void must_fit(std::string_view what, std::string_view text, std::size_t limit) {
    if (length_of(text) > limit)
        throw std::logic_error{std::string{what} + " longer than " + std::to_string(limit) + " characters"};
}

json::object confirm_json(const confirm_dialog& dialog) {
    json::object made;
    made["title"] = plain_text(dialog.title, limit::confirm_title);
    made["text"] = mrkdwn(dialog.text, limit::confirm_text);
    made["confirm"] = plain_text(dialog.confirm, limit::confirm_button);
    made["deny"] = plain_text(dialog.deny, limit::confirm_button);
    if (dialog.danger) made["style"] = "danger";
    return made;
}

bool opens_in_browser(std::string_view url) {
    return (url.starts_with("https://") || url.starts_with("http://")) && url.size() <= limit::url;
}

json::object one_option(const option& each) {
    must_fit("option value", each.value, limit::option_value);
    json::object made;
    made["text"] = plain_text(each.text, limit::option_text);
    made["value"] = each.value;
    if (!each.description.empty()) made["description"] = plain_text(each.description, limit::option_text);
    return made;
}

json::object shown(const button& given) {
    must_fit("button value", given.value, limit::button_value);
    must_fit("action_id", given.action_id, limit::id);
    json::object made;
    made["type"] = "button";
    made["text"] = plain_text(given.text, limit::button_text);
    made["action_id"] = given.action_id;
    if (!given.value.empty()) made["value"] = given.value;
    if (given.style == button_style::primary) made["style"] = "primary";
    if (given.style == button_style::danger) made["style"] = "danger";
    if (given.confirm) made["confirm"] = confirm_json(*given.confirm);
    if (opens_in_browser(given.url)) made["url"] = given.url;
    if (!given.spoken.empty()) made["accessibility_label"] = cut(one_line(given.spoken), limit::button_text);
    return made;
}

json::object shown(const choice& given) {
    json::object made;
    made["type"] = "static_select";
    made["action_id"] = given.action_id;
    made["placeholder"] = plain_text(given.placeholder, limit::placeholder);
    for (const auto& each : given.options)
        if (!given.initial.empty() && each.value == given.initial) made["initial_option"] = one_option(each);
    if (given.options.size() <= limit::options) {
        made["options"] = options_of(given.options);
        return made;
    }
    json::array groups;
    for (std::size_t from = 0; from < given.options.size(); from += limit::options) {
        const auto to = std::min(from + limit::options, given.options.size());
        json::object group;
        group["label"] = plain_text(std::to_string(from + 1) + " to " + std::to_string(to), limit::option_text);
        group["options"] = options_of({given.options.begin() + static_cast<std::ptrdiff_t>(from),
                                       given.options.begin() + static_cast<std::ptrdiff_t>(to)});
        groups.push_back(std::move(group));
    }
    made["option_groups"] = std::move(groups);
    return made;
}

json::object shown(const more_menu& given) {
    if (given.options.size() > limit::overflow_options)
        return shown(choice{given.action_id, "More", given.options, {}});
    json::object made;
    made["type"] = "overflow";
    made["action_id"] = given.action_id;
    made["options"] = options_of(given.options);
    return made;
}

json::object shown(const person_select& given) {
    json::object made;
    made["type"] = "users_select";
    made["action_id"] = given.action_id;
    made["placeholder"] = plain_text(given.placeholder, limit::placeholder);
    if (!given.initial.empty()) made["initial_user"] = given.initial;
    return made;
}

}  // namespace

json::object plain_text(std::string_view text, std::size_t limit) {
    const auto line = one_line(text);
    json::object made;
    made["type"] = "plain_text";
    made["text"] = line.empty() ? std::string{"–"} : cut(line, limit);
    made["emoji"] = false;
    return made;
}

json::object mrkdwn(const markup& text, std::size_t limit) {
    json::object made;
    made["type"] = "mrkdwn";
    made["text"] = text.empty() ? std::string{"–"} : cut(text, limit).text();
    made["verbatim"] = true;
    return made;
}

json::array options_of(const std::vector<option>& options) {
    json::array made;
    for (const auto& each : options) made.push_back(one_option(each));
    return made;
}

json::object to_json(const element& given) {
    return std::visit([](const auto& each) { return shown(each); }, given);
}

}  // namespace slipway::slack

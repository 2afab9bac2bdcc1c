#include "integrations/slack/blocks/limits.hpp"

#include <set>

#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::slack {
namespace {

/// Collects what is wrong, with the place.
class judge {
public:
    std::vector<std::string> take() && { return std::move(found_); }

    void say(const std::string& where, const std::string& what) { found_.push_back(where + ": " + what); }

    void text(const std::string& where, const json::value* value, std::size_t most, std::size_t least = 1) {
        const auto* string = value != nullptr ? value->if_string() : nullptr;
        if (string == nullptr) return say(where, "is missing");
        const std::string_view shown{string->data(), string->size()};
        const auto length = length_of(shown);
        if (length > most) say(where, std::to_string(length) + " characters, allowed " + std::to_string(most));
        if (length < least) say(where, "is empty");
        if (tidy(shown).size() < shown.size()) say(where, "holds control characters or broken UTF-8");
    }

    void text_object(const std::string& where, const json::value* value, std::size_t most, bool plain_only = false) {
        const auto* object = value != nullptr ? value->if_object() : nullptr;
        if (object == nullptr) return say(where, "is missing");
        const auto type = text_at(*object, "type");
        if (type != "plain_text" && (plain_only || type != "mrkdwn")) say(where, "has type '" + type + "'");
        if (type == "mrkdwn" && !flag_at(*object, "verbatim")) say(where, "is mrkdwn without verbatim");
        text(where, object->if_contains("text"), most);
        if (type == "mrkdwn") balanced(where, text_at(*object, "text"));
    }

    /// Every "<" opens something that is closed.
    void balanced(const std::string& where, std::string_view shown) {
        for (auto open = shown.find('<'); open != std::string_view::npos; open = shown.find('<', open + 1)) {
            const auto close = shown.find('>', open);
            const auto again = shown.find('<', open + 1);
            if (close == std::string_view::npos || again < close) return say(where, "a '<' is not closed");
        }
    }

    void options(const std::string& where, const json::array& all, std::size_t most) {
        if (all.empty() || all.size() > most) say(where, std::to_string(all.size()) + " options");
        for (const auto& each : all) {
            text_object(where + ".text", at_path(each, "text"), limit::option_text, /*plain_only=*/true);
            text(where + ".value", at_path(each, "value"), limit::option_value);
        }
    }

    void element(const std::string& where, const json::value& shown) {
        const auto type = text_at(shown, "type");
        text(where + ".action_id", at_path(shown, "action_id"), limit::id);
        if (type == "button") {
            text_object(where + ".text", at_path(shown, "text"), limit::button_text, /*plain_only=*/true);
            if (at_path(shown, "value") != nullptr)
                text(where + ".value", at_path(shown, "value"), limit::button_value);
            if (at_path(shown, "url") != nullptr) text(where + ".url", at_path(shown, "url"), limit::url);
            if (const auto* spoken = at_path(shown, "accessibility_label"))
                text(where + ".accessibility_label", spoken, limit::button_text);
        } else if (type == "static_select") {
            if (at_path(shown, "option_groups") == nullptr) options(where, array_at(shown, "options"), limit::options);
            for (const auto& group : array_at(shown, "option_groups"))
                options(where, array_at(group, "options"), limit::options);
            if (array_at(shown, "option_groups").size() > limit::options) say(where, "too many option groups");
        } else if (type == "overflow") {
            options(where, array_at(shown, "options"), limit::overflow_options);
        } else if (type == "checkboxes") {
            options(where, array_at(shown, "options"), limit::boxes);
        } else if (type == "external_select") {
            text_object(where + ".placeholder", at_path(shown, "placeholder"), limit::placeholder,
                        /*plain_only=*/true);
            if (const auto* chosen = at_path(shown, "initial_option")) options(where, {*chosen}, 1);
        } else if (type != "users_select" && type != "plain_text_input" && type != "number_input") {
            say(where, "unknown element '" + type + "'");
        }
        if (const auto* confirm = at_path(shown, "confirm")) {
            text_object(where + ".confirm.title", at_path(*confirm, "title"), limit::confirm_title,
                        /*plain_only=*/true);
            text_object(where + ".confirm.text", at_path(*confirm, "text"), limit::confirm_text);
            text_object(where + ".confirm.confirm", at_path(*confirm, "confirm"), limit::confirm_button, true);
            text_object(where + ".confirm.deny", at_path(*confirm, "deny"), limit::confirm_button, true);
        }
    }

    void elements(const std::string& where, const json::array& all) {
        std::set<std::string> ids;
        if (all.empty() || all.size() > limit::action_elements) say(where, std::to_string(all.size()) + " elements");
        for (const auto& each : all) {
            element(where, each);
            if (!ids.insert(text_at(each, "action_id")).second) say(where, "two elements with one action_id");
        }
    }

    void section(const std::string& where, const json::value& shown) {
        const auto& fields = array_at(shown, "fields");
        if (fields.size() > limit::fields) say(where, std::to_string(fields.size()) + " fields");
        for (const auto& each : fields) text_object(where + ".fields", &each, limit::field);
        if (fields.empty() || at_path(shown, "text") != nullptr)
            text_object(where + ".text", at_path(shown, "text"), limit::text);
        if (const auto* accessory = at_path(shown, "accessory")) element(where + ".accessory", *accessory);
    }

    void rich_text(const std::string& where, const json::value& shown) {
        for (const auto& outer : array_at(shown, "elements"))
            for (const auto& inner : array_at(outer, "elements"))
                if (text_at(inner, "type") == "text") text(where, at_path(inner, "text"), limit::text);
    }

    void block(const std::string& where, const json::value& shown) {
        const auto type = text_at(shown, "type");
        if (type == "section") {
            section(where, shown);
        } else if (type == "header") {
            text_object(where, at_path(shown, "text"), limit::header, /*plain_only=*/true);
        } else if (type == "context") {
            const auto& all = array_at(shown, "elements");
            if (all.empty() || all.size() > limit::context_elements)
                say(where, std::to_string(all.size()) + " elements");
            for (const auto& each : all) text_object(where, &each, limit::text);
        } else if (type == "actions") {
            elements(where, array_at(shown, "elements"));
        } else if (type == "input") {
            text_object(where + ".label", at_path(shown, "label"), limit::label, /*plain_only=*/true);
            text(where + ".block_id", at_path(shown, "block_id"), limit::id);
            if (const auto* inner = at_path(shown, "element")) element(where, *inner);
        } else if (type == "rich_text") {
            rich_text(where, shown);
        } else if (type != "divider") {
            say(where, "unknown block '" + type + "'");
        }
    }

private:
    std::vector<std::string> found_;
};

void find_mentions(const json::value& value, std::vector<std::string>& found);

void mentions_in_text(std::string_view text, std::vector<std::string>& found) {
    for (auto open = text.find('<'); open != std::string_view::npos; open = text.find('<', open + 1)) {
        const auto token = text.substr(open + 1, text.find('>', open) - open - 1);
        const bool date = token.starts_with("!date");
        if (!token.empty() && !date && (token[0] == '@' || token[0] == '#' || token[0] == '!'))
            found.emplace_back(token);
    }
}

void mentions_in_object(const json::object& object, std::vector<std::string>& found) {
    const auto type = text_at(object, "type");
    if ((type == "user" || type == "usergroup" || type == "broadcast" || type == "channel") &&
        object.if_contains("elements") == nullptr && object.if_contains("text") == nullptr)
        found.push_back(json::serialize(object));
    const bool is_message = type.empty() || type == "message";
    for (const auto& [key, each] : object) {
        if (key == "text" && each.is_string() && (type == "mrkdwn" || is_message))
            mentions_in_text(text_at(object, "text"), found);
        else
            find_mentions(each, found);
    }
}

void find_mentions(const json::value& value, std::vector<std::string>& found) {
    if (const auto* object = value.if_object()) return mentions_in_object(*object, found);
    for (const auto& each : array_at(value, "")) find_mentions(each, found);
}

}  // namespace

std::size_t characters_in(const json::value& value) {
    std::size_t total = 0;
    if (const auto* object = value.if_object()) {
        for (const auto& [key, each] : *object) {
            const bool shown = key == "text" && each.is_string();
            total += shown ? length_of(text_at(*object, "text")) : characters_in(each);
        }
    } else if (const auto* array = value.if_array()) {
        for (const auto& each : *array) total += characters_in(each);
    }
    return total;
}

std::vector<std::string> check_limits(const json::object& given) {
    judge all;
    const bool view = text_at(given, "type") == "modal" || text_at(given, "type") == "home";
    const auto& blocks = array_at(given, "blocks");
    if (blocks.size() > (view ? limit::view_blocks : limit::message_blocks))
        all.say("blocks", std::to_string(blocks.size()) + " blocks");
    for (std::size_t i = 0; i < blocks.size(); ++i) all.block("blocks/" + std::to_string(i), blocks[i]);
    if (view) {
        if (json::serialize(given).size() > limit::view_bytes) all.say("view", "more than 250 KB");
        for (const auto* part : {"title", "submit", "close"})
            if (const auto* text = given.if_contains(part)) all.text_object(part, text, limit::view_title, true);
    } else {
        all.text("text", given.if_contains("text"), limit::fallback);
        all.balanced("text", text_at(given, "text"));
        if (characters_in(given.contains("blocks") ? given.at("blocks") : json::value{}) > limit::message_characters)
            all.say("blocks", "more than 10 000 characters together");
    }
    return std::move(all).take();
}

std::vector<std::string> mentions_in(const json::value& given) {
    std::vector<std::string> found;
    find_mentions(given, found);
    return found;
}

}  // namespace slipway::slack

#include "commands/release/read_form.hpp"

#include <algorithm>
#include <set>

#include "commands/release/pattern.hpp"
#include "commands/release/setting_checks.hpp"

namespace slipway::release {
namespace {

void check_length(const yaml_value& at, const std::string& text, std::size_t most) {
    if (text.size() > most)
        at.problem("`" + at.path() + "` is longer than " + std::to_string(most) + " characters, which no window shows");
}

void read_options(const yaml_value& at, form_field& field) {
    const auto list = at.at("options");
    if (field.type != field_type::choice) {
        if (list) list.problem("only a field of type choice has `options`");
        return;
    }
    field.options = list.texts();
    if (field.options.empty())
        return (list ? list : at).problem("a choice needs `options`: the answers people choose from");
    if (field.options.size() > form_limit::options)
        list.problem("a menu holds at most " + std::to_string(form_limit::options) + " options");
    std::set<std::string> seen;
    for (const auto& each : field.options) {
        check_length(list, each, form_limit::option);
        const bool blank = each.empty() || each.front() == ' ' || each.back() == ' ';
        if (blank) list.problem("an option is empty, or has blanks around it");
        if (!seen.insert(each).second) list.problem("the option `" + each + "` stands twice");
    }
}

void read_limits(const yaml_value& at, form_field& field) {
    const bool measured = field.type == field_type::text || field.type == field_type::number;
    const bool is_text = field.type == field_type::text;
    for (const auto* key : {"min", "max"}) {
        const auto limit = at.at(key);
        if (!limit) continue;
        if (!measured) limit.problem(std::string{"only a text (its length) or a number has `"} + key + "`");
        constexpr std::int64_t far = 1'000'000'000'000;
        const auto value = limit.number(0, is_text ? 0 : -far, is_text ? form_limit::text : far);
        (key == std::string_view{"min"} ? field.least : field.most) = value;
    }
    if (field.least && field.most && *field.least > *field.most)
        at.at("min").problem("`min` is more than `max`; no answer would do");
}

void read_pattern(const yaml_value& at, form_field& field) {
    const auto pattern = at.at("pattern");
    if (!pattern) return;
    field.pattern = pattern.text();
    if (field.type != field_type::text) return pattern.problem("only a text has a `pattern`");
    const auto good = check_pattern(field.pattern);
    if (!good) pattern.problem("this pattern cannot be used: " + good.error().sentence());
}

form_field read_field(const yaml_value& at) {
    at.only({"id", "label", "type", "required", "pattern", "options", "min", "max", "hint"});
    form_field field;
    field.id = at.required("id").name();
    if (!field.id.empty() && !checks::is_identifier(field.id))
        at.at("id").problem("`" + field.id + "` is no id: use lower-case letters, digits and dashes");
    field.label = at.required("label").name();
    field.hint = at.at("hint").text();
    check_length(at.at("label"), field.label, form_limit::label);
    check_length(at.at("hint"), field.hint, form_limit::hint);
    boost::describe::enum_from_string(at.at("type").one_of({"text", "number", "choice", "checkbox"}, "text").c_str(),
                                      field.type);
    field.required = at.at("required").flag();
    read_options(at, field);
    read_limits(at, field);
    read_pattern(at, field);
    return field;
}

}  // namespace

std::vector<form_field> read_fields(const yaml_value& at) {
    std::vector<form_field> fields;
    std::set<std::string> seen;
    for (const auto& each : at.items()) {
        fields.push_back(read_field(each));
        if (!seen.insert(fields.back().id).second)
            each.problem("the field `" + fields.back().id + "` stands twice in this form");
    }
    if (fields.empty() && at.is_list()) at.problem("a form without fields asks nothing; leave `fields` out");
    if (fields.size() > form_limit::fields)
        at.problem("a form has at most " + std::to_string(form_limit::fields) + " fields; these are " +
                   std::to_string(fields.size()));
    else if (const auto size = compact_schema(fields).size(); size > form_limit::schema)
        at.problem("this form is too big for a Slack window (" + std::to_string(size) +
                   " bytes of ids, options and "
                   "patterns; it carries " +
                   std::to_string(form_limit::schema) + "); shorten the options or ask in two steps");
    return fields;
}

}  // namespace slipway::release

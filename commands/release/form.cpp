#include "commands/release/form.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "commands/release/pattern.hpp"
#include "integrations/base/described.hpp"
#include "integrations/base/json.hpp"

namespace slipway::release {
namespace {

/// Without the blanks around it; "" when the field was left empty.
std::string given(const form_field& field, const form_values& values) {
    const auto found = values.find(field.id);
    if (found == values.end() || found->second.empty()) return {};
    const auto& text = found->second.front();
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::int64_t length_of(std::string_view text) {
    return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
}

std::optional<double> as_number(const std::string& text) {
    double value = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (text.size() > 40 || read.ec != std::errc{} || read.ptr != end || !std::isfinite(value)) return std::nullopt;
    return value;
}

std::string check_text(const form_field& field, const std::string& text) {
    const auto length = length_of(text);
    const auto most = std::min(field.most.value_or(form_limit::text), form_limit::text);
    if (length > most)
        return "Write at most " + std::to_string(most) + " characters; these are " + std::to_string(length) + ".";
    if (field.least && length < *field.least)
        return "Write at least " + std::to_string(*field.least) + " characters; these are " + std::to_string(length) +
               ".";
    if (!field.pattern.empty() && !fits_pattern(field.pattern, text))
        return "This does not have the form that is asked for: " + field.pattern;
    return {};
}

std::string check_number(const form_field& field, const std::string& text) {
    const auto value = as_number(text);
    if (!value) return "Write a number, such as 3 or 2.5.";
    if (field.least && *value < static_cast<double>(*field.least))
        return "The number has to be at least " + std::to_string(*field.least) + ".";
    if (field.most && *value > static_cast<double>(*field.most))
        return "The number has to be at most " + std::to_string(*field.most) + ".";
    return {};
}

std::string check_one(const form_field& field, const std::string& text) {
    if (field.type == field_type::checkbox)
        return field.required && text != form_limit::ticked ? "Tick this box; the question cannot be answered without."
                                                            : "";
    if (text.empty()) return field.required ? "Fill in this field; the question cannot be answered without." : "";
    if (field.type == field_type::text) return check_text(field, text);
    if (field.type == field_type::number) return check_number(field, text);
    return std::ranges::find(field.options, text) == field.options.end() ? "Choose one of the options." : "";
}

json::value stored(const form_field& field, const std::string& text) {
    if (field.type == field_type::checkbox) return json::value(text == form_limit::ticked);
    if (field.type != field_type::number) return json::value(text);
    const auto value = as_number(text).value_or(0);
    constexpr double exact = 9'007'199'254'740'992.0;  // 2^53: below it, a whole number is itself
    if (std::floor(value) == value && std::abs(value) < exact) return json::value(static_cast<std::int64_t>(value));
    return json::value(value);
}

}  // namespace

std::map<std::string, std::string> check_answers(const std::vector<form_field>& fields, const form_values& values) {
    std::map<std::string, std::string> wrong;
    for (const auto& each : fields)
        if (auto sentence = check_one(each, given(each, values)); !sentence.empty())
            wrong[each.id] = std::move(sentence);
    return wrong;
}

json::object answers_of(const std::vector<form_field>& fields, const form_values& values) {
    json::object answers;
    for (const auto& each : fields) {
        const auto text = given(each, values);
        if (!text.empty() || each.type == field_type::checkbox) answers[each.id] = stored(each, text);
    }
    return answers;
}

std::string compact_schema(const std::vector<form_field>& fields) {
    json::array all;
    for (const auto& each : fields) {
        json::object one{{"i", each.id}, {"t", to_described(each.type)}};
        if (each.required) one["r"] = true;
        if (!each.pattern.empty()) one["p"] = each.pattern;
        if (!each.options.empty()) one["o"] = to_described(each.options);
        if (each.least) one["n"] = *each.least;
        if (each.most) one["x"] = *each.most;
        all.push_back(std::move(one));
    }
    return json::serialize(all);
}

result<std::vector<form_field>> schema_from(std::string_view compact) {
    failure none{errc::invalid, "this window carries no form"};
    if (compact.size() > form_limit::schema) return none;
    const auto read = parse_json(compact);
    if (!read || !read->is_array() || read->get_array().size() > form_limit::fields) return none;
    std::vector<form_field> fields;
    for (const auto& each : read->get_array()) {
        if (!each.is_object()) return none;
        auto& field = fields.emplace_back();
        field.id = text_at(each, "i");
        from_described(json::value(text_at(each, "t")), field.type);
        field.required = flag_at(each, "r");
        field.pattern = text_at(each, "p");
        for (const auto& option : array_at(each, "o"))
            if (option.is_string()) field.options.emplace_back(option.get_string());
        if (const auto* least = at_path(each, "n"); least != nullptr && least->is_int64())
            field.least = least->get_int64();
        if (const auto* most = at_path(each, "x"); most != nullptr && most->is_int64()) field.most = most->get_int64();
    }
    return fields;
}

}  // namespace slipway::release

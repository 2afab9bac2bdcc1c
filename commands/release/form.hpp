// The form of a question: fields a checklist declares, and the judgement of what a person typed into them. Pure.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/result.hpp"

namespace slipway::release {

namespace json = boost::json;

enum class field_type { text, number, choice, checkbox };
BOOST_DESCRIBE_ENUM(field_type, text, number, choice, checkbox)

struct form_field {
    std::string id;     ///< "ticket": unique in its form
    std::string label;  ///< for people
    field_type type = field_type::text;
    bool required = false;              ///< a checkbox: must be ticked
    std::string pattern;                ///< text: the whole answer must fit, see pattern.hpp; "" = anything
    std::vector<std::string> options;   ///< choice: the answers there are
    std::optional<std::int64_t> least;  ///< `min`: characters of a text, value of a number
    std::optional<std::int64_t> most;   ///< `max`
    std::string hint;                   ///< shown below the input
};
BOOST_DESCRIBE_STRUCT(form_field, (), (id, label, type, required, pattern, options, least, most, hint))

namespace form_limit {
inline constexpr std::size_t fields = 20, label = 150, hint = 150, options = 100, option = 75;
inline constexpr std::int64_t text = 3000;         ///< characters of an answer; Slack's own limit of an input
inline constexpr std::size_t schema = 2900;        ///< bytes; a window carries 3000 and the id of its button too
inline constexpr std::string_view ticked = "yes";  ///< the one value of a checkbox
}  // namespace form_limit

/// What was typed or chosen, by field id. Comes from outside; a field that is missing was left empty.
using form_values = std::map<std::string, std::vector<std::string>>;

/// A sentence for every field whose answer does not do, by field id; empty = the answers are good. Values of fields
/// that the form does not have are ignored. Bounded: linear in the answers' size.
std::map<std::string, std::string> check_answers(const std::vector<form_field>& fields, const form_values& values);

/// Good answers as the journal keeps them, by field id: text and choice as text, a number as number, a checkbox as
/// boolean; an optional field that was left empty is missing.
json::object answers_of(const std::vector<form_field>& fields, const form_values& values);

/// The ids, types and limits, small enough to travel with a window, and back. What comes back went through somebody
/// else's hands: good for marking a field, never for storing an answer. errc::invalid when it is no schema.
std::string compact_schema(const std::vector<form_field>& fields);
result<std::vector<form_field>> schema_from(std::string_view compact);

}  // namespace slipway::release

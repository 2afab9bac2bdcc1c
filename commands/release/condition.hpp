// `when`: a small condition as data. No expressions to parse, so nothing to misread.
//
//     when: {fact: downtime}                        present, and not false or empty
//     when: {fact: downtime, equals: planned}
//     when: {label: migration}                      some merge request of the milestone has it
//     when: {setting: assets}                       the project file says something about it
//     when: {all: [{label: migration}, {not: {fact: downtime}}]}     also: any
#pragma once

#include <boost/json.hpp>
#include <string>

namespace slipway {
class yaml_value;
}

namespace slipway::release {

namespace json = boost::json;

/// Reads and checks; every mistake with its line. The result is frozen into the checklist as it is.
json::object read_condition(const yaml_value& at);

struct condition_answer {
    bool holds = true;
    json::object inputs;  ///< what was asked and what it was: "fact downtime": "planned"
    std::string words;    ///< "no merge request has the label migration"; "" when it holds
};

/// Against the facts of a release: facts by name, labels in "labels", settings in "settings". An empty condition holds.
condition_answer evaluate(const json::object& condition, const json::object& facts);

}  // namespace slipway::release

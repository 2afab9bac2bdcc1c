// The checklist: what a release consists of. Read from YAML once, then frozen into the release with a hash.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "commands/release/form.hpp"
#include "commands/release/yaml_problem.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/base/result.hpp"

namespace slipway {
class yaml_value;
}

namespace slipway::release {

namespace json = boost::json;

/// What a step leaves behind in the outside world. Irreversible steps are never repeated on a guess and cannot be
/// skipped.
enum class side_effect { none, reversible, irreversible };
BOOST_DESCRIBE_ENUM(side_effect, none, reversible, irreversible)

/// How a kind behaves, whatever it does in detail.
enum class step_class {
    check,    ///< looks and says yes or no; re-running it is free
    action,   ///< changes the outside world: intent, probe, perform, outcome
    confirm,  ///< a named role says that something outside was done
    watch,    ///< looks for a while
    notify,   ///< tells people something
};
BOOST_DESCRIBE_ENUM(step_class, check, action, confirm, watch, notify)

/// One question to people: so many seats for each role.
struct gate_rule {
    std::map<std::string, int> seats;  ///< role → how many people of it
    std::string question;              ///< "" = the step's own title as a question
    milliseconds expires{4 * 3'600'000};
    bool four_eyes = true;           ///< the requester never fills a seat (R3.2)
    std::vector<form_field> fields;  ///< what everybody who fills a seat has to answer (R2.12)
};
BOOST_DESCRIBE_STRUCT(gate_rule, (), (seats, question, expires, four_eyes, fields))

struct step_rule {
    std::string id;     ///< "merge-requests": unique in the checklist
    std::string line;   ///< "P2": where it stands in the team's own list
    std::string stage;  ///< id of its stage
    std::string kind;   ///< which code runs
    std::string title;  ///< one line for people
    std::string text;   ///< confirm and notify: the words that are shown or sent; may use {version}, {milestone} …
    std::vector<std::string> needs;  ///< ids that must be done before; default is the step above in the same stage
    std::vector<gate_rule> gate;     ///< none or one; asked before the step acts (a confirm step: what it asks)
    side_effect effect = side_effect::none;
    milliseconds timeout{600'000};
    std::string probe;      ///< "built-in", or for `run` and `restart` which probe of `with` answers
    bool required = false;  ///< cannot be skipped
    json::object with;      ///< the kind's own settings
    milliseconds fresh{0};  ///< how long the result of a check, or what a look found, counts at a gate; 0 = as long
                            ///< as the release (R2.9)
    json::object when;      ///< condition, see condition.hpp; empty = always needed (R2.4)
    std::vector<std::string> resources;  ///< what no two releases may use at once while it acts, by name (R4.10)
    std::string origin;                  ///< "default.yaml:17", for people who look for the line
};
BOOST_DESCRIBE_STRUCT(step_rule, (),
                      (id, line, stage, kind, title, text, needs, gate, effect, timeout, probe, required, with, fresh,
                       when, resources, origin))

struct stage_rule {
    std::string id;     ///< "prepare"
    std::string title;  ///< "Prepare"
};
BOOST_DESCRIBE_STRUCT(stage_rule, (), (id, title))

struct checklist {
    std::string name;
    std::vector<stage_rule> stages;
    std::vector<step_rule> steps;  ///< in the order of the file: stage by stage
    const step_rule* find(std::string_view id) const noexcept;
    /// Which line of the team's list each step belongs to, as indices into `steps`: one line may be done in several
    /// steps. A step without a line is one of its own.
    std::vector<std::vector<std::size_t>> lines() const;
    /// The form of that step's question; empty = none.
    const std::vector<form_field>& fields_of(std::string_view id) const noexcept;
};
BOOST_DESCRIBE_STRUCT(checklist, (), (name, stages, steps))

/// What a checklist may say about a kind. The table of kinds (commands/steps) gives these; the rules know no kind by
/// name.
struct kind_facts {
    std::string name;
    step_class what = step_class::check;
    bool looks = false;                        ///< reads the outside world before it asks or acts
    bool has_probe = false;                    ///< "built-in" is allowed
    side_effect at_least = side_effect::none;  ///< a file may not claim less than this
    std::vector<std::string> settings;         ///< keys that `with` may have
    std::vector<std::string> required_settings;
    void (*check)(const yaml_value& with) = nullptr;  ///< notes what is wrong inside `with`, each at its line
    std::vector<std::string> role_settings;           ///< keys of `with` that name one role; it must have people
    /// What it does outlives the bot, and it keeps its own limits: an abort is told to it, never done to it.
    bool ends_itself = false;
};

struct checked_checklist {
    checklist list;
    std::vector<yaml_problem> problems;  ///< empty = usable
};

/// Reads and checks: unknown keys, kinds, roles; duplicate ids; needs that do not exist or run in a circle; actions
/// without probe, timeout and side_effect (R2.1, R2.3). `roles` maps each role the project has to how many people it
/// has.
checked_checklist read_checklist(std::string_view yaml, const std::string& file, const std::vector<kind_facts>& kinds,
                                 const std::map<std::string, int>& roles);

/// The frozen form, and its hash (hex SHA-256 of the canonical JSON without `origin`).
json::object to_json(const checklist& list);
checklist checklist_from_json(const json::object& frozen);
std::string plan_hash(const checklist& list);

}  // namespace slipway::release

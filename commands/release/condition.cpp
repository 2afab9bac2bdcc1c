#include "commands/release/condition.hpp"

#include <algorithm>

#include "commands/release/yaml.hpp"

namespace slipway::release {
namespace {

constexpr int deepest = 8;

json::object read_part(const yaml_value& at, int depth);

json::array read_parts(const yaml_value& at, int depth) {
    json::array all;
    for (const auto& each : at.items()) all.push_back(read_part(each, depth + 1));
    if (all.empty()) at.problem("a list of conditions needs at least one");
    return all;
}

json::object read_part(const yaml_value& at, int depth) {
    at.only({"fact", "label", "setting", "equals", "all", "any", "not"});
    json::object made;
    if (depth > deepest) {
        at.problem("conditions stand in each other too deep");
        return made;
    }
    for (const auto* leaf : {"fact", "label", "setting"})
        if (const auto named = at.at(leaf)) made[leaf] = named.name();
    for (const auto* list : {"all", "any"})
        if (const auto parts = at.at(list)) made[list] = read_parts(parts, depth);
    if (const auto inner = at.at("not")) made["not"] = read_part(inner, depth + 1);
    if (made.size() != 1 && at.is_map())
        at.problem("a condition asks for one thing: fact, label, setting, all, any or not; join several with `all`");
    if (const auto wanted = at.at("equals")) {
        if (!made.contains("fact") && !made.contains("setting"))
            wanted.problem("only a fact or a setting can be equal to something");
        made["equals"] = wanted.text();
    }
    return made;
}

std::string as_text(const json::value& value) {
    return value.is_string() ? std::string{value.get_string()} : json::serialize(value);
}

bool is_present(const json::value& value) {
    if (value.is_null()) return false;
    if (const auto* flag = value.if_bool()) return *flag;
    if (const auto* text = value.if_string()) return !text->empty();
    if (const auto* list = value.if_array()) return !list->empty();
    if (const auto* object = value.if_object()) return !object->empty();
    return true;
}

json::value named(const json::object& facts, std::string_view name) {
    const auto* found = facts.if_contains(name);
    return found != nullptr ? *found : json::value{};
}

json::object part_of(const json::object& facts, std::string_view name) {
    const auto found = named(facts, name);
    return found.is_object() ? found.get_object() : json::object{};
}

class evaluator {
public:
    explicit evaluator(const json::object& facts) : facts_{facts} {}
    json::object inputs;

    /// `words` say why it does not hold.
    bool holds(const json::object& part, std::string& words) {
        if (const auto* list = part.if_contains("all")) return every(list->as_array(), words);
        if (const auto* list = part.if_contains("any")) return some(list->as_array(), words);
        if (const auto* inner = part.if_contains("not")) {
            std::string ignored;
            const bool yes = holds(inner->as_object(), ignored);
            if (yes) words = "there is " + subject(inner->as_object());
            return !yes;
        }
        if (const auto* label = part.if_contains("label")) return has_label(as_text(*label), words);
        const bool is_fact = part.contains("fact");
        const auto name = as_text(named(part, is_fact ? "fact" : "setting"));
        const auto value = is_fact ? named(facts_, name) : named(part_of(facts_, "settings"), name);
        return compare(part, (is_fact ? "fact " : "setting ") + name, value, words);
    }

private:
    bool every(const json::array& parts, std::string& words) {
        for (const auto& each : parts)
            if (!holds(each.as_object(), words)) return false;
        return true;
    }
    bool some(const json::array& parts, std::string& words) {
        std::string all;
        for (const auto& each : parts) {
            std::string why;
            if (holds(each.as_object(), why)) return true;
            all += (all.empty() ? "" : ", and ") + why;
        }
        words = all;
        return false;
    }
    bool has_label(const std::string& label, std::string& words) {
        const auto labels = named(facts_, "labels");
        const auto* list = labels.if_array();
        const bool found = list != nullptr && std::ranges::any_of(*list, [&](const json::value& each) {
                               return each.is_string() && each.get_string() == label;
                           });
        inputs["label " + label] = found;
        if (!found) words = "no merge request of the milestone has the label " + label;
        return found;
    }
    bool compare(const json::object& part, const std::string& what, const json::value& value, std::string& words) {
        inputs[what] = value;
        if (const auto* wanted = part.if_contains("equals")) {
            const bool same = as_text(value) == as_text(*wanted);
            if (!same)
                words = "the " + what + " is " + (is_present(value) ? as_text(value) : "not set") + ", not " +
                        as_text(*wanted);
            return same;
        }
        if (!is_present(value)) words = "there is no " + what;
        return is_present(value);
    }
    static std::string subject(const json::object& part) {
        for (const auto* leaf : {"fact", "label", "setting"})
            if (const auto* found = part.if_contains(leaf)) return "the " + std::string{leaf} + " " + as_text(*found);
        return "what it must be without";
    }

    const json::object& facts_;
};

}  // namespace

json::object read_condition(const yaml_value& at) {
    return read_part(at, 0);
}

condition_answer evaluate(const json::object& condition, const json::object& facts) {
    condition_answer made;
    if (condition.empty()) return made;
    evaluator asked{facts};
    made.holds = asked.holds(condition, made.words);
    made.inputs = std::move(asked.inputs);
    return made;
}

}  // namespace slipway::release

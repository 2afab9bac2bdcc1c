// Forms: which answers do, what a file may declare, and that the plan's own form is the last judge.
#include "commands/release/form.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "commands/release/pattern.hpp"
#include "integrations/base/json.hpp"
#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::release;
using namespace slipway::fakes;

namespace {

const form_values good_answers{
    {"ticket", {" OPS-17 "}}, {"minutes", {"2.5"}}, {"window", {"night"}}, {"told", {"yes"}}};

std::string verdict(const std::string& field, std::vector<std::string> typed) {
    auto values = good_answers;
    values[field] = std::move(typed);
    const auto wrong = check_answers(small_form(), values);
    if (wrong.empty()) return {};
    CHECK(wrong.size() == 1);
    return wrong.begin()->first == field ? wrong.begin()->second : "another field: " + wrong.begin()->first;
}

/// The problems of a form whose fields begin on line 10.
std::vector<std::string> faults(const std::string& fields) {
    const auto text =
        "name: s\nstages:\n  - id: p\n    title: P\n    steps:\n      - id: read\n        kind: ask\n"
        "        title: Read\n        gate: {seats: {developer: 1}, fields: [\n" +
        fields + "]}\n";
    std::vector<kind_facts> kinds;
    for (const auto& [name, facts] : small_kinds()) kinds.push_back(facts);
    std::vector<std::string> all;
    for (const auto& each : read_checklist(text, "c.yaml", kinds, {{"developer", 2}}).problems)
        all.push_back(each.text());
    return all;
}

checklist plan_with_form() {
    auto plan = small_plan();
    plan.steps[3].gate.front().fields = small_form();
    plan.steps[5].gate.front().fields = small_form();
    return plan;
}

}  // namespace

TEST_CASE("R2.12 an answer is judged by its field, and the sentence says what would do", "[release][form]") {
    struct row {
        std::string field;
        std::vector<std::string> typed;
        std::string expected;  ///< "" = good
    };
    const std::vector<row> table{
        {"ticket", {"OPS-1"}, ""},
        {"ticket", {}, "Fill in"},
        {"ticket", {"   "}, "Fill in"},
        {"ticket", {"OPS-"}, "form that is asked for: OPS-[0-9]+"},
        {"ticket", {"see OPS-17"}, "form that is asked for"},
        {"ticket", {"OPS-" + std::string(17, '1')}, "at most 20 characters; these are 21"},
        {"minutes", {}, ""},
        {"minutes", {"90"}, ""},
        {"minutes", {"soon"}, "Write a number"},
        {"minutes", {"nan"}, "Write a number"},
        {"minutes", {"0"}, "at least 1"},
        {"minutes", {"90.5"}, "at most 90"},
        {"window", {"noon"}, "Choose one"},
        {"window", {}, "Fill in"},
        {"told", {}, "Tick this box"},
        {"told", {"no"}, "Tick this box"},
    };
    for (const auto& each : table) {
        INFO(each.field << " " << (each.typed.empty() ? "(empty)" : each.typed.front()));
        const auto said = verdict(each.field, each.typed);
        CHECK(said.empty() == each.expected.empty());
        CHECK(says(said, each.expected));
    }
}

TEST_CASE("R2.12 answers are kept by type, without blanks, and without what was not asked", "[release][form]") {
    auto values = good_answers;
    values["intruder"] = {"x"};
    CHECK(json::value(answers_of(small_form(), values)) ==
          json::parse(R"({"ticket":"OPS-17","minutes":2.5,"window":"night","told":true})"));
}

TEST_CASE("R2.12 a schema travels in small and judges the same at the other end", "[release][form]") {
    const auto back = schema_from(compact_schema(small_form()));
    REQUIRE(back);
    CHECK(check_answers(*back, good_answers).empty());
    CHECK(check_answers(*back, {}) == check_answers(small_form(), {}));
    for (const auto* forged : {"", "x", "{}", "[1]", "[[]]"}) CHECK_FALSE(schema_from(forged));
    CHECK_FALSE(schema_from("[" + std::string(5'000, ' ') + "]"));
}

TEST_CASE("R2.12 a pattern fits the whole answer and cannot hang", "[release][form]") {
    const std::vector<std::tuple<std::string, std::string, bool>> table{
        {"OPS-\\d{1,3}", "OPS-123", true},
        {"OPS-\\d{1,3}", "OPS-1234", false},
        {"^a|b$", "b", true},
        {"^a|b$", "ab", false},
        {"[^ ]+", "a b", false},
        {"[a-c-]*", "a-c", true},
        {"colou?r", "color", true},
        {"a{2,}", "a", false},
        {"a{2,}", "aaaa", true},
        {"https://.+\\.example", "https://a.example", true},
        {"ä.", "äö", true},
        {".", "ö", true},
        {"\\w+@\\w+", "me@home", true},
        {"", "", true},
        {"[]x]", "]", true}};
    for (const auto& [pattern, text, expected] : table) {
        INFO(pattern << " on " << text);
        REQUIRE(check_pattern(pattern));
        CHECK(fits_pattern(pattern, text) == expected);
    }
    // Exponential for a backtracking matcher: 40 optional letters, then 40 that must be there.
    std::string hard;
    for (int i = 0; i < 40; ++i) hard += "a?";
    CHECK(fits_pattern(hard + "a{40}", std::string(40, 'a')));
    CHECK_FALSE(fits_pattern(hard + "a{40}b", std::string(3'000, 'a')));
    for (const auto* bad : {"(a)", "*a", "[a", "a\\", "a{", "a{5,2}", "a{1000}", "[z-a]", "\\q", "a**"})
        CHECK_FALSE(check_pattern(bad));
    CHECK_FALSE(check_pattern(std::string(201, 'a')));
}

TEST_CASE("R2.12 a form that cannot be asked is refused with file and line", "[release][checklist][form]") {
    CHECK(faults("{id: a, label: A, type: text, pattern: 'x+', max: 9},\n{id: b, label: B, type: choice, options: [x]}")
              .empty());
    const std::vector<std::pair<std::string, std::string>> table{
        {"{id: a, label: A},\n{id: a, label: B}", "c.yaml:11: the field `a` stands twice"},
        {"{id: a, label: A, type: date}", "c.yaml:10: "},
        {"{id: a, label: A, type: choice}", "c.yaml:10: a choice needs `options`"},
        {"{id: a, label: A, type: choice, options: [x, x]}", "c.yaml:10: the option `x` stands twice"},
        {"{id: a, label: A, options: [x]}", "c.yaml:10: only a field of type choice"},
        {"{id: a, label: A, type: number, min: 3, max: 2}", "c.yaml:10: `min` is more than `max`"},
        {"{id: a, label: A, type: checkbox, max: 2}", "c.yaml:10: only a text (its length) or a number"},
        {"{id: a, label: A, pattern: '(x'}", "c.yaml:10: this pattern cannot be used: groups"},
        {"{id: a, label: A, type: number, pattern: x}", "c.yaml:10: only a text has a `pattern`"},
        {"{id: a}", "c.yaml:10: "},
        {"", "c.yaml:9: a form without fields"},
    };
    for (const auto& [fields, expected] : table) {
        INFO(fields);
        const auto found = faults(fields);
        REQUIRE(found.size() == 1);
        CHECK(says(found.front(), expected));
    }
    std::string big;
    for (int i = 0; i < 60; ++i) big += std::string(i > 0 ? ", " : "") + std::to_string(i) + std::string(70, 'o');
    const auto too_big = faults("{id: a, label: A, type: choice, options: [" + big + "]}");
    REQUIRE(too_big.size() == 1);
    CHECK(says(too_big.front(), "too big for a Slack window"));
}

TEST_CASE("R2.12 fields beside the gate are the gate's, and change the plan's hash", "[release][checklist][form]") {
    std::vector<kind_facts> kinds;
    for (const auto& [name, facts] : small_kinds()) kinds.push_back(facts);
    const auto read = [&](const std::string& step) {
        return read_checklist("name: s\nstages: [{id: p, title: P, steps: [" + step + "]}]", "c.yaml", kinds,
                              {{"developer", 2}});
    };
    const std::string field = "fields: [{id: a, label: A}]";
    const auto beside = read("{id: r, kind: ask, title: R, gate: {seats: {developer: 1}}, " + field + "}");
    const auto inside = read("{id: r, kind: ask, title: R, gate: {seats: {developer: 1}, " + field + "}}");
    const auto without = read("{id: r, kind: ask, title: R, gate: {seats: {developer: 1}}}");
    REQUIRE(beside.problems.empty());
    CHECK(plan_hash(beside.list) == plan_hash(inside.list));
    CHECK(plan_hash(beside.list) != plan_hash(without.list));
    CHECK(checklist_from_json(to_json(inside.list)).fields_of("r").size() == 1);
    const auto nobody = read("{id: r, kind: check, title: R, " + field + "}");
    REQUIRE(nobody.problems.size() == 1);
    CHECK(says(nobody.problems.front().sentence, "has no `gate`"));
}

TEST_CASE("R2.12 nothing is stored before the plan's own form is satisfied", "[release][gates][form]") {
    story told{small_wish(plan_with_form())};
    told.ended("announce");
    told.looked({}, "l1", true);
    const auto print = told.fingerprint("read");
    CHECK(asks_for_form(told.state, approve{"read", print}, dee()));
    CHECK_FALSE(asks_for_form(told.state, approve{"read", print}, ana()));  // four eyes: she is refused at once
    CHECK_FALSE(asks_for_form(told.state, approve{"read", "older"}, dee()));
    CHECK(says(told.refused(approve{"read", print}, dee()).sentence(), "“Change ticket”: Fill in"));
    CHECK(says(told.refused(approve{"read", print, {{"ticket", {"x"}}}}, dee()).sentence(), "nothing was stored"));
    told.must(approve{"read", print, good_answers}, dee());
    CHECK(told.status("read") == step_status::done);
    CHECK(text_at(told.at("read").data, "answers.ticket") == "OPS-17");
    CHECK(text_at(told.at("read").gate->seats.front().answers, "window") == "night");
}

TEST_CASE("R2.12 each seat keeps its own answers, which go when it is given back", "[release][gates][form]") {
    story told{small_wish(plan_with_form())};
    told.ended("announce");
    told.looked({}, "l1", true);
    told.ended("tests");
    told.must(approve{"read", told.fingerprint("read"), good_answers}, dee());
    told.ended("commit");
    const auto print = told.fingerprint("push");
    told.must(approve{"push", print, good_answers}, dee());
    CHECK(text_at(told.at("push").data, "answers.ticket") == "OPS-17");
    told.must(withdraw{"push", print}, dee());
    CHECK_FALSE(told.at("push").data.contains("answers"));
    CHECK(told.at("push").gate->seats.front().answers.empty());
}

TEST_CASE("R2.12 a journal from before forms reads as one without answers", "[release][form]") {
    json::object old{{"step", "read"}, {"role", "developer"}, {"by", {{"team", "T1"}, {"user", "UDEE"}}}};
    const auto read = event_from("seat_filled", old);
    REQUIRE(read);
    CHECK(std::get<seat_filled>(*read).answers.empty());
}

// What somebody gets who hears a message instead of seeing it, or reads no more than its notification.
#include <catch2/catch.hpp>
#include <cctype>
#include <map>
#include <sstream>

#include "commands/errors/actions.hpp"
#include "commands/views/board.hpp"
#include "commands/views/error_cards.hpp"
#include "commands/views/gate_card.hpp"
#include "commands/views/items_card.hpp"
#include "commands/views/parts.hpp"
#include "commands/views/posts.hpp"
#include "commands/views/step_card.hpp"
#include "corpus.hpp"
#include "sample.hpp"

using namespace slipway;
using namespace sample;

namespace {

/// What is left without signs, colours and pictures.
std::string without_signs(std::string_view text) {
    std::string kept;
    for (const char each : text)
        if (static_cast<unsigned char>(each) < 0x80) kept += each;
    return kept;
}

/// Words of two letters or more; what stands in <…> is read by its label.
std::size_t words_in(std::string_view text) {
    std::size_t words = 0, letters = 0;
    for (const char each : without_signs(text)) {
        letters = std::isalpha(static_cast<unsigned char>(each)) != 0 ? letters + 1 : 0;
        words += letters == 2 ? 1 : 0;
    }
    return words;
}

/// Every line that begins with a sign says in words what the sign says.
std::vector<std::string> bare_signs(const std::string& text) {
    std::vector<std::string> found;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);)
        if (!line.empty() && static_cast<unsigned char>(line.front()) >= 0x80 && words_in(line) == 0)
            found.push_back(line);
    return found;
}

/// How an element is read out, and what it does: the value, or the address it opens.
struct heard {
    std::string label, does;
};

void collect_heard(const json::value& value, std::vector<heard>& all) {
    if (const auto* object = value.if_object()) {
        const auto type = text_at(*object, "type");
        if (type == "button") {
            auto label = text_at(*object, "accessibility_label");
            if (label.empty()) label = text_at(*object, "text.text");
            all.push_back({std::move(label), text_at(*object, "value") + text_at(*object, "url")});
        } else if (object->contains("placeholder")) {
            all.push_back({text_at(*object, "placeholder.text"), text_at(*object, "action_id")});
        }
        for (const auto& each : *object) collect_heard(each.value(), all);
    } else if (const auto* array = value.if_array()) {
        for (const auto& each : *array) collect_heard(each, all);
    }
}

/// Faults of one message or view; empty when it can be heard.
std::vector<std::string> faults_of(const corpus::specimen& each) {
    std::vector<std::string> found;
    if (!each.is_view && words_in(text_at(each.shown, "text")) < 2)
        found.push_back("its notification says nothing: “" + text_at(each.shown, "text") + "”");
    if (each.is_view && text_at(each.shown, "type") == "modal" && words_in(text_at(each.shown, "title.text")) == 0)
        found.push_back("its title says nothing");
    for (const auto& line : bare_signs(words_of(array_at(each.shown, "blocks"))))
        found.push_back("a sign stands alone: “" + line + "”");
    std::vector<heard> all;
    collect_heard(each.shown, all);
    std::map<std::string, std::string> does;
    for (const auto& one : all) {
        if (words_in(one.label) == 0) found.push_back("a button reads “" + one.label + "”");
        const auto [known, is_new] = does.emplace(one.label, one.does);
        if (!is_new && known->second != one.does) found.push_back("two buttons read “" + one.label + "”");
    }
    return found;
}

/// What a card says in words, without its buttons.
std::string said_by(const slack::rendered& card) {
    json::array kept;
    for (const auto& each : card.blocks)
        if (text_at(each, "type") != "actions") kept.push_back(each);
    return without_signs(words_of(kept));
}

void check_all_differ(const std::map<std::string, std::string>& said) {
    for (const auto& [state, words] : said)
        for (const auto& [other, others] : said) {
            INFO(state << " and " << other << " say: " << words);
            CHECK((state == other || words != others));
        }
}

}  // namespace

TEST_CASE("R7.15 every notification says something, every button is told from its neighbours by its words",
          "[views][spoken]") {
    std::size_t looked = 0;
    for (const auto& each : corpus::every_specimen([] { return std::string{"some words of others"}; })) {
        for (const auto& fault : faults_of(each)) FAIL_CHECK(each.maker << ", " << each.what << ": " << fault);
        ++looked;
    }
    CHECK(looked > 100);
}

TEST_CASE("R7.15 a step's state is a word on the board, never a sign alone", "[views][spoken]") {
    using release::step_status;
    std::map<std::string, std::string> said;
    const auto settings = project();
    const views::names people{settings};
    for (const auto status : {step_status::waiting, step_status::looking, step_status::asking, step_status::running,
                              step_status::done, step_status::failed, step_status::errored,
                              step_status::unknown_outcome, step_status::skipped, step_status::not_needed}) {
        auto state = started();
        auto* step = state.step("tests");
        step->status = status;
        step->text = "as it was";
        step->by = person("UANA");
        std::vector<release::button> shown;
        said[release::to_words(status)] = said_by(views::board(state, people, shown));
        const auto mark = without_signs(views::status_mark(status).text());
        INFO(mark);
        CHECK(words_in(mark) > 0);
        CHECK(has(said[release::to_words(status)], mark));
    }
    check_all_differ(said);
}

TEST_CASE("R7.15 the state of an item, a gate, a group of errors and a release is said in words", "[views][spoken]") {
    const auto settings = project();
    const views::names people{settings};
    std::vector<release::button> shown;
    std::map<std::string, std::string> items, gates, notified, groups, endings;

    using release::item_status;
    for (const auto status : {item_status::open, item_status::running, item_status::done, item_status::failed,
                              item_status::errored, item_status::unknown_outcome}) {
        const auto name = std::to_string(static_cast<int>(status));
        auto state = with_merge_requests(1);
        auto& item = state.step("merge-requests")->items[0];
        item.status = status;
        item.chosen = "merge";
        item.text = "as it was";
        items[name] = said_by(views::items_card(state, *state.step("merge-requests"), people, shown));
        notified[name] =
            without_signs(views::item_direct_message(state, *state.step("merge-requests"), item, people, shown).text);
        if (status == item_status::open || status == item_status::running || status == item_status::unknown_outcome)
            continue;  // of a group of errors, only what somebody did to it is told
        auto errors = ended_step("errors-to-issues", release::step_status::done, "1 issue");
        errors.plan.steps.push_back(
            rule("errors-after", "D11", "deploy", "telemetry_watch", "Errors after the deploy"));
        errors.steps.emplace_back().id = "errors-after";
        const std::string hash(32, 'a');
        errors.step("errors-to-issues")->data["issues"] =
            json::array{json::object{{"hash", hash}, {"title", "UndefinedField"}, {"after", 3}, {"issue", 31}}};
        item.id = errors::item_of(hash);
        errors.step("errors-after")->items = {item};
        groups[name] = said_by(views::error_card(errors, views::errors_of(errors).at(0), people, shown));
    }
    using release::gate_status;
    std::map<std::string, std::string> asked;
    for (const auto status : {gate_status::open, gate_status::approved, gate_status::rejected, gate_status::expired,
                              gate_status::outdated}) {
        const auto name = std::to_string(static_cast<int>(status));
        auto state = at_gate();
        auto& gate = *state.step("build")->gate;
        gate.status = status;
        gate.closed_by = person("UBO");
        gate.closed_at = noon;
        gate.reason = "as it was";
        const auto card = views::gate_card(state, *state.step("build"), people, shown);
        gates[name] = said_by(card);
        asked[name] = without_signs(card.text);
    }
    for (const auto how :
         {release::ending::done, release::ending::cancelled, release::ending::failed, release::ending::rolled_back}) {
        const auto name = std::to_string(static_cast<int>(how));
        const auto card = views::summary(over(started(), how, "as it was"), people);
        endings[name] = said_by(card);
        endings[name + " notified"] = without_signs(card.text);
    }
    check_all_differ(items);
    check_all_differ(gates);
    check_all_differ(asked);
    check_all_differ(groups);
    check_all_differ(endings);
    CHECK(has(notified[std::to_string(static_cast<int>(item_status::open))], "waits for your word"));
    CHECK_FALSE(has(notified[std::to_string(static_cast<int>(item_status::done))], "waits for your word"));
}

TEST_CASE("R7.15 negative control: a bare sign, an empty notification and two buttons that sound alike are found",
          "[views][spoken]") {
    const auto with = [](const std::string& text, std::vector<std::string> labels) {
        json::array elements;
        for (const auto& each : labels) {
            json::object button{{"type", "button"}, {"value", std::to_string(elements.size())}};
            button["text"] = json::object{{"type", "plain_text"}, {"text", each}};
            elements.push_back(json::value(std::move(button)));
        }
        json::object section{{"type", "section"}, {"text", {{"type", "mrkdwn"}, {"text", "✅\nit is done"}}}};
        json::object actions{{"type", "actions"}, {"elements", std::move(elements)}};
        return faults_of(
            {"x", "", {{"text", text}, {"blocks", json::array{json::value(section), json::value(actions)}}}});
    };
    CHECK(with("Deploy 1.4.0 to production?", {"Approve", "Reject"}) == problems{"a sign stands alone: “✅”"});
    CHECK(with("✅", {"👍"}).size() == 4);
    CHECK(with("Deploy it now?", {"Merge", "Merge"}).size() == 2);
}

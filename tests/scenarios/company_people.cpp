// What people of the company see and press.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/scenarios/company.hpp"

namespace slipway::scenarios {
namespace {

/// "▫️ developer: missing (…)": the roles whose seats are free on a card.
std::set<std::string> missing_roles(const std::string& card) {
    std::set<std::string> found;
    for (const std::string role : {"developer", "dba", "qa", "release-manager"})
        for (const auto* how : {": missing", ": 2 missing"})
            if (card.find("▫️ " + role + how) != std::string::npos) found.insert(role);
    return found;
}

void add_buttons(std::vector<button>& into, const json::value& message, const std::string& channel) {
    const auto whole = json::serialize(array_at(message, "blocks"));
    const auto add = [&](const json::value& block, const json::value& element) {
        if (text_at(element, "type") != "button") return;
        into.push_back({channel, text_at(message, "ts"), text_at(block, "block_id"), text_at(element, "action_id"),
                        text_at(element, "value"), text_at(element, "text.text"), text_at(message, "text"),
                        missing_roles(whole)});
    };
    for (const auto& block : array_at(message, "blocks")) {
        for (const auto& each : array_at(block, "elements")) add(block, each);
        if (const auto* beside = at_path(block, "accessory")) add(block, *beside);
    }
}

}  // namespace

json::object company::command(const std::string& who, const std::string& text) {
    return post("/act/command", {{"as", who}, {"channel", releases}, {"text", text}});
}

json::object company::press(const std::string& who, const button& which) {
    return post("/act/click", {{"as", who},
                               {"channel", which.channel},
                               {"ts", which.ts},
                               {"block_id", which.block},
                               {"action_id", which.action},
                               {"value", which.value}});
}

json::array company::messages(const std::string& channel, const std::string& as) {
    const auto got = get("/channels/" + channel + "?as=" + as);
    return array_at(got, "messages");
}

std::vector<button> company::buttons(const std::string& channel, const std::string& as) {
    std::vector<button> all;
    for (const auto& each : messages(channel, as)) add_buttons(all, each, channel);
    return all;
}

std::optional<button> company::find_button(const std::string& words, const std::string& label) {
    std::optional<button> found;
    for (auto& each : buttons())
        if (each.label == label && each.message.find(words) != std::string::npos && (!found || found->ts != each.ts))
            found = std::move(each);
    return found;
}

std::string company::find_message(const std::string& words, const std::string& as) {
    std::string found;
    for (const auto& each : messages(releases, as)) {
        auto whole = text_at(each, "text") + "\n" + json::serialize(array_at(each, "blocks"));
        if (whole.find(words) != std::string::npos) found = std::move(whole);
    }
    return found;
}

std::string company::board() {
    std::string found;
    for (const auto& each : messages())
        if (text_at(each, "metadata.event_payload.id").ends_with("/board"))
            found = text_at(each, "text") + "\n" + json::serialize(array_at(each, "blocks"));
    return found;
}

void company::wait_for_message(const std::string& words) {
    wait_until("a message says “" + words + "”", [&] { return !find_message(words).empty(); });
}

namespace {

/// The newest message that only `as` sees.
std::pair<std::string, std::string> newest_whisper(const json::array& messages) {
    std::pair<std::string, std::string> found;
    for (const auto& each : messages)
        if (flag_at(each, "is_ephemeral") || !text_at(each, "ephemeral_to").empty())
            found = {text_at(each, "ts"), text_at(each, "text") + "\n" + json::serialize(array_at(each, "blocks"))};
    return found;
}

}  // namespace

std::string company::ask(const std::string& who, const std::string& text) {
    std::string before;
    // A link that goes in this very moment takes the command with it; a person types it again.
    wait_until("the bot takes " + text, [&] {
        if (!flag_at(get("/state"), "app.linked")) return false;
        before = newest_whisper(messages(releases, who)).first;
        const auto done = command(who, text);
        const bool taken = text_at(done, "outcome") == "ok";
        if (!taken && text_at(done, "problem").empty()) FAIL(text << " got " << json::serialize(done));
        return taken;
    });
    std::string said;
    wait_until("an answer to " + text, [&] {
        const auto now = newest_whisper(messages(releases, who));
        said = now.second;
        return now.first != before;
    });
    return said;
}

std::string company::press_and_read(const std::string& who, const button& which) {
    const auto before = newest_whisper(messages(releases, who)).first;
    const auto done = press(who, which);
    if (text_at(done, "outcome") != "ok") FAIL("the click got " << json::serialize(done));
    std::string said;
    wait_until("an answer to the click on " + which.label, [&] {
        const auto now = newest_whisper(messages(releases, who));
        said = now.second;
        return now.first != before;
    });
    return said;
}

void company::answer_window(const std::string& who, const std::string& reason) {
    // A bot that is killed just now opens no window, and none after its start: that would be too late for Slack.
    bool open = false;
    wait_until("a window asks for a reason", [&] {
        open = !array_at(get("/views?as=" + who), "stack").empty();
        return open || !bot_runs();
    });
    if (!open) return;
    const auto done = post("/act/submit", {{"as", who}, {"values", {{"reason", reason}}}});
    if (text_at(done, "outcome") == "ok") return;
    // Nor does it take answers: its card still asks, and people press again.
    const auto problem = text_at(done, "problem");
    if (problem != "no_link" && problem != "link_gone" && problem != "timeout")
        FAIL("the window took no reason: " << json::serialize(done));
}

namespace {

constexpr std::string_view takes_out = "Take out";

}  // namespace

bool company::presses_are_due(const button& each, std::string& who) const {
    for (const auto& words : left_alone)
        if (each.message.find(words) != std::string::npos) return false;
    // What cannot be merged leaves a milestone that has no next one.
    if (each.label == takes_out && each.action.starts_with("slipway.choose")) {
        who = ana;
        return true;
    }
    const bool leads_on =
        each.label.starts_with("Merge") || each.label.starts_with("Add to") || each.label == "Accept as it is";
    // Each role does what the deploy asks of it; what DBA and QA are asked stands in the thread as well.
    const std::map<std::string, std::string> by_role{
        {"I have loaded it", devi}, {"Tested on QA", quinn}, {"Run", ben}, {"Done by hand", ben}};
    if (const auto found = by_role.find(each.label);
        found != by_role.end() && each.action.starts_with("slipway.choose")) {
        who = found->second;
        return true;
    }
    // A line of the runbook that was cut off by a killed bot only asks how a service is: it may run once more.
    if (each.label == "It did not: run again" && each.message.find("Runbook") != std::string::npos) {
        who = leo;
        return true;
    }
    if (each.action.starts_with("slipway.choose") && leads_on) {
        who = ben;
        return each.label.find(" all ") == std::string::npos;
    }
    if (!each.action.starts_with("slipway.approve")) return false;
    if (each.open.contains("developer"))
        who = each.message.find("to production") == std::string::npos ? ben : devi;  // Ben wrote a migration (R3.2)
    else if (each.open.contains("qa"))
        who = quinn;
    else if (each.open.contains("dba"))
        who = devi;
    return !who.empty();
}

namespace {

/// A press that came to nothing is tried again, as a person would.
bool is_long_ago(std::chrono::steady_clock::time_point pressed) {
    return std::chrono::steady_clock::now() - pressed > std::chrono::seconds{15};
}

}  // namespace

std::vector<std::pair<std::string, button>> company::asked_directly() {
    std::vector<std::pair<std::string, button>> all;
    for (const std::string who : {leo, ben, chi}) {
        const auto state = get("/state?as=" + who);
        for (const auto& each : array_at(state, "conversations")) {
            if (!flag_at(each, "is_im")) continue;
            for (auto& found : buttons(text_at(each, "id"), who))
                if (found.label == "Correct and tested on UAT") all.emplace_back(who, std::move(found));
        }
    }
    return all;
}

bool company::answer_directly() {
    bool acted = false;
    const auto asked = asked_directly();
    std::erase_if(answered_, [&](const auto& entry) {
        return is_long_ago(entry.second) || std::ranges::none_of(asked, [&](const auto& each) {
                   return entry.first == each.first + each.second.ts;
               });
    });
    for (const auto& [who, which] : asked) {
        if (answered_.contains(who + which.ts)) continue;
        const bool alone = std::ranges::any_of(
            left_alone, [&](const std::string& words) { return which.message.find(words) != std::string::npos; });
        if (alone) continue;
        acted = true;
        if (text_at(press(who, which), "outcome") == "ok") answered_[who + which.ts] = std::chrono::steady_clock::now();
    }
    return acted;
}

namespace {

/// Of the buttons of one row people take the one that leads on; the others stay for rows that offer nothing better. The
/// bot that has the first click may be killed before it begins, and a second one would overtake it.
bool is_second_best(const button& of, const std::vector<button>& seen) {
    if (of.label != "Accept as it is" && of.label != takes_out) return false;
    return std::ranges::any_of(seen, [&](const button& each) {
        return each.channel == of.channel && each.ts == of.ts && each.block == of.block &&
               (each.label.starts_with("Add to") || each.label.starts_with("Merge"));
    });
}

}  // namespace

bool company::work_once() {
    const bool answered = answer_directly();
    const auto seen = buttons();
    std::erase_if(pressed_, [&](const auto& entry) {
        return is_long_ago(entry.second) ||
               std::ranges::none_of(seen, [&](const button& each) { return entry.first.ends_with(each.value); });
    });
    bool acted = answered;
    for (const auto& each : seen) {
        std::string who;
        if (!presses_are_due(each, who) || pressed_.contains(who + each.value) || is_second_best(each, seen)) continue;
        const auto done = press(who, each);
        acted = true;
        if (text_at(done, "outcome") != "ok") break;
        pressed_[who + each.value] = std::chrono::steady_clock::now();
        if (each.label == "Accept as it is" || each.label == takes_out)
            answer_window(who, "Leo showed it to me on Friday");
    }
    return acted;
}

void company::work_until(const std::string& what, const std::function<bool()>& is_true, std::chrono::seconds cap) {
    wait_until(
        what,
        [&] {
            if (is_true()) return true;
            work_once();
            return false;
        },
        cap);
}

}  // namespace slipway::scenarios

#include "tests/simulation/staff.hpp"

#include <algorithm>

#include "commands/views/modals.hpp"
#include "integrations/base/described.hpp"
#include "integrations/base/json.hpp"

namespace slipway::simulation {
namespace {

constexpr milliseconds patience{90'000};  // before somebody presses a button again that is still there

}  // namespace

staff::staff(company& all, std::function<void(slack::envelope)> send) : all_{all}, send_{std::move(send)} {}

std::vector<staff::seen> staff::buttons() const {
    std::vector<seen> found;
    const auto take = [&](const json::value& element, const std::string& channel) {
        if (text_at(element, "type") != "button" || !text_at(element, "action_id").starts_with("slipway.")) return;
        auto value = text_at(element, "value");
        const auto row = all_.books.documents.find({conductor::button_collection, value});
        if (row == all_.books.documents.end()) return;
        found.push_back({std::move(value), from_described<release::button>(json::value(row->second)), channel});
    };
    for (const auto& message : all_.slack.messages) {
        if (message.deleted) continue;
        for (const auto& block : message.blocks) {
            for (const auto& element : array_at(block, "elements")) take(element, message.channel);
            if (const auto* object = block.if_object(); object != nullptr && object->contains("accessory"))
                take(object->at("accessory"), message.channel);
        }
    }
    return found;
}

void staff::interactive(const std::string& user, json::object payload) {
    ++clicks_;
    const auto id = "trigger" + std::to_string(clicks_);
    payload["user"] = json::object{{"id", user}, {"team_id", "T1"}};
    payload["team"] = json::object{{"id", "T1"}};
    payload["trigger_id"] = id;
    slack::envelope made;
    made.id = "envelope" + std::to_string(clicks_);
    made.type = "interactive";
    made.payload = std::move(payload);
    send_(std::move(made));
}

void staff::press(const std::string& user, const seen& what) {
    json::object action{{"type", "button"},
                        {"action_id", "slipway." + what.means.kind},
                        {"value", what.value},
                        {"block_id", "b"},
                        {"action_ts", "1"}};
    interactive(user, {{"type", "block_actions"},
                       {"channel", json::object{{"id", what.channel}}},
                       {"actions", json::array{std::move(action)}}});
}

void staff::fill_in(const std::string& user, const seen& what, const std::string& reason) {
    json::object values;
    values[views::input::reason] =
        json::object{{"value", json::object{{"type", "plain_text_input"}, {"value", reason}}}};
    json::object view{{"id", "V1"},
                      {"callback_id", "slipway." + what.means.kind},
                      {"private_metadata", what.value},
                      {"state", json::object{{"values", std::move(values)}}}};
    interactive(user, {{"type", "view_submission"}, {"view", std::move(view)}});
}

void staff::type(const std::string& user, const std::string& words, const std::string& channel) {
    ++clicks_;
    slack::envelope made;
    made.id = "envelope" + std::to_string(clicks_);
    made.type = "slash_commands";
    made.payload = {{"command", "/release"}, {"text", words},
                    {"user_id", user},       {"team_id", "T1"},
                    {"channel_id", channel}, {"trigger_id", "trigger" + std::to_string(clicks_)}};
    send_(std::move(made));
}

bool staff::is_due(const std::string& user, const std::string& value) {
    auto& last = pressed_[user + value];
    if (last != instant{} && all_.clock.now() - last < patience) return false;
    last = all_.clock.now();
    return true;
}

bool staff::happened(const release::button& about) const {
    const auto& world = all_.outside.at(about.release.substr(0, about.release.find("-1.4.0-")));
    if (!about.item.empty()) return world.requests.at(about.item).merged;
    if (about.step == "push") return world.pushes > 0 && world.half_pushes.empty();
    if (about.step == "build") return !world.deployed.empty();
    return false;
}

void staff::duty(const seen& each) {
    const auto& kind = each.means.kind;
    if (kind == "choose") {
        const auto* who = all_.chance.happens(500) ? "UDEE" : "UEVE";
        if (is_due("developers", each.value)) press(who, each);
    } else if (kind == "approve") {
        if (is_due("UDEE", each.value)) press("UDEE", each);
        if (is_due("UQUINN", each.value)) press("UQUINN", each);
    } else if (kind == "retry" && !each.means.step.empty()) {
        if (is_due("UANA", each.value)) press("UANA", each);
    } else if (kind == "resume") {
        if (is_due("UANA", each.value)) press("UANA", each);
    } else if (kind == "treat_as_done" && happened(each.means)) {
        if (is_due("UANA", each.value)) fill_in("UANA", each, "I looked: it is there");
    } else if (kind == "run_again" && !happened(each.means)) {
        if (is_due("UANA", each.value)) press("UANA", each);
    }
}

void staff::mischief(const std::vector<seen>& all) {
    auto& chance = all_.chance;
    static const std::vector<std::string> people{"UANA", "UDEE", "UEVE", "UQUINN", "UNORA"};
    const auto& who = chance.one_of(people);
    const auto number = all_.how.releases > 1 ? chance.between(1, all_.how.releases) : 1;
    const auto channel = "C" + std::to_string(number);
    switch (chance.below(12)) {
        case 0:
            return type(who, "hold wait a moment please", channel);
        case 1:
            return type(who, "note Fixed the cart total", channel);
        case 2:
            return type(who, "status", channel);
        case 3:
            return type(who == "UANA" ? "UDEE" : who, "start 1.4.0",
                        channel);  // Ana's second one might come after the first
        case 4:
            return type("UANA", "retry", channel);
        case 5:
            return type(who, "frobnicate", channel);
        default:
            break;
    }
    // A button, perhaps one that is not there any more, perhaps twice, by anybody; windows are filled in at once.
    const auto& from = chance.happens(500) || all.empty() ? ever_ : all;
    if (from.empty()) return;
    const auto& what = chance.one_of(from);
    const auto& kind = what.means.kind;
    if (kind == "abort") return;                                 // that would end it differently
    if (kind == "treat_as_done" || kind == "run_again") return;  // people look before they press these
    if (kind == "reject" || kind == "hold" || kind == "request_stop" || kind == "note" || kind == "break_glass")
        return fill_in(who, what, "for the sake of the test");
    press(who, what);
    if (chance.happens(300)) press(who, what);
}

void staff::look() {
    for (std::size_t i = 0; i < all_.projects.size(); ++i) {
        const auto channel = "C" + std::to_string(i + 1);
        // While bots are replaced, some begin under the older version and some under the newer one.
        const milliseconds later{all_.how.updated ? 60'000 * static_cast<std::int64_t>(i + 1) : 0};
        if (all_.clock.now() < virtual_clock::start + later) continue;
        const bool is_begun = all_.books.streams.contains("release/" + all_.projects[i] + "-1.4.0-1");
        if (!is_begun && is_due("UANA", "start in " + channel)) type("UANA", "start 1.4.0", channel);
    }
    const auto all = buttons();
    for (const auto& each : all) duty(each);
    if (plays_ && all_.chance.happens(120)) mischief(all);
    for (const auto& each : all)
        if (ever_.size() < 60 && std::ranges::find(ever_, each.value, &seen::value) == ever_.end())
            ever_.push_back(each);
}

}  // namespace slipway::simulation

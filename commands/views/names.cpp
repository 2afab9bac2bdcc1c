#include "commands/views/names.hpp"

#include <algorithm>

#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {
namespace {

/// A role with more people is asked in the channel only: a question to everybody is a question to nobody.
constexpr std::size_t most_asked_directly = 3;

bool is_id_character(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Four eyes: who asked for the release, and who wrote what the gate lets run (R3.2).
bool is_kept_out(const release::release_state& state, const release::gate_state& gate, const std::string& user) {
    if (gate.four_eyes && user == state.requester.user) return true;
    return std::ranges::find(gate.authors, user, &release::change_author::slack) != gate.authors.end();
}

}  // namespace

markup names::of(const std::string& slack_user) const {
    if (slack_user.empty()) return slack::say("nobody");
    if (slack_user == "slipway") return slack::say("Slipway");
    const auto* known = project_.by_slack(slack_user);
    if (known == nullptr || known->name.empty()) return slack::code(slack_user);
    return slack::say("{}", known->name);
}

markup names::of(const release::person_id& who) const {
    return of(who.user);
}

std::string names::plain(const std::string& slack_user) const {
    if (slack_user == "slipway") return "Slipway";
    const auto* known = project_.by_slack(slack_user);
    return known == nullptr || known->name.empty() ? slack_user : known->name;
}

std::string names::with_names(std::string_view text) const {
    std::string shown;
    while (!text.empty()) {
        const auto at = std::min(text.find('@'), text.size());
        shown += text.substr(0, at);
        text.remove_prefix(at);
        if (text.empty()) break;
        std::size_t end = 1;
        while (end < text.size() && is_id_character(text[end])) ++end;
        const auto id = text.substr(1, end - 1);
        const auto* known = id.empty() ? nullptr : project_.by_slack(id);
        shown += known != nullptr && !known->name.empty() ? std::string_view{known->name} : text.substr(0, end);
        text.remove_prefix(end);
    }
    return shown;
}

markup names::sentence(std::string_view text) const {
    const auto line = slack::one_line(with_names(text));
    std::string_view rest = line;
    markup made;
    // What the rules put between backticks is something to type: `/release retry push`.
    for (;;) {
        const auto open = rest.find('`');
        const auto close = open == std::string_view::npos ? open : rest.find('`', open + 1);
        if (close == std::string_view::npos) break;
        made += slack::escape(rest.substr(0, open));
        const auto inside = rest.substr(open + 1, close - open - 1);
        if (!inside.empty()) made += slack::code(inside);
        rest.remove_prefix(close + 1);
    }
    return made + slack::escape(rest);
}

markup names::full_sentence(std::string_view text) const {
    const auto line = slack::one_line(text);
    const bool ended = line.empty() || std::string_view{".!?:…"}.find(line.back()) != std::string_view::npos;
    return ended ? sentence(line) : sentence(line) + slack::say(".");
}

std::vector<std::string> names::who_can_fill(const release::release_state& state, const release::gate_state& gate,
                                             const std::string& role) const {
    const auto members = project_.roles.find(role);
    if (members == project_.roles.end()) return {};
    std::vector<std::string> found;
    for (const auto& each : members->second) {
        const bool seated = std::ranges::any_of(
            gate.seats, [&](const release::seat& seat) { return seat.taken_by && seat.taken_by->user == each; });
        if (!seated && !is_kept_out(state, gate, each)) found.push_back(each);
    }
    return found;
}

std::set<std::string> names::asked_directly(const release::release_state& state,
                                            const release::gate_state& gate) const {
    std::set<std::string> found;
    for (const auto& seat : gate.seats) {
        const auto members = project_.roles.find(seat.role);
        if (members == project_.roles.end() || members->second.size() > most_asked_directly) continue;
        for (const auto& each : members->second)
            if (!is_kept_out(state, gate, each)) found.insert(each);
    }
    return found;
}

}  // namespace slipway::views

#include "commands/steps/reading/findings_items.hpp"

#include <algorithm>

#include "integrations/base/digest.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_of_a_rule = 8;  ///< a rule that finds more is one item: nobody accepts a hundred one by one
constexpr std::size_t most_finding_lines = 30;

std::string place_of(const risk::finding& of) {
    return of.path + (of.line == 0 ? std::string{} : ":" + std::to_string(of.line));
}

std::string from_words(const risk::finding& of) {
    if (of.from == nullptr) return "from nobody in this range";
    return risk::name_of(*of.from) + (of.from->author.empty() ? std::string{} : " by " + of.from->author);
}

release::item_state item_of(const risk::finding& of) {
    release::item_state item;
    item.id = finding_id(of);
    item.title = untrusted{of.message};
    if (of.from != nullptr) item.url = of.from->url;
    item.details = {place_of(of), from_words(of)};
    if (!of.excerpt.empty()) item.details.push_back(of.excerpt);
    return item;
}

release::item_state item_of(const std::vector<const risk::finding*>& all) {
    auto item = item_of(*all.front());
    item.id = all.front()->rule;
    item.details = {count(all.size(), "place")};
    for (std::size_t each = 0; each < std::min(all.size(), most_of_a_rule); ++each)
        item.details.push_back(place_of(*all[each]) + ", " + from_words(*all[each]));
    if (all.size() > most_of_a_rule)
        item.details.push_back("and " + std::to_string(all.size() - most_of_a_rule) + " more");
    return item;
}

}  // namespace

std::string finding_id(const risk::finding& of) {
    return of.rule + "@" + place_of(of);
}

std::string finding_words(const risk::finding& of) {
    return of.message + ": " + place_of(of) + ", " + from_words(of) + (of.excerpt.empty() ? "" : "\n    " + of.excerpt);
}

release::choice accept_choice(const release::step_rule& rule) {
    release::choice accept;
    accept.id = "accept";
    accept.label = "Accept as it is";
    accept.needs_reason = true;
    // Whoever knows why it is there may say so; the signature of the step stays with the roles of its gate.
    accept.roles = {"release-manager", "developer"};
    for (const auto& gate : rule.gate)
        for (const auto& [role, seats] : gate.seats)
            if (role != "release-manager" && role != "developer") accept.roles.push_back(role);
    return accept;
}

void keep_acceptance(const context& here, release::item_state& item) {
    item.bound = true;
    const auto* before = here.step.item(item.id);
    if (before != nullptr && before->status == release::item_status::done && before->fingerprint == item.fingerprint) {
        item.status = release::item_status::done;
        item.text = before->text;
        return;
    }
    item.choices.push_back(accept_choice(here.rule));
}

std::vector<release::item_state> as_items(const context& here, const std::vector<risk::finding>& found,
                                          const std::string& commit) {
    std::map<std::string, std::vector<const risk::finding*>> by_rule;
    for (const auto& each : found)
        if (each.severity == risk::severity::blocking) by_rule[each.rule].push_back(&each);
    std::vector<release::item_state> all;
    for (const auto& [rule, of] : by_rule) {
        if (of.size() > most_of_a_rule)
            all.push_back(item_of(of));
        else
            for (const auto* each : of) all.push_back(item_of(*each));
    }
    for (auto& item : all) {
        std::string shown = commit + item.id + item.title.raw();
        for (const auto& each : item.details) shown += "\n" + each;
        item.fingerprint = sha256_hex(shown).substr(0, 16);
        keep_acceptance(here, item);
    }
    return all;
}

std::vector<std::string> evidence_lines(const std::vector<risk::finding>& found) {
    std::vector<std::string> lines;
    std::size_t left_out = 0;
    for (const auto& each : found) {
        if (each.severity == risk::severity::blocking) continue;
        if (lines.size() == most_finding_lines)
            ++left_out;
        else
            lines.push_back((each.severity == risk::severity::warning ? "! " : "· ") + finding_words(each));
    }
    if (left_out > 0) lines.push_back("… and " + std::to_string(left_out) + " more of these");
    return lines;
}

std::string findings_words(const std::vector<risk::finding>& found) {
    const auto blocking =
        static_cast<std::size_t>(std::ranges::count(found, risk::severity::blocking, &risk::finding::severity));
    if (found.empty()) return "the rules found nothing";
    std::string words = count(found.size(), "finding");
    if (blocking > 0) words += ", " + std::to_string(blocking) + " of them to accept with a reason";
    return words;
}

}  // namespace slipway::steps

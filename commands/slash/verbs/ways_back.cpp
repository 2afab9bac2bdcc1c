// rollback and hotfix: the two ways from a bad version to a good one.
#include <algorithm>
#include <charconv>

#include "commands/changelog/version.hpp"
#include "commands/migrations/undo.hpp"
#include "commands/release/records.hpp"
#include "commands/slash/starting.hpp"
#include "commands/slash/verbs/all.hpp"
#include "commands/steps/pins.hpp"
#include "commands/views/replies.hpp"
#include "commands/views/ways_back.hpp"
#include "commands/views/words.hpp"
#include "integrations/base/described.hpp"

namespace slipway::slash {
namespace {

std::vector<views::judged_migration> judged(const release::rollback_choice& choice) {
    std::vector<views::judged_migration> all;
    for (const auto& each : choice.migrations) {
        auto seen = migrations::judge_undo(each.sql);
        all.push_back({each, seen.harmless, std::move(seen.why)});
    }
    return all;
}

/// A button that types `/release verb words` for whoever presses it; its row is stored with this.
task<result<slack::element>> typing_button(desk& with, project_pointer project, std::string verb_name,
                                           std::string words, std::string label) {
    release::button pressed;
    pressed.kind = "verb";
    pressed.step = project->name;
    pressed.choice = std::move(verb_name);
    pressed.item = std::move(words);
    std::vector<release::button> shown;
    views::button_row row{shown};
    auto made = row.make(pressed, std::move(label), slack::button_style::danger);
    store::batch changes;
    changes.documents.push_back(
        {conductor::button_collection, release::id_of(pressed), to_described(pressed).get_object()});
    const auto stored = co_await with.memory.commit(std::move(changes));
    if (!stored) co_return stored.error();
    co_return slack::element{std::move(made)};
}

/// The plan of a way back and the number of its attempt.
task<result<release::start>> prepared(desk& with, project_pointer project, release::person_id by, std::string kind,
                                      std::string version) {
    if (!with.way_back) co_return failure{errc::refused, "This bot has no checklist for a " + kind + "."};
    policy_state policy;
    if (with.policy) policy = co_await with.policy();  // a way back goes by what was read last, whatever is wrong now
    if (auto newest = with.project(project->name)) project = std::move(newest);
    const auto plan = with.way_back(*project, kind);
    if (!plan) co_return plan.error();
    const auto stem = project->name + "-" + version + (kind == "rollback" ? "-rollback" : "");
    const auto attempt = co_await with.releases.next_attempt(stem);
    if (!attempt) co_return attempt.error();
    auto begun = common_start(*project, by);
    begun.kind = kind;
    begun.version = version;
    begun.plan = *plan;
    begun.attempt = *attempt;
    begun.id = stem + "-" + std::to_string(begun.attempt);
    if (!policy.commit.empty()) begun.facts["policy_commit"] = policy.commit;
    co_return begun;
}

task<result<answer>> begin(desk& with, asked question, release::start wanted) {
    const auto state = co_await with.releases.begin(std::move(wanted), question.who, "slack " + question.inbox_id,
                                                    question.companions());
    if (!state && state.error() == errc::exists) {
        auto said = co_await busy_answer(with, question.project, state.error().code);
        co_return said;
    }
    if (!state) co_return state.error();
    co_return views::reply(views::words::started(**state, views::names{*question.project}));
}

class rollback final : public verb {
public:
    std::string name() const override { return "rollback"; }
    std::string usage() const override { return "rollback [VERSION [REASON]]"; }
    std::string help() const override {
        return "Shows the last release whose watch ended green, and the way back to it; with VERSION begins it.";
    }
    task<result<answer>> run(desk& with, asked question) override {
        const auto [version, reason] = first_word(question.words);
        const auto all = co_await with.releases.records(question.project->name);
        if (!all) co_return all.error();
        const auto choice = release::choose_rollback(*all, version);
        if (!choice) co_return choice.error();
        const auto migrations = judged(*choice);
        if (version.empty()) {
            auto button = co_await typing_button(with, question.project, "rollback", choice->to.version,
                                                 "Roll back to " + choice->to.version);
            if (!button) co_return button.error();
            if (auto* plain = std::get_if<slack::button>(&*button)) {
                slack::confirm_dialog sure;
                sure.title = "Roll back?";
                sure.text = slack::say("{} → {}. It begins at once; the run on the servers still has its gate.",
                                       choice->from.version, choice->to.version);
                sure.confirm = "Yes, begin";
                sure.danger = true;
                plain->confirm = std::move(sure);
            }
            co_return views::rollback_card(*choice, migrations, *question.project, *button);
        }
        auto wanted = co_await prepared(with, question.project, question.who.who, "rollback", choice->to.version);
        if (!wanted) co_return wanted.error();
        const auto known = co_await known_reason(with, choice->from.id);
        fill(*wanted, *choice, migrations, reason.empty() ? known : reason);
        auto said = co_await begin(with, question, std::move(*wanted));
        co_return said;
    }

private:
    /// When nobody typed a reason now: why the release was stopped, else what its watch saw last.
    static task<std::string> known_reason(desk& with, std::string id) {
        const auto state = co_await with.releases.load(id);
        if (!state) co_return std::string{};
        if ((*state)->held) co_return (*state)->held->reason.raw();
        for (const auto& each : (*state)->steps) {
            const auto* rule = (*state)->plan.find(each.id);
            if (rule == nullptr || rule->kind != "telemetry_watch") continue;
            co_return each.look && !each.look->summary.empty() ? each.look->summary : each.text;
        }
        co_return std::string{};
    }
    static void fill(release::start& wanted, const release::rollback_choice& choice,
                     const std::vector<views::judged_migration>& migrations, const std::string& why) {
        wanted.parent = choice.from.id;
        auto& facts = wanted.facts;
        facts["why"] = why;
        facts["from_version"] = choice.from.version;
        facts["previous_tag"] = choice.from.tag;
        facts["tag_name"] = choice.to.tag;
        facts["wanted_tag_object"] = choice.to.tag_object;
        facts["candidate"] = choice.to.commit;
        facts["stable_commit"] = choice.to.commit;
        facts["back_to"] = choice.to.id;
        json::array lines;
        for (const auto& each : views::rollback_lines(choice, migrations)) lines.emplace_back(each);
        facts["rollback_lines"] = std::move(lines);
    }
};

/// "!12", "12" or an address of a merge request; 0 = none of them.
std::int64_t request_number(std::string_view text) {
    constexpr std::string_view mark = "/merge_requests/";
    if (const auto at = text.find(mark); at != std::string_view::npos) text.remove_prefix(at + mark.size());
    if (text.starts_with('!')) text.remove_prefix(1);
    if (text.ends_with(',')) text.remove_suffix(1);
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    return problem == std::errc{} && end == text.data() + text.size() ? number : 0;
}

class hotfix final : public verb {
public:
    std::string name() const override { return "hotfix"; }
    std::string usage() const override { return "hotfix VERSION !12 [!15 …]"; }
    std::string help() const override {
        return "Picks only these merge requests onto what stable has, and releases that; merged back before it closes.";
    }
    task<result<answer>> run(desk& with, asked question) override {
        auto [version, rest] = first_word(question.words);
        if (version.empty())
            co_return failure{errc::invalid,
                              "Say which version and which merge requests: `/release hotfix 1.4.1 !12`."};
        json::array picks;
        for (auto next = first_word(rest); !next.first.empty(); next = first_word(next.rest)) {
            const auto number = request_number(next.first);
            if (number <= 0)
                co_return failure{errc::invalid, "`" + next.first + "` is no merge request; name them like `!12 !15`."};
            if (std::ranges::find(picks, json::value(number)) == picks.end()) picks.emplace_back(number);
        }
        if (picks.empty())
            co_return failure{errc::invalid,
                              "Which merge requests shall it take? `/release hotfix " + version + " !12`."};
        const auto grammar = changelog::version_grammar::create(question.project->version.grammar);
        if (!grammar) co_return grammar.error();
        const auto parsed = grammar->parse(version);
        if (!parsed) co_return parsed.error();
        const auto all = co_await with.releases.records(question.project->name);
        if (!all) co_return all.error();
        const auto* services = with.services(question.project->name);
        if (services == nullptr)
            co_return failure{errc::refused, question.project->name + " cannot be reached now; try again in a minute."};
        auto wanted = co_await prepared(with, question.project, question.who.who, "hotfix", version);
        if (!wanted) co_return wanted.error();
        const auto pins = co_await steps::read_hotfix_pins(*services, question.project, version);
        if (!pins) co_return pins.error();
        for (const auto& each : *pins) wanted->facts[each.key()] = each.value();
        wanted->facts["picks"] = std::move(picks);
        wanted->parent = fixed_release(*all);
        auto said = co_await begin(with, question, std::move(*wanted));
        co_return said;
    }

private:
    /// The release whose version production has, as far as we know.
    static std::string fixed_release(const std::vector<release::release_record>& all) {
        const auto found = std::ranges::find_if(all.rbegin(), all.rend(), [](const release::release_record& each) {
            return each.deployed && each.kind != "rollback" && each.ended != release::ending::rolled_back;
        });
        return found == all.rend() ? std::string{} : found->id;
    }
};

}  // namespace

std::unique_ptr<verb> create_rollback() {
    return std::make_unique<rollback>();
}
std::unique_ptr<verb> create_hotfix() {
    return std::make_unique<hotfix>();
}

}  // namespace slipway::slash

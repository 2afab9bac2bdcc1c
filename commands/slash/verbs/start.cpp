// start: pins the release to what the outside world shows now, and begins it. --dry-run shows all of it and begins
// nothing.
#include <algorithm>

#include "commands/changelog/version.hpp"
#include "commands/slash/verbs/all.hpp"
#include "commands/steps/pins.hpp"
#include "commands/views/plan.hpp"
#include "commands/views/replies.hpp"
#include "commands/views/words.hpp"
#include "integrations/base/json.hpp"
#include "integrations/slack/methods.hpp"

namespace slipway::slash {
namespace {

struct wish {
    std::string version;
    bool dry = false;
};

result<wish> read_wish(const std::string& words) {
    wish wanted;
    for (auto next = first_word(words); !next.first.empty(); next = first_word(next.rest)) {
        const auto& word = next.first;
        if (word == "--dry-run" || word == "--dry")
            wanted.dry = true;
        else if (wanted.version.empty())
            wanted.version = word;
        else
            return failure{
                errc::invalid,
                "I understand `/release start VERSION [--dry-run]`, but not what comes after " + wanted.version + "."};
    }
    if (wanted.version.empty())
        return failure{errc::invalid,
                       "Say which version: `/release start 1.4.0`. Add `--dry-run` to see what would happen."};
    return wanted;
}

task<result<release::start>> prepare(desk& with, asked question, std::string version) {
    release::start begun;
    const auto& project = *question.project;
    const auto plan = with.checklist(project);
    if (!plan) co_return plan.error();
    const auto* services = with.services(project.name);
    if (services == nullptr)
        co_return failure{errc::refused, "The project " + project.name +
                                             " cannot be used right now: " + with.why_disabled(project.name)};
    const auto facts = co_await steps::read_pins(*services, question.project, version);
    if (!facts) co_return facts.error();
    const auto earlier = co_await with.releases.ids(project.name + "-" + version);
    if (!earlier) co_return earlier.error();
    begun.attempt = static_cast<int>(earlier->size()) + 1;
    begun.id = project.name + "-" + version + "-" + std::to_string(begun.attempt);
    begun.project = project.name;
    begun.version = version;
    begun.channel = project.channel;
    begun.team = question.who.who.team;
    begun.plan = *plan;
    begun.rights = project.rights.empty() ? release::default_rights() : project.rights;
    begun.facts = *facts;
    co_return begun;
}

/// A link to the board, "" when Slack does not give one now.
task<std::string> link_to_board(desk& with, std::string release_id) {
    const auto row = co_await with.memory.outbox_row_of(conductor::board_key(release_id));
    if (!row || !*row) co_return std::string{};
    const auto ts = text_at((*row)->receipt, "ts");
    if (ts.empty()) co_return std::string{};
    slack::message_ref where{text_at((*row)->receipt, "channel"), ts};
    const auto link = co_await slack::permalink(with.slack, where);
    co_return link ? *link : std::string{};
}

/// Who comes second gets the way to the release that is there (R1.1).
task<result<answer>> busy_answer(desk& with, asked question, std::string holder) {
    const auto running = co_await with.releases.load(holder);
    if (!running) co_return running.error();
    const auto link = co_await link_to_board(with, holder);
    co_return views::reply(views::words::already_running(**running, views::names{*question.project}, link));
}

release::release_state imagined(const release::start& begun, const release::actor& who, instant now) {
    release::release_state state;
    const auto events = release::decide_start(begun, who, now);
    if (events) return release::apply(state, events->front());
    // Who may not start may still look: the same state, without a requester.
    state.plan = begun.plan;
    state.facts = begun.facts;
    state.version = begun.version;
    state.project = begun.project;
    for (const auto& rule : begun.plan.steps) state.steps.emplace_back().id = rule.id;
    return state;
}

/// What could be known now: the pins, what the first looks find, and every step in words. Nothing is changed (R2.10).
task<result<answer>> dry_run(desk& with, asked question, release::start begun) {
    auto words = words_of(with, begun.plan, *question.project, begun.version);
    auto state = std::make_shared<const release::release_state>(imagined(begun, question.who, with.time.now()));
    for (const auto& rule : begun.plan.steps) {
        const auto kind = with.kinds.find(rule.kind);
        const bool can_look = kind != with.kinds.end() && kind->second->facts().looks &&
                              rule.needs == std::vector<std::string>{begun.plan.steps.front().id};
        if (!can_look) continue;
        steps::context here;
        here.state = state;
        here.rule = rule;
        here.step = *state->step(rule.id);
        here.project = question.project;
        here.with = *with.services(question.project->name);
        here.log = [](const std::string&) {};
        const auto seen = co_await kind->second->look(here);
        words[rule.id] += seen ? "; now: " + seen->found.summary : "; now: " + seen.error().sentence();
    }
    const auto title = "Dry run of " + question.project->name + " " + begun.version + ": nothing was changed";
    co_return views::plan_message(title, begun.plan, words);
}

class start final : public verb {
public:
    std::string name() const override { return "start"; }
    std::string usage() const override { return "start VERSION [--dry-run]"; }
    std::string help() const override {
        return "Starts a release of that version; --dry-run shows every step and changes nothing.";
    }
    task<result<answer>> run(desk& with, asked question) override {
        const auto wanted = read_wish(question.words);
        if (!wanted) co_return wanted.error();
        const auto rights = question.project->rights.empty() ? release::default_rights() : question.project->rights;
        const auto allowed = release::may(rights, "start", question.who);
        if (!allowed && !wanted->dry) co_return allowed.error();
        const auto grammar = changelog::version_grammar::create(question.project->version.grammar);
        if (!grammar) co_return grammar.error();
        const auto version = grammar->parse(wanted->version);
        if (!version) co_return version.error();
        const auto busy = co_await with.releases.live(question.project->name);
        if (!busy) co_return busy.error();
        if (*busy && !wanted->dry) {
            auto said = co_await busy_answer(with, question, **busy);
            co_return said;
        }
        auto begun = co_await prepare(with, question, wanted->version);
        if (!begun) co_return begun.error();
        if (wanted->dry) {
            auto shown = co_await dry_run(with, question, *begun);
            co_return shown;
        }
        const auto id = begun->id;
        const auto state = co_await with.releases.begin(std::move(*begun), question.who, "slack " + question.inbox_id,
                                                        question.companions());
        if (!state && state.error() == errc::exists) {
            auto said = co_await busy_answer(with, question, state.error().code);
            co_return said;
        }
        if (!state) co_return state.error();
        co_return views::reply(views::words::started(**state, views::names{*question.project}));
    }
};

}  // namespace

std::unique_ptr<verb> create_start() {
    return std::make_unique<start>();
}

}  // namespace slipway::slash

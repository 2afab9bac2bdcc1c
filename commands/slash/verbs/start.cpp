// start: pins the release to what the outside world shows now, and begins it. --dry-run shows all of it and begins
// nothing.
#include <algorithm>

#include "commands/changelog/version.hpp"
#include "commands/slash/verbs/all.hpp"
#include "commands/steps/pins.hpp"
#include "commands/views/board.hpp"
#include "commands/views/gate_card.hpp"
#include "commands/views/plan.hpp"
#include "commands/views/replies.hpp"
#include "commands/views/words.hpp"
#include "integrations/async/deadline.hpp"
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
    begun.facts["settings"] = project.condition_settings();
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

steps::context dry_context(desk& with, const asked& question, conductor::state_pointer state,
                           const release::step_rule& rule) {
    constexpr milliseconds patience{20'000};  ///< for one question to the outside world; a person waits for the answer
    steps::context here;
    here.state = state;
    here.rule = rule;
    here.rule.timeout = std::min(rule.timeout, patience);
    here.step = *state->step(rule.id);
    here.project = question.project;
    here.with = *with.services(question.project->name);
    here.log = [](const std::string&) {};
    return here;
}

/// What the look of a step finds, noted in `state` as its own look would be; or why it is not known.
task<std::string> look_dryly(steps::step_kind& kind, steps::context here, conductor::state_pointer* state) {
    const auto limit = here.rule.timeout;
    const auto what = "“" + here.rule.title + "”";
    const auto step = here.rule.id;
    const auto seen = co_await with_deadline(limit, what, kind.look(std::move(here)));
    if (!seen) co_return "; not known now: " + seen.error().sentence();
    auto next = **state;
    next = release::apply(std::move(next), release::look_recorded{step, seen->found, seen->items, seen->facts});
    *state = std::make_shared<const release::release_state>(std::move(next));
    co_return "; now: " + seen->found.summary;
}

/// Whether a step would find its work already done. "" when it would not: that is what everybody expects.
task<std::string> probe_dryly(steps::step_kind& kind, steps::context here, instant now) {
    steps::act intent;
    intent.key = release::idempotency_key(*here.state, here.step, "dry run");
    intent.intended = now;
    const auto limit = here.rule.timeout;
    const auto what = "the probe of “" + here.rule.title + "”";
    const auto probed = co_await with_deadline(limit, what, kind.probe(std::move(here), std::move(intent)));
    if (!probed) co_return "; not known now: " + probed.error().sentence();
    switch (probed->what) {
        case steps::answer::done:
            co_return "; already done: " + probed->text;
        case steps::answer::different:
            co_return "; something else is there: " + probed->text;
        case steps::answer::cannot_tell:
            co_return "; cannot tell now: " + probed->text;
        case steps::answer::not_done:
            break;
    }
    co_return std::string{};
}

/// The board as it would stand now, and nothing on it to press.
slack::rendered dry_board(const release::release_state& state, const release::project_settings& project) {
    std::vector<release::button> unused;
    auto board = views::board(state, views::names{project}, unused);
    return views::without_buttons(std::move(board), slack::say("A dry run: nothing was started, nothing was changed."));
}

/// What could be known now: the pins, what every look and probe finds, each step in words, and the board. Looks and
/// probes change nothing by their contract; no step is performed and nothing is stored (R2.10).
task<result<answer>> dry_run(desk& with, asked question, release::start begun) {
    auto words = words_of(with, begun.plan, *question.project, begun.version);
    conductor::state_pointer state =
        std::make_shared<const release::release_state>(imagined(begun, question.who, with.time.now()));
    for (const auto& rule : begun.plan.steps) {
        const auto kind = with.kinds.find(rule.kind);
        if (kind == with.kinds.end()) continue;
        const auto facts = kind->second->facts();
        if (facts.looks) {
            auto here = dry_context(with, question, state, rule);
            const auto found = co_await look_dryly(*kind->second, std::move(here), &state);
            words[rule.id] += found;
        }
        if (facts.has_probe && !facts.looks) {
            auto here = dry_context(with, question, state, rule);
            const auto found = co_await probe_dryly(*kind->second, std::move(here), with.time.now());
            words[rule.id] += found;
        }
    }
    const auto title = "Dry run of " + question.project->name + " " + begun.version + ": nothing was changed";
    auto shown = views::plan_message(title, begun.plan, words);
    shown.thread_parts.push_back(dry_board(*state, *question.project));
    co_return shown;
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

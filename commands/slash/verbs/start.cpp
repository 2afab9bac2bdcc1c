// start: pins the release to what the outside world shows now, and begins it. --dry-run shows all of it and begins
// nothing.
#include <algorithm>

#include "commands/changelog/version.hpp"
#include "commands/slash/starting.hpp"
#include "commands/slash/verbs/all.hpp"
#include "commands/views/board.hpp"
#include "commands/views/gate_card.hpp"
#include "commands/views/plan.hpp"
#include "commands/views/replies.hpp"
#include "commands/views/words.hpp"
#include "commands/windows/calendar.hpp"
#include "integrations/async/deadline.hpp"
#include "integrations/base/json.hpp"

namespace slipway::slash {
namespace {

struct wish {
    std::string version;
    bool dry = false;
    bool queue = false;
};

result<wish> read_wish(const std::string& words) {
    wish wanted;
    for (auto next = first_word(words); !next.first.empty(); next = first_word(next.rest)) {
        const auto& word = next.first;
        if (word == "--dry-run" || word == "--dry")
            wanted.dry = true;
        else if (word == "--queue")
            wanted.queue = true;
        else if (wanted.version.empty())
            wanted.version = word;
        else
            return failure{errc::invalid,
                           "I understand `/release start VERSION [--dry-run] [--queue]`, but not what comes after " +
                               wanted.version + "."};
    }
    if (wanted.version.empty())
        return failure{errc::invalid,
                       "Say which version: `/release start 1.4.0`. Add `--dry-run` to see what would happen."};
    return wanted;
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
task<std::string> look_dryly(timers& time, steps::step_kind& kind, steps::context here,
                             conductor::state_pointer* state) {
    const auto limit = here.rule.timeout;
    const auto what = "“" + here.rule.title + "”";
    const auto step = here.rule.id;
    const auto seen = co_await with_deadline(time, limit, what, kind.look(std::move(here)));
    if (!seen) co_return "; not known now: " + seen.error().sentence();
    auto next = **state;
    next = release::apply(std::move(next), release::look_recorded{step, seen->found, seen->items, seen->facts});
    *state = std::make_shared<const release::release_state>(std::move(next));
    co_return "; now: " + seen->found.summary;
}

/// Whether a step would find its work already done. "" when it would not: that is what everybody expects.
task<std::string> probe_dryly(timers& time, steps::step_kind& kind, steps::context here) {
    steps::act intent;
    intent.key = release::idempotency_key(*here.state, here.step, "dry run");
    intent.intended = time.now();
    const auto limit = here.rule.timeout;
    const auto what = "the probe of “" + here.rule.title + "”";
    const auto probed = co_await with_deadline(time, limit, what, kind.probe(std::move(here), std::move(intent)));
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
            const auto found = co_await look_dryly(with.time, *kind->second, std::move(here), &state);
            words[rule.id] += found;
        }
        if (facts.has_probe && !facts.looks) {
            auto here = dry_context(with, question, state, rule);
            const auto found = co_await probe_dryly(with.time, *kind->second, std::move(here));
            words[rule.id] += found;
        }
    }
    const auto title = "Dry run of " + question.project->name + " " + begun.version + ": nothing was changed";
    auto shown = views::plan_message(title, begun.plan, words);
    shown.thread_parts.push_back(dry_board(*state, *question.project));
    co_return shown;
}

task<result<>> held_back(desk& with, asked question) {
    const auto house = co_await with.releases.load_project(question.project->name);
    if (!house) co_return house.error();
    release::circumstances around;
    around.frozen = windows::open_freeze(*question.project, windows::starter::person, with.time.now());
    auto free = release::may_begin(**house, around, "release", with.time.now());
    co_return free;
}

task<result<answer>> stand_in_line(desk& with, asked question, release::start begun) {
    const release::queue_start wanted{
        {begun.version, question.who.who, question.channel, question.who.who.team, begun.facts, with.time.now()}};
    const auto house = co_await with.releases.ask_project(question.project->name, wanted, question.who,
                                                          "slack " + question.inbox_id, question.companions());
    if (!house) co_return house.error();
    co_return views::reply(slack::say(
        "{} waits, number {} in the queue. Its pins are read again when its turn comes; {} "
        "takes it out.",
        slack::code(begun.version), (*house)->queue.size(), slack::code("/release queue drop " + begun.version)));
}

class start final : public verb {
public:
    std::string name() const override { return "start"; }
    std::string usage() const override { return "start VERSION [--dry-run] [--queue]"; }
    std::string help() const override {
        return "Starts a release of that version; --dry-run shows every step and changes nothing, --queue waits for "
               "its "
               "turn.";
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
        const bool stands_in_line = *busy && wanted->queue && !wanted->dry;
        if (*busy && !wanted->dry && !wanted->queue) {
            auto said = co_await busy_answer(with, question.project, **busy);
            co_return said;
        }
        // What holds the project is said first, before anything outside is asked (R4.8).
        const auto held = co_await held_back(with, question);
        if (!held && !wanted->dry && !stands_in_line) co_return held.error();
        auto begun = co_await prepare_start(with, question.project, question.who.who, wanted->version);
        if (!begun) co_return begun.error();
        if (with.policy) {
            // The roles of the commit that counts for this release decide who may begin it.
            if (auto newest = with.project(question.project->name)) question.project = std::move(newest);
            question.who = co_await actor_of(with, question.project, question.who.who.team, question.who.who.user);
        }
        if (stands_in_line) {
            auto said = co_await stand_in_line(with, question, std::move(*begun));
            co_return said;
        }
        if (wanted->dry) {
            auto shown = co_await dry_run(with, question, *begun);
            co_return shown;
        }
        const auto id = begun->id;
        const auto state = co_await with.releases.begin(std::move(*begun), question.who, "slack " + question.inbox_id,
                                                        question.companions());
        if (!state && state.error() == errc::exists) {
            auto said = co_await busy_answer(with, question.project, state.error().code);
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

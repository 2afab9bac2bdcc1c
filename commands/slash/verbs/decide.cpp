// approve, reject: a gate's buttons, typed. What the card showed travels with the words, so that nobody approves what
// they have not seen (R3.6); everything else is the button's own way, and the cards change as after a click (R7.12).
#include "commands/slash/verbs/all.hpp"
#include "commands/views/replies.hpp"
#include "commands/views/words.hpp"

namespace slipway::slash {
namespace {

/// So many characters of the fingerprint stand at the foot of a card.
constexpr std::size_t shown_characters = 8;

/// The whole fingerprint of the question whose card begins with what was typed; else what was typed, which the rules
/// then call out of date.
std::string fingerprint_of(const release::release_state& state, const std::string& step, const std::string& typed) {
    const auto* found = state.step(step);
    const bool is_it = found != nullptr && found->gate && found->gate->fingerprint.starts_with(typed);
    return is_it ? found->gate->fingerprint : typed;
}

struct typed_decision {
    std::string step, shown, reason;
};

result<typed_decision> read_decision(const std::string& words, const std::string& usage) {
    auto [step, rest] = first_word(words);
    auto [shown, reason] = first_word(rest);
    if (step.empty() || shown.size() < shown_characters)
        return failure{errc::invalid,
                       "Say which question and what its card showed: `/release " + usage +
                           "`. SHOWN is the eight characters after “shown state” at the foot of the card; `/release "
                           "status` says what the release waits for."};
    return typed_decision{step, shown, reason};
}

class approve_verb final : public verb {
public:
    std::string name() const override { return "approve"; }
    std::string usage() const override { return "approve STEP SHOWN"; }
    std::string help() const override {
        return "Approves what a card asks, like its button; SHOWN stands at the foot of the card.";
    }
    task<result<answer>> run(desk& with, asked question) override {
        const auto typed = read_decision(question.words, usage());
        if (!typed) co_return typed.error();
        const auto live = co_await live_release(with, question.project);
        if (!live) co_return live.error();
        const release::approve wish{typed->step, fingerprint_of(**live, typed->step, typed->shown)};
        if (release::asks_for_form(**live, wish, question.who))
            co_return failure{errc::invalid,
                              "This question has a form, and a form is filled in behind the button: press it on the "
                              "card. Nothing was stored."};
        const auto after = co_await with.releases.ask((*live)->id, wish, question.who, "slack " + question.inbox_id,
                                                      question.companions());
        if (!after) co_return after.error();
        const views::names people{*question.project};
        const auto* step = (*after)->step(wish.step);
        const bool waits = step != nullptr && step->gate && step->gate->status == release::gate_status::open;
        if (waits) co_return views::reply(views::words::approved_waiting(**after, *step, people));
        co_return views::reply(people.sentence("Your approval is counted, and the gate is open."));
    }
};

class reject_verb final : public verb {
public:
    std::string name() const override { return "reject"; }
    std::string usage() const override { return "reject STEP SHOWN REASON"; }
    std::string help() const override {
        return "Rejects what a card asks, like its button; SHOWN stands at the foot of the card.";
    }
    task<result<answer>> run(desk& with, asked question) override {
        const auto typed = read_decision(question.words, usage());
        if (!typed) co_return typed.error();
        const auto live = co_await live_release(with, question.project);
        if (!live) co_return live.error();
        const release::reject wish{typed->step, fingerprint_of(**live, typed->step, typed->shown), typed->reason};
        const auto after = co_await with.releases.ask((*live)->id, wish, question.who, "slack " + question.inbox_id,
                                                      question.companions());
        if (!after) co_return after.error();
        co_return views::reply(views::names{*question.project}.sentence(
            "Rejected. When the cause is gone, `/release retry " + wish.step + "` asks again."));
    }
};

}  // namespace

std::unique_ptr<verb> create_approve() {
    return std::make_unique<approve_verb>();
}
std::unique_ptr<verb> create_reject() {
    return std::make_unique<reject_verb>();
}

}  // namespace slipway::slash

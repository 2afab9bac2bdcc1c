#include "commands/views/posts.hpp"

#include "commands/release/usual.hpp"
#include "commands/views/changelog_text.hpp"
#include "commands/views/sign_off_posts.hpp"
#include "commands/views/ways_back.hpp"
#include "integrations/base/json.hpp"

namespace slipway::views {
namespace {

markup how_it_ended(const release::release_state& state, const names& people) {
    const auto name = release_name(state, people.project());
    switch (state.ended) {
        case release::ending::done:
            return say("✅ *{} is done.*", name);
        case release::ending::cancelled:
            return say("🛑 *{} was cancelled:* {}", name, people.sentence(state.ended_text));
        case release::ending::rolled_back:
            return say("↩️ *{} was rolled back:* {}", name, people.sentence(state.ended_text));
        case release::ending::failed:
            return say("❌ *{} failed:* {}", name, people.sentence(state.ended_text));
        case release::ending::live:
            break;
    }
    return say("*{}* goes on.", name);
}

/// A release that did not get to its end leaves things behind; they are named, so that nobody has to remember them.
markup leftovers(const release::release_state& state, const names& people) {
    const auto happened = release::what_happened(state);
    if (happened.empty()) return say("Nothing outside was changed.");
    if (state.ended == release::ending::done) {
        markup text = say("*What took effect*");
        for (const auto& each : happened) text += say("\n• {}", people.sentence(each));
        return text;
    }
    const auto undoing = compensation_words(state, people);
    if (undoing.empty()) return say("Nothing outside was changed.");
    markup text = say("*What had already taken effect, and what undoes it*") + undoing;
    if (!state.fact("tag_pushed").empty())
        text += say("\nThe tag {} is published and is never moved{}; the next attempt takes the next version.",
                    slack::code(state.version), state.abandoned ? ", the version is abandoned" : "");
    return text;
}

markup skipped(const release::release_state& state, const names& people) {
    markup text;
    for (const auto& each : state.steps)
        if (each.status == release::step_status::skipped)
            if (const auto* rule = state.plan.find(each.id))
                text += say("\n⏭️ {} skipped by {}: {}", step_name(*rule), people.of(each.by), each.reason);
    return text.empty() ? text : say("*Skipped*") + text;
}

}  // namespace

rendered changelog_post(const release::release_state& state, const names& people) {
    const auto name = release_name(state, people.project());
    slack::message_builder made{say("{}: changelog", name), "CHANGELOG-" + state.version + ".md"};
    made.section(changelog_text(state.fact("changelog"), state, people.project()));
    return made.render();
}

rendered post(const release::release_state& state, const release::step_rule& rule, const names& people) {
    if (rule.kind == "publish_changelog" || text_at(rule.with, "what") == "changelog")
        return changelog_post(state, people);
    const auto words = filled(rule.text.empty() ? rule.title : rule.text, state);
    const auto name = release_name(state, people.project());
    slack::message_builder made{say("{}: {}", name, words), rule.id + ".txt"};
    made.section(say("📣 *{}*\n{}", name, words));
    made.context(say("Asked for by {} · {}", people.of(state.requester), slack::date_token(state.started)));
    return made.render();
}

rendered late_post(const release::release_state& state, const release::step_state& step, const names& people) {
    const auto* rule = state.plan.find(step.id);
    const auto usual = release::usual_time(state, step.id).value_or(milliseconds{0});
    const auto said = say(
        "🟠 *{}* takes far longer than usual: it runs since {}, and nine of ten times it is done within {}. Nothing is "
        "stopped by that.",
        rule != nullptr ? step_name(*rule) : say("{}", step.id), slack::date_token(step.began, slack::date_style::time),
        to_words(usual));
    slack::message_builder made{say("{}: {}", release_name(state, people.project()), said), step.id + ".txt"};
    made.section(said);
    return made.render();
}

rendered summary(const release::release_state& state, const names& people) {
    const auto ended = how_it_ended(state, people);
    slack::message_builder made{ended, state.id + "-summary.txt"};
    made.section(ended);
    std::vector<slack::field> fields;
    fields.push_back({"Took", say("{}", to_words(state.ended_at - state.started))});
    fields.push_back({"Asked for by", people.of(state.requester)});
    if (const auto tag = state.fact("tag_pushed"); !tag.empty()) fields.push_back({"Tag", slack::code(state.version)});
    if (const auto served = state.fact("served"); !served.empty())
        fields.push_back({"Served now", slack::code(served)});
    made.fields(fields);
    if (const auto broken = broken_words(state, people); !broken.empty()) made.section(broken);
    made.section(leftovers(state, people));
    made.section(skipped(state, people));
    auto journal = say("Release {} · {} events in the journal", slack::code(state.id), state.journal);
    // Once it is in the channel nobody can change the journal before it unseen: `slipway audit --verify`.
    if (const auto head = state.fact("journal_head"); !head.empty())
        journal += say(", which ends with {}", slack::code(head));
    made.context(journal);
    return made.render();
}

}  // namespace slipway::views

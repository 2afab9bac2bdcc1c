#include "commands/release/records.hpp"

#include <algorithm>
#include <map>

#include "integrations/base/json.hpp"

namespace slipway::release {
namespace {

/// The only place that looks at kinds by name beside status_of: what people call a green watch is the watch step's own
/// verdict, not that somebody accepted the errors.
bool watch_was_green(const release_state& state) {
    bool watched = false;
    for (const auto& rule : state.plan.steps) {
        if (rule.kind != "telemetry_watch") continue;
        const auto* step = state.step(rule.id);
        if (step == nullptr || step->status != step_status::done) return false;
        if (step->gate && step->gate->status == gate_status::approved) return false;
        watched = true;
    }
    return watched;
}

failure no_way_back(std::string sentence) {
    return {errc::refused, std::move(sentence)};
}

bool can_be_target(const release_record& each, const release_record& from) {
    return each.ended == ending::done && each.deployed && each.kind != "rollback" && each.version != from.version &&
           each.id != from.id;
}

std::string versions_of(const std::vector<const release_record*>& all) {
    constexpr std::size_t most = 5;
    std::string text;
    for (std::size_t i = 0; i < all.size() && i < most; ++i)
        text += (i == 0 ? "" : ", ") + all[i]->version + (all[i]->green ? "" : " (its watch did not end green)");
    return text;
}

/// How each kind of step is undone by people; what is not here has no compensation.
const std::map<std::string, std::string, std::less<>>& ways() {
    static const std::map<std::string, std::string, std::less<>> table{
        {"merge_requests", "stays merged; revert the merge request in GitLab when it must not ship"},
        {"migrations_collect",
         "stays in the milestone's description, between its markers; the next attempt replaces it"},
        {"migrations_confirm", "holds for exactly that SQL; the next attempt asks again only when it changed"},
        {"dependencies", "stays in their stable branches; their own next release takes it"},
        {"git_commit", "only in the bot's own clone; the next attempt begins from the remote"},
        {"git_merge", "only in the bot's own clone; the next attempt begins from the remote"},
        {"git_pick", "only in the bot's own clone; the next attempt begins from the remote"},
        {"git_tag", "only in the bot's own clone until the push; the next attempt removes it"},
        {"git_push", "is published and never moved or deleted; the next attempt takes the next version"},
        {"publish_changelog", "the message stays; edit the GitLab release by hand when it misleads"},
        {"migrations_load", "stays in the database; a DBA undoes it with SQL of their own"},
        {"merge_back", "stays in trunk; nothing is taken out of it"},
        {"restart", "nothing to undo: a service runs again"},
        {"error_issues", "the issues stay with whoever has them"},
        {"runbook", "what its lines did stays; whoever wrote them knows how to undo it"},
        {"job", "what it did stays; whoever owns the program knows how to undo it"},
        {"sentry_release", "the release stays in Sentry; delete it there when it misleads"},
    };
    return table;
}

}  // namespace

release_record record_of(const release_state& state) {
    release_record made;
    made.id = state.id;
    made.version = state.version;
    made.kind = state.kind;
    made.parent = state.parent;
    made.tag = state.fact("tag_name").empty() ? state.version : state.fact("tag_name");
    made.tag_object = state.fact("tag_pushed");
    made.commit = state.fact("stable_commit");
    made.ended = state.ended;
    made.deployed = has_deployed(state);
    made.green = state.ended == ending::done && watch_was_green(state);
    const auto deployed = from_iso(state.fact("deployed_at"));
    made.at = deployed ? *deployed : state.started;
    for (const auto& each : array_at(state.facts, "migrations"))
        if (const auto* one = each.if_object())
            made.migrations.push_back(
                {state.version, text_at(*one, "id"), text_at(*one, "title"), text_at(*one, "sql")});
    return made;
}

result<rollback_choice> choose_rollback(const std::vector<release_record>& all, const std::string& wanted) {
    const auto going = std::ranges::find_if(
        all, [](const release_record& each) { return each.kind == "rollback" && each.ended == ending::live; });
    if (going != all.end())
        return no_way_back(
            "A rollback to " + going->version +
            " is under way, and a rollback never leads to another one. Repeat what failed with `/release "
            "retry`, or end it with `/release abort " +
            going->version + " REASON`.");
    const auto newest = std::ranges::find_if(all.rbegin(), all.rend(), &release_record::deployed);
    if (newest == all.rend())
        return no_way_back(
            "Nothing has been deployed yet, so there is nothing to roll back. A release that runs ends with "
            "`/release abort VERSION REASON`.");
    rollback_choice chosen;
    chosen.from = *newest;
    if (chosen.from.kind == "rollback" && wanted.empty())
        return no_way_back(
            "What was deployed last, " + chosen.from.version +
            ", is a rollback already. Fix forward with `/release hotfix VERSION !MR`, or name the version "
            "to go back to: `/release rollback VERSION`.");
    std::vector<const release_record*> candidates;
    for (auto each = std::next(newest); each != all.rend(); ++each)
        if (can_be_target(*each, chosen.from)) candidates.push_back(&*each);
    const auto fits = [&](const release_record* each) {
        return wanted.empty() ? each->green : each->version == wanted;
    };
    const auto found = std::ranges::find_if(candidates, fits);
    if (found == candidates.end()) {
        const auto known = versions_of(candidates);
        const auto there = known.empty() ? std::string{"No earlier release was deployed to its end; fix forward with "
                                                       "`/release hotfix VERSION !MR`."}
                                         : "Deployed to their end were: " + known +
                                               ". Name one: `/release rollback VERSION`.";
        return no_way_back(
            (wanted.empty() ? "No release before " + chosen.from.version + " ended with a green watch. "
                            : wanted + " is no release that could be gone back to from " + chosen.from.version + ". ") +
            there);
    }
    chosen.to = **found;
    for (auto each = newest; each != all.rend() && each->id != chosen.to.id; ++each)
        if (each->deployed && each->kind != "rollback") chosen.between.push_back(*each);
    for (auto each = chosen.between.rbegin(); each != chosen.between.rend(); ++each)
        chosen.migrations.insert(chosen.migrations.end(), each->migrations.begin(), each->migrations.end());
    return chosen;
}

std::vector<std::string> expected_versions(const std::vector<release_record>& all) {
    std::vector<std::string> expected;
    for (auto each = all.rbegin(); each != all.rend(); ++each) {
        if (!each->deployed || each->ended == ending::rolled_back) continue;
        expected.push_back(each->version);
        if (each->ended == ending::done) return expected;
    }
    return {};  // what ran before us is not recorded
}

std::vector<compensation> compensations(const release_state& state) {
    std::vector<compensation> all;
    bool offered = false;
    for (const auto& rule : state.plan.steps) {
        const auto* step = state.step(rule.id);
        if (step == nullptr || rule.effect == side_effect::none) continue;
        const bool some_item = std::ranges::any_of(
            step->items, [](const item_state& item) { return item.status == item_status::done && item.attempt > 0; });
        // A look that found everything done already is no act of this release.
        const bool happened = step->intent || some_item || (step->status == step_status::done && !step->look);
        if (!happened) continue;
        compensation one;
        one.happened = rule.title + (step->text.empty() ? "" : ": " + step->text);
        if (step->status == step_status::unknown_outcome) one.happened += " (not known whether it took effect)";
        const auto known = ways().find(rule.kind);
        const bool deploys = known == ways().end() && rule.effect == side_effect::irreversible && has_deployed(state) &&
                             state.kind != "rollback";
        if (deploys && !offered) {
            one.way = "production can go back to the last good release: `/release rollback`";
            one.verb = "rollback";
            offered = true;
        } else {
            one.way = known != ways().end() ? known->second : "nothing undoes it by itself; whoever owns it decides";
        }
        all.push_back(std::move(one));
    }
    if (state.kind == "hotfix" && !state.fact("tag_pushed").empty() && state.fact("merged_back").empty())
        all.push_back({"Stable has the hotfix and trunk does not",
                       "merge stable into trunk by hand, or the next release takes the fix away again", ""});
    return all;
}

}  // namespace slipway::release

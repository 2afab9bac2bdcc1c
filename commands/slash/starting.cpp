#include "commands/slash/starting.hpp"

#include <spdlog/spdlog.h>

#include "commands/slash/rules_kept.hpp"
#include "commands/steps/pins.hpp"
#include "commands/views/replies.hpp"
#include "commands/views/words.hpp"
#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/desired_message.hpp"
#include "integrations/slack/methods.hpp"

namespace slipway::slash {
namespace {

/// What of the pins is another now, in words.
std::string moved_pins(const json::object& before, const json::object& now) {
    std::string words;
    for (const auto* name : {"candidate", "base", "milestone_id"}) {
        const auto* old = before.if_contains(name);
        const auto* fresh = now.if_contains(name);
        if ((old == nullptr) == (fresh == nullptr) && (old == nullptr || *old == *fresh)) continue;
        words += (words.empty() ? "" : ", ") + std::string{name};
    }
    return words;
}

store::outbox_put tell(const release::project_settings& project, const release::queued_start& waits,
                       const std::string& what, const std::string& sentence) {
    const auto said = views::reply(views::names{project}.sentence(sentence));
    slack::desired_message wish;
    wish.user = waits.by.user;
    wish.text = said.text;
    wish.blocks = said.blocks;
    return {"queue/" + project.name + "/" + waits.version + "/" + to_iso(waits.at) + "/" + what,
            slack::lane_of(slack::desired{wish}), slack::priority::gate, slack::to_json(wish), std::nullopt};
}

}  // namespace

release::start common_start(const release::project_settings& project, const release::person_id& by) {
    release::start begun;
    begun.project = project.name;
    begun.channel = project.channel;
    begun.team = by.team;
    begun.rights = project.rights.empty() ? release::default_rights() : project.rights;
    begun.facts["settings"] = project.condition_settings();
    return begun;
}

task<result<release::start>> prepare_start(desk& with, project_pointer project, release::person_id by,
                                           std::string version) {
    policy_state policy;
    if (with.policy) policy = co_await with.policy();
    if (!policy.refusal.empty()) co_return failure{errc::refused, policy.refusal};
    if (auto newest = with.project(project->name)) project = std::move(newest);
    const auto plan = with.checklist(*project);
    if (!plan) co_return plan.error();
    const auto* services = with.services(project->name);
    if (services == nullptr)
        co_return failure{errc::refused, "The project " + project->name +
                                             " cannot be used right now: " + with.why_disabled(project->name)};
    const auto facts = co_await steps::read_pins(*services, project, version);
    if (!facts) co_return facts.error();
    const auto stem = project->name + "-" + version;
    const auto attempt = co_await with.releases.next_attempt(stem);
    if (!attempt) co_return attempt.error();
    auto begun = common_start(*project, by);
    begun.attempt = *attempt;
    begun.id = stem + "-" + std::to_string(begun.attempt);
    begun.version = version;
    auto kept = co_await with_rules_kept(with, project, *plan, begun.rights);
    if (!kept) co_return kept.error();
    begun.plan = std::move(*kept);
    for (const auto& each : *facts) begun.facts[each.key()] = each.value();
    if (!policy.commit.empty()) begun.facts["policy_commit"] = policy.commit;
    co_return begun;
}

task<result<answer>> busy_answer(desk& with, project_pointer project, std::string holder) {
    const auto running = co_await with.releases.load(holder);
    if (!running) co_return running.error();
    const auto link = co_await link_to(with, conductor::board_key(holder));
    co_return views::reply(views::words::already_running(**running, views::names{*project}, link));
}

task<result<>> promote(desk& with, std::string name) {
    const auto project = with.project(name);
    if (!project) co_return failure{errc::refused, "the project is switched off: " + with.why_disabled(name)};
    const auto house = co_await with.releases.load_project(name);
    if (!house) co_return house.error();
    if ((*house)->queue.empty()) co_return result<>{};
    const auto waits = (*house)->queue.front();
    auto begun = co_await prepare_start(with, project, waits.by, waits.version);
    if (!begun &&
        (begun.error() == errc::unavailable || begun.error() == errc::timed_out || begun.error() == errc::lost))
        co_return begun.error();  // the other side is away: it waits, the next turn tries again
    auto why = begun ? std::string{} : begun.error().sentence();
    if (begun) {
        begun->facts["promoted"] = true;
        conductor::companions parts;
        const auto moved = moved_pins(waits.pins, begun->facts);
        parts.messages.push_back(
            tell(*project, waits, "begun",
                 waits.version + " has begun, its turn in the queue has come." +
                     (moved.empty() ? "" : " Since you asked, " + moved + " moved; it goes by what is there now.")));
        const auto newest = with.project(name);
        const auto who = co_await actor_of(with, newest ? newest : project, waits.by.team, waits.by.user);
        const auto state = co_await with.releases.begin(std::move(*begun), who, "queue", std::move(parts));
        if (state) co_return result<>{};
        const auto allowed =
            release::may(project->rights.empty() ? release::default_rights() : project->rights, "start", who);
        if (allowed) co_return state.error();  // a lock, a freeze or another release: it waits
        why = allowed.error().sentence();
    }
    conductor::companions parts;
    parts.messages.push_back(
        tell(*project, waits, "dropped", waits.version + " cannot begin any more and left the queue: " + why));
    const release::drop_start dropped{waits.version, why};
    const auto gone = co_await with.releases.ask_project(name, dropped, release::machine(), "queue", std::move(parts));
    if (!gone) co_return gone.error();
    co_return result<>{};
}

}  // namespace slipway::slash

#include "commands/steps/watching/group_acts.hpp"

#include "commands/errors/actions.hpp"
#include "commands/errors/markdown.hpp"
#include "commands/steps/watching/marks.hpp"
#include "commands/steps/watching/triage_parts.hpp"
#include "commands/steps/watching/windows.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/sentry/sentry.hpp"
#include "integrations/telemetry/ledger.hpp"

namespace slipway::steps {
namespace {

namespace member = errors::owner_member;

release::choice lasting(const char* id, std::string label, release::side_effect effect, bool settles) {
    release::choice made;
    made.id = id;
    made.label = std::move(label);
    made.effect = effect;
    made.settles = settles;
    made.lasting = true;
    return made;
}

/// The issue's assignee becomes `who`, and a note says why. 0 = there is no open issue (yet).
task<result<std::int64_t>> hand_over(context here, std::string hash, assignment who, std::string note) {
    const auto issue = co_await open_issue_of(here, hash);
    if (!issue) co_return issue.error();
    if (!*issue) co_return std::int64_t{0};
    const auto project = number_at(here.state->facts, "gitlab_project");
    const auto& now = (*issue)->assignees;
    if (now.size() == 1 && now.front().id == who.gitlab_id) co_return (*issue)->iid;  // done before a crash
    gitlab::issue_change change;
    change.assignee_ids = std::vector<std::int64_t>{who.gitlab_id};
    const auto changed = co_await here.with.gitlab->update_issue(project, (*issue)->iid, change);
    if (!changed) co_return changed.error();
    const auto told = co_await here.with.gitlab->add_issue_note(project, (*issue)->iid, std::move(note));
    if (!told && !may_have_happened(told.error().kind())) co_return told.error();
    co_return (*issue)->iid;
}

/// What the issue step or an earlier look found, else what git says now.
task<result<std::vector<errors::suspect>>> suspects_for(context here, const release::item_state& item,
                                                        std::string hash) {
    if (const auto& known = array_at(item.data, member::suspects); !known.empty()) co_return suspects_from(known);
    for (const auto& step : here.state->steps)
        for (const auto& each : array_at(step.data, "issues"))
            if (text_at(each, "hash") == hash) co_return suspects_from(array_at(each, "suspects"));
    if (here.with.clone == nullptr) co_return std::vector<errors::suspect>{};
    const auto repository = co_await here.with.clone->ready();
    if (!repository) co_return repository.error();
    errors::group_verdict judged;
    judged.group = hash;
    const auto report = co_await report_of(here, *repository, judged);
    if (!report) co_return report.error();
    co_return report->blame.ranked;
}

task<result<outcome>> take(context here, act intent, std::string hash) {
    outcome done;
    const auto account = co_await gitlab_account_of(here, intent.by);
    if (!account) co_return account.error();
    done.data[member::owner_slack] = intent.by.user;
    done.data[member::because] = "taken in Slack";
    done.text = "taken by @" + intent.by.user;
    if (account->empty() || here.with.gitlab == nullptr) {
        done.data[member::owner] = "";
        done.text += ". Their GitLab account is not known, so the issue's assignee stays; `/release link` connects it";
        co_return done;
    }
    errors::developer who;
    who.username = *account;
    const auto person = co_await assign_person(here, who, "taken in Slack");
    if (!person) co_return person.error();
    if (!*person)
        co_return failure{errc::refused, "GitLab has no active account “" + *account +
                                             "” to assign. `/release link` connects another"};
    done.data[member::owner] = (*person)->username;
    const auto issue = co_await hand_over(here, hash, **person,
                                          "Taken by " + errors::markdown_code(untrusted{*account}) + " in Slack.");
    if (!issue) co_return issue.error();
    if (*issue != 0) done.text += "; issue #" + std::to_string(*issue) + " is theirs";
    co_return done;
}

/// The next suspect whom GitLab can assign; at the end of the list whoever started the release.
task<result<outcome>> not_me(context here, act intent, const release::item_state& item, std::string hash) {
    if (here.with.gitlab == nullptr) co_return not_configured("GitLab", "gitlab.project");
    const auto suspects = co_await suspects_for(here, item, hash);
    if (!suspects) co_return suspects.error();
    auto turn = static_cast<std::size_t>(std::max<std::int64_t>(0, number_at(item.data, member::turn))) + 1;
    std::optional<assignment> next;
    for (; turn < suspects->size() && !next; ++turn) {
        const auto& each = (*suspects)[turn];
        const auto why = each.reasons.empty() ? std::string{"the next on the list"} : each.reasons.front();
        auto person = co_await assign_person(here, each.who, why);
        if (!person) co_return person.error();
        next = std::move(*person);
        if (next) break;
    }
    if (!next) {
        auto captain = co_await assign_requester(here, "nobody else is left on the list");
        if (!captain) co_return captain.error();
        next = std::move(*captain);
    }
    outcome done;
    done.data[member::turn] = static_cast<std::int64_t>(turn);
    done.data[member::owner] = next->username;
    done.data[member::owner_slack] = next->slack;
    done.data[member::because] = next->why;
    const auto name = next->slack.empty() ? next->username : "@" + next->slack;
    done.text = "@" + intent.by.user + " says it is not theirs; " + (name.empty() ? "nobody" : name) +
                " is asked now: " + next->why;
    if (next->gitlab_id == 0) co_return done;
    const auto account = co_await gitlab_account_of(here, intent.by);
    if (!account) co_return account.error();
    const auto by = account->empty() ? "Somebody" : errors::markdown_code(untrusted{*account});
    const auto issue = co_await hand_over(
        here, hash, *next,
        by + " says in Slack that it is not theirs. Next: " + errors::markdown_code(untrusted{next->username}) + "; " +
            errors::markdown_code(untrusted{next->why}, 300) + ".");
    if (!issue) co_return issue.error();
    co_return done;
}

/// The iid of the issue that was closed, 0 when there is none open.
task<result<std::int64_t>> close_issue(context here, std::string hash) {
    const auto issue = co_await open_issue_of(here, hash);
    if (!issue) co_return issue.error();
    if (!*issue) co_return std::int64_t{0};
    gitlab::issue_change change;
    change.state_event = "close";
    const auto closed =
        co_await here.with.gitlab->update_issue(number_at(here.state->facts, "gitlab_project"), (*issue)->iid, change);
    if (!closed) co_return closed.error();
    co_return (*issue)->iid;
}

/// When the group came from Sentry, it is resolved there, too; true when it was.
task<result<bool>> resolve_in_sentry(context here, std::string hash) {
    if (here.with.sentry == nullptr) co_return false;
    for (const auto& sample : here.with.errors->samples(place_of(here), hash))
        for (const auto& [name, id] : sample.tags) {
            if (name != sentry::issue_tag) continue;
            const auto version = here.project->sentry.release_name(here.project->name, here.state->version);
            const auto done = co_await here.with.sentry->resolve(id, version);
            if (!done) co_return done.error();
            co_return true;
        }
    co_return false;
}

}  // namespace

std::vector<release::choice> group_choices(const std::string& version) {
    using release::side_effect;
    return {
        lasting(errors::action::take, "Take it", side_effect::reversible, /*settles=*/false),
        lasting(errors::action::not_me, "Not me", side_effect::reversible, /*settles=*/false),
        lasting(errors::action::mute, "Mute for " + version, side_effect::none, /*settles=*/true),
        lasting(errors::action::resolve, "Resolve", side_effect::reversible, /*settles=*/true),
    };
}

task<result<outcome>> act_on_group(context here, act intent) {
    const auto* item = here.step.item(intent.item);
    const auto hash = item != nullptr ? text_at(item->data, errors::group_member::hash) : std::string{};
    if (hash.empty()) co_return failure{errc::invalid, intent.item + " is no group of errors of this release"};
    outcome done;
    if (intent.choice == errors::action::take) {
        auto taken = co_await take(here, intent, hash);
        co_return taken;
    }
    if (intent.choice == errors::action::not_me) {
        auto moved = co_await not_me(here, intent, *item, hash);
        co_return moved;
    }
    if (intent.choice == errors::action::mute) {
        const auto kept = co_await mark_muted(here, hash, intent);
        if (!kept) co_return kept.error();
        done.text = "muted for " + here.state->version + "; it raises no alarm in this release";
        co_return done;
    }
    if (intent.choice == errors::action::resolve) {
        const auto kept = co_await mark_resolved(here, hash, intent);
        if (!kept) co_return kept.error();
        done.text = "resolved; when it happens again with this code or later, it has regressed";
        const auto closed = co_await close_issue(here, hash);
        if (!closed) co_return closed.error();
        if (*closed != 0) done.text += ". Issue #" + std::to_string(*closed) + " is closed";
        const auto there = co_await resolve_in_sentry(here, hash);
        if (!there) co_return there.error();
        if (*there) done.text += "; Sentry knows";
        co_return done;
    }
    co_return failure{errc::refused, "“" + intent.choice + "” cannot be done with an error in this version"};
}

}  // namespace slipway::steps

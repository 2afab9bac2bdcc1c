// error_issues: every group that needs one gets a GitLab issue, assigned to the most likely author. The hidden marker
// is searched first and after every doubtful answer, so a group never gets a second issue (R10.6).
#include <fmt/format.h>
#include <algorithm>

#include "commands/errors/triage.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/watching/evidence.hpp"
#include "commands/steps/watching/windows.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

struct assignment {
    std::string username;  ///< "" = nobody
    std::int64_t gitlab_id = 0;
    std::string slack;
    std::string why;
};

errors::group_verdict verdict_from(const json::object& saved) {
    errors::group_verdict judged;
    judged.group = text_at(saved, "hash");
    judged.title = untrusted{text_at(saved, "title")};
    for (const auto each : {errors::change::fresh, errors::change::regressed, errors::change::louder})
        if (errors::to_string(each) == text_at(saved, "what")) judged.what = each;
    judged.before = static_cast<std::uint64_t>(number_at(saved, "before"));
    judged.after = static_cast<std::uint64_t>(number_at(saved, "after"));
    judged.why = text_at(saved, "why");
    return judged;
}

/// The person in the project file, by GitLab user name or e-mail; e-mail alone gives no rights, but names who wrote a
/// line.
const release::person_settings* person_of(const context& here, const errors::developer& who) {
    if (const auto* person = here.project->by_gitlab(who.username); person != nullptr && !who.username.empty())
        return person;
    return here.project->by_email(who.email);
}

task<result<assignment>> assign(context here, errors::suspicion blame) {
    assignment chosen;
    std::string username;
    if (blame.assignee) {
        const auto* person = person_of(here, blame.assignee->who);
        username = person != nullptr ? person->gitlab : blame.assignee->who.username;
        if (person != nullptr) chosen.slack = person->slack;
        chosen.why = blame.why;
    }
    if (username.empty()) {
        // Nobody stands out: the person who runs the release takes it and finds the right one.
        if (const auto* captain = here.project->by_slack(here.state->requester.user)) {
            username = captain->gitlab;
            chosen.slack = captain->slack;
        }
        chosen.why = blame.why.empty() ? "nobody stands out, so the requester of the release gets it" : blame.why;
    }
    if (username.empty()) co_return chosen;
    const auto user = co_await here.with.gitlab->user_by_name(username);
    if (!user && !(user.error() == errc::not_found)) co_return user.error();
    if (user && user->active) {
        chosen.username = user->username;
        chosen.gitlab_id = user->id;
    }
    co_return chosen;
}

task<result<std::vector<gitlab::issue>>> find_marked(context here, std::string hash) {
    gitlab::issue_query query;
    query.in_description = errors::marker_search(hash);
    auto found = co_await here.with.gitlab->issues(number_at(here.state->facts, "gitlab_project"), query);
    co_return found;
}

task<result<gitlab::issue>> create_once(context here, gitlab::new_issue wanted, std::string hash) {
    const auto project = number_at(here.state->facts, "gitlab_project");
    const auto made = co_await here.with.gitlab->create_issue(project, wanted);
    if (made || !may_have_happened(made.error().kind())) co_return made;
    const auto again = co_await find_marked(here, hash);
    if (again)
        for (const auto& each : *again)
            if (errors::has_marker(each.description.raw(), here.project->name, hash)) co_return each;
    co_return made;
}

class error_issues final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("error_issues", release::step_class::action, false, true, release::side_effect::reversible);
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return "one GitLab issue in " + project.gitlab.project + " for each new, regressed or louder error, at most " +
               std::to_string(project.watch.most_issues) + ", assigned to the most likely author";
    }
    // perform() searches before it creates, group by group, so starting it again is always safe.
    task<result<probe_outcome>> probe(context, act) override { co_return probe_outcome{}; }

    task<result<outcome>> perform(context here, act) override {
        const auto& groups = array_at(here.state->facts, "error_groups");
        outcome done;
        if (groups.empty()) {
            done.text = "no new errors, no issues";
            co_return done;
        }
        if (here.with.gitlab == nullptr) co_return not_configured("GitLab", "gitlab.project");
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        std::vector<errors::group_verdict> needing;
        for (const auto& each : groups)
            if (each.is_object()) needing.push_back(verdict_from(each.get_object()));
        const auto plan = errors::plan_issues(needing, static_cast<std::size_t>(here.project->watch.most_issues));
        json::array cards;
        std::vector<errors::group_report> rest;
        for (const auto& judged : needing) {
            auto report = co_await report_of(here, *open, judged);
            if (!report) co_return report.error();
            const bool own = std::ranges::count(plan.own, judged.group) > 0;
            if (!own) {
                rest.push_back(std::move(*report));
                continue;
            }
            auto card = co_await settle(here, *report);
            if (!card) co_return card.error();
            cards.emplace_back(std::move(*card));
        }
        if (!rest.empty()) {
            auto card = co_await settle_umbrella(here, rest);
            if (!card) co_return card.error();
            cards.emplace_back(std::move(*card));
        }
        done.text = count(cards.size(), "issue") + " for " + count(needing.size(), "error group");
        done.data["issues"] = std::move(cards);
        co_return done;
    }

private:
    static task<result<errors::group_report>> report_of(context here, git::repository* repository,
                                                        errors::group_verdict judged) {
        errors::group_report report;
        const auto where = place_of(here);
        report.project = here.project->name;
        report.hash = judged.group;
        report.title = judged.title;
        report.judged = judged;
        report.release = here.state->version;
        report.range_url = here.state->fact("diff_url");
        if (const auto known = here.with.errors->record_of(where, judged.group)) {
            report.culprit = known->culprit;
            report.first_seen = known->first_seen;
            report.last_seen = known->last_seen;
        }
        const auto windows = windows_of(here);
        for (const auto& each : here.with.errors->active_groups({where, {}, judged.group, {}}, windows.after))
            for (const auto& [server, times] : each.servers) report.servers.push_back(server);
        auto samples = here.with.errors->samples(where, judged.group);
        if (samples.empty()) co_return report;
        report.sample = samples.front();
        const auto facts = co_await collect_evidence(here, repository, samples.front());
        if (!facts) co_return facts.error();
        auto named = *facts;
        for (auto& [id, commit] : named.commits)
            if (const auto* person = here.project->by_email(commit.author.email))
                commit.author.username = person->gitlab;
        report.blame = errors::suspects_of(named);
        co_return report;
    }

    static json::object card_of(const errors::group_report& report, const gitlab::issue& issue, const assignment& who,
                                std::string_view how) {
        json::object card;
        card["hash"] = report.hash;
        card["title"] = report.title.raw();
        card["what"] = errors::to_string(report.judged.what);
        card["why"] = report.judged.why;
        card["before"] = report.judged.before;
        card["after"] = report.judged.after;
        card["issue"] = issue.iid;
        card["url"] = issue.web_url;
        card["how"] = how;
        card["assignee"] = who.username;
        card["assignee_slack"] = who.slack;
        card["because"] = who.why;
        json::array suspects;
        for (const auto& each : report.blame.ranked) {
            json::object suspect;
            suspect["name"] = each.who.name;
            suspect["username"] = each.who.username;
            suspect["confidence"] = each.confidence;
            json::array reasons;
            for (const auto& reason : each.reasons) reasons.emplace_back(reason);
            suspect["reasons"] = std::move(reasons);
            suspect["request"] = each.request;
            suspects.emplace_back(std::move(suspect));
        }
        card["suspects"] = std::move(suspects);
        return card;
    }

    static task<result<json::object>> settle(context here, errors::group_report report) {
        const auto project = number_at(here.state->facts, "gitlab_project");
        const auto found = co_await find_marked(here, report.hash);
        if (!found) co_return found.error();
        std::vector<errors::known_issue> known;
        for (const auto& each : *found) known.push_back({each.iid, each.open, each.description.raw()});
        const auto who = co_await assign(here, report.blame);
        if (!who) co_return who.error();
        const auto decision = errors::decide_issue(report.project, report.hash, known);
        if (std::holds_alternative<errors::create_issue>(decision)) {
            const auto text = errors::write_issue(report);
            gitlab::new_issue wanted;
            wanted.title = text.title;
            wanted.description = text.description;
            wanted.labels = text.labels;
            wanted.labels.push_back(here.project->gitlab.error_label);
            if (who->gitlab_id != 0) wanted.assignee_ids = {who->gitlab_id};
            const auto made = co_await create_once(here, wanted, report.hash);
            if (!made) co_return made.error();
            co_return card_of(report, *made, *who, "created");
        }
        const auto* closed = std::get_if<errors::reopen_issue>(&decision);
        const auto iid = closed != nullptr ? closed->iid : std::get<errors::leave_issue>(decision).iid;
        auto issue = co_await here.with.gitlab->read_issue(project, iid);
        if (!issue) co_return issue.error();
        if (closed != nullptr) {
            gitlab::issue_change change;
            change.state_event = "reopen";
            const auto reopened = co_await here.with.gitlab->update_issue(project, iid, change);
            if (!reopened) co_return reopened.error();
            const auto told = co_await here.with.gitlab->add_issue_note(project, iid, errors::write_comment(report));
            if (!told && !may_have_happened(told.error().kind())) co_return told.error();
        }
        co_return card_of(report, *issue, *who, closed != nullptr ? "reopened" : "open already");
    }

    static task<result<json::object>> settle_umbrella(context here, std::vector<errors::group_report> rest) {
        const auto hash = errors::umbrella_hash(here.state->version);
        const auto found = co_await find_marked(here, hash);
        if (!found) co_return found.error();
        errors::group_report about;
        about.hash = hash;
        about.title = untrusted{count(rest.size(), "more error group")};
        const auto who = co_await assign(here, {});
        if (!who) co_return who.error();
        for (const auto& each : *found)
            if (errors::has_marker(each.description.raw(), here.project->name, hash))
                co_return card_of(about, each, *who, "open already");
        const auto text = errors::write_umbrella(here.project->name, here.state->version, rest);
        gitlab::new_issue wanted;
        wanted.title = text.title;
        wanted.description = text.description;
        wanted.labels = text.labels;
        if (who->gitlab_id != 0) wanted.assignee_ids = {who->gitlab_id};
        const auto made = co_await create_once(here, wanted, hash);
        if (!made) co_return made.error();
        co_return card_of(about, *made, *who, "created");
    }
};

}  // namespace

std::unique_ptr<step_kind> create_error_issues() {
    return std::make_unique<error_issues>();
}

}  // namespace slipway::steps

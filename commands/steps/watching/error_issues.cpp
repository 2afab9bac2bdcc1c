// error_issues: every group that needs one gets a GitLab issue, assigned to the most likely author. The hidden marker
// is searched first and after every doubtful answer, so a group never gets a second issue (R10.6).
#include <algorithm>

#include "commands/errors/actions.hpp"
#include "commands/errors/triage.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/watching/triage_parts.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

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

/// The card of the group, on which people may have said something already.
const release::item_state* item_of(const context& here, const std::string& hash) {
    for (const auto& step : here.state->steps)
        if (const auto* rule = here.state->plan.find(step.id); rule != nullptr && rule->kind == "telemetry_watch")
            return step.item(errors::item_of(hash));
    return nullptr;
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

gitlab::new_issue as_new(const context& here, const errors::issue_text& text, const assignment& who) {
    gitlab::new_issue wanted;
    wanted.title = text.title;
    wanted.description = text.description;
    wanted.labels = text.labels;
    wanted.labels.push_back(here.project->gitlab.error_label);
    if (who.gitlab_id != 0) wanted.assignee_ids = {who.gitlab_id};
    return wanted;
}

/// What an issue became in this release.
struct settled {
    gitlab::issue issue;
    std::string how;  ///< "created", "reopened", "open already"
};

/// The issue of `hash`: the one that is there, opened again if need be and told of this release, else a new one.
task<result<settled>> settle_issue(context here, std::string hash, errors::issue_text text, std::string comment,
                                   assignment who) {
    const auto project = number_at(here.state->facts, "gitlab_project");
    const auto found = co_await find_marked(here, hash);
    if (!found) co_return found.error();
    std::vector<errors::known_issue> known;
    for (const auto& each : *found) known.push_back({each.iid, each.open, each.description.raw()});
    const auto decision = errors::decide_issue(here.project->name, hash, known);
    if (std::holds_alternative<errors::create_issue>(decision)) {
        const auto made = co_await create_once(here, as_new(here, text, who), hash);
        if (!made) co_return made.error();
        co_return settled{*made, "created"};
    }
    const auto* closed = std::get_if<errors::reopen_issue>(&decision);
    const auto iid = closed != nullptr ? closed->iid : std::get<errors::leave_issue>(decision).iid;
    if (closed != nullptr) {
        gitlab::issue_change change;
        change.state_event = "reopen";
        if (who.gitlab_id != 0) change.assignee_ids = std::vector<std::int64_t>{who.gitlab_id};
        const auto reopened = co_await here.with.gitlab->update_issue(project, iid, change);
        if (!reopened) co_return reopened.error();
    }
    for (const auto& each : *found)  // what this very release wrote, before a crash or a retry, is not "seen again"
        if (each.iid == iid && errors::has_seen_marker(each.description.raw(), here.state->id, hash))
            co_return settled{each, "created"};
    const auto told = co_await comment_once(here, iid, hash, std::move(comment));
    if (!told && !may_have_happened(told.error().kind())) co_return told.error();
    auto issue = co_await here.with.gitlab->read_issue(project, iid);
    if (!issue) co_return issue.error();
    co_return settled{std::move(*issue), closed != nullptr ? "reopened" : "open already"};
}

json::object card_of(const errors::group_report& report, const settled& made, const assignment& who) {
    json::object card;
    card["hash"] = report.hash;
    card["title"] = report.title.raw();
    card["what"] = errors::to_string(report.judged.what);
    card["why"] = report.judged.why;
    card["before"] = report.judged.before;
    card["after"] = report.judged.after;
    card["issue"] = made.issue.iid;
    card["url"] = made.issue.web_url;
    card["how"] = made.how;
    card["assignee"] = who.username;
    card["assignee_slack"] = who.slack;
    card["because"] = who.why;
    card["suspects"] = suspects_json(report.blame);
    return card;
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
        std::size_t again = 0;
        for (const auto& judged : needing) {
            auto report = co_await report_of(here, *open, judged);
            if (!report) co_return report.error();
            const bool own = std::ranges::count(plan.own, judged.group) > 0;
            if (!own) {
                rest.push_back(std::move(*report));
                continue;
            }
            auto card = co_await settle(here, std::move(*report));
            if (!card) co_return card.error();
            if (text_at(*card, "how") != "created") ++again;
            cards.emplace_back(std::move(*card));
        }
        if (!rest.empty()) {
            auto card = co_await settle_umbrella(here, std::move(rest));
            if (!card) co_return card.error();
            cards.emplace_back(std::move(*card));
        }
        done.text = count(cards.size(), "issue") + " for " + count(needing.size(), "error group");
        if (again > 0)
            done.text += "; " + std::to_string(again) + " of them known from before and told of this release";
        done.data["issues"] = std::move(cards);
        co_return done;
    }

private:
    static task<result<json::object>> settle(context here, errors::group_report report) {
        const auto who = co_await assign(here, report.blame, item_of(here, report.hash));
        if (!who) co_return who.error();
        report.given_to = who->username;
        report.given_why = who->why;
        const auto text = errors::write_issue(report);
        const auto comment = errors::write_comment(report);
        const auto made = co_await settle_issue(here, report.hash, text, comment, *who);
        if (!made) co_return made.error();
        co_return card_of(report, *made, *who);
    }

    static task<result<json::object>> settle_umbrella(context here, std::vector<errors::group_report> rest) {
        errors::group_report about;
        about.hash = errors::umbrella_hash(here.state->version);
        about.title = untrusted{count(rest.size(), "more error group")};
        for (const auto& each : rest) {
            about.judged.before += each.judged.before;
            about.judged.after += each.judged.after;
        }
        about.judged.why = "these are too many for issues of their own; one issue lists them";
        const auto who = co_await assign_requester(
            here, "too many for issues of their own: the requester of the release sorts them");
        if (!who) co_return who.error();
        const auto text = errors::write_umbrella(here.project->name, here.state->version, here.state->id, rest);
        const auto comment = errors::write_umbrella_comment(here.state->version, here.state->id, rest);
        const auto made = co_await settle_issue(here, about.hash, text, comment, *who);
        if (!made) co_return made.error();
        auto card = card_of(about, *made, *who);
        card["what"] = "";
        card["umbrella"] = true;
        card["groups"] = rest.size();
        co_return card;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_error_issues() {
    return std::make_unique<error_issues>();
}

}  // namespace slipway::steps

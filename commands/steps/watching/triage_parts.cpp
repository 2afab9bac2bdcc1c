#include "commands/steps/watching/triage_parts.hpp"

#include <algorithm>

#include "commands/errors/actions.hpp"
#include "commands/steps/watching/evidence.hpp"
#include "commands/steps/watching/windows.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {

task<result<errors::group_report>> report_of(context here, git::repository* repository, errors::group_verdict judged) {
    errors::group_report report;
    const auto where = place_of(here);
    report.project = here.project->name;
    report.hash = judged.group;
    report.title = judged.title;
    report.judged = judged;
    report.release = here.state->version;
    report.release_id = here.state->id;
    report.range_url = here.state->fact("diff_url");
    if (const auto known = here.with.errors->record_of(where, judged.group)) {
        report.culprit = known->culprit;
        report.first_seen = known->first_seen;
        report.last_seen = known->last_seen;
    }
    const auto windows = windows_of(here);
    for (const auto& each : here.with.errors->active_groups({where, {}, judged.group, {}}, windows.after))
        for (const auto& [server, times] : each.servers)
            if (!server.empty()) report.servers.push_back(server);
    const auto samples = here.with.errors->samples(where, judged.group);
    if (samples.empty() || repository == nullptr) co_return report;
    report.sample = samples.front();
    const auto facts = co_await collect_evidence(here, repository, samples.front());
    if (!facts) co_return facts.error();
    report.blame = errors::suspects_of(*facts);
    co_return report;
}

json::array suspects_json(const errors::suspicion& blame) {
    json::array all;
    for (const auto& each : blame.ranked) {
        json::object suspect;
        suspect["name"] = each.who.name;
        suspect["email"] = each.who.email;
        suspect["username"] = each.who.username;
        suspect["confidence"] = each.confidence;
        json::array reasons;
        for (const auto& reason : each.reasons) reasons.emplace_back(reason);
        suspect["reasons"] = std::move(reasons);
        suspect["request"] = each.request;
        all.emplace_back(std::move(suspect));
        if (all.size() == 10) break;
    }
    return all;
}

std::vector<errors::suspect> suspects_from(const json::array& saved) {
    std::vector<errors::suspect> all;
    for (const auto& each : saved) {
        errors::suspect made;
        made.who = {text_at(each, "name"), text_at(each, "email"), text_at(each, "username")};
        if (const auto* share = at_path(each, "confidence"); share != nullptr && share->is_number())
            made.confidence = share->to_number<double>();
        for (const auto& reason : array_at(each, "reasons"))
            if (const auto* text = reason.if_string()) made.reasons.emplace_back(text->data(), text->size());
        made.request = number_at(each, "request");
        all.push_back(std::move(made));
    }
    return all;
}

task<result<std::optional<assignment>>> assign_person(context here, errors::developer who, std::string why) {
    const auto ignored = [&](const std::string& name) {
        return !name.empty() && std::ranges::count(here.project->suspects.ignore_people, name) > 0;
    };
    if (ignored(who.email) || ignored(who.username)) co_return std::optional<assignment>{};
    const auto person = co_await person_behind(here, who);
    if (!person) co_return person.error();
    if (person->gitlab.empty() || ignored(person->gitlab)) co_return std::optional<assignment>{};
    const auto user = co_await here.with.gitlab->user_by_name(person->gitlab);
    if (!user && user.error() == errc::not_found) co_return std::optional<assignment>{};
    if (!user) co_return user.error();
    if (!user->active) co_return std::optional<assignment>{};
    assignment found;
    found.username = user->username;
    found.gitlab_id = user->id;
    found.slack = person->slack;
    found.why = std::move(why);
    co_return std::optional{std::move(found)};
}

task<result<assignment>> assign_requester(context here, std::string why) {
    assignment nobody;
    nobody.slack = here.state->requester.user;
    nobody.why = why;
    auto account = co_await gitlab_account_of(here, here.state->requester);
    if (!account) co_return account.error();
    if (account->empty()) co_return nobody;
    errors::developer requester;
    requester.username = *account;
    const auto found = co_await assign_person(here, std::move(requester), std::move(why));
    if (!found) co_return found.error();
    if (!*found) co_return nobody;
    auto chosen = **found;
    if (chosen.slack.empty()) chosen.slack = here.state->requester.user;
    co_return chosen;
}

task<result<assignment>> assign(context here, errors::suspicion blame, const release::item_state* item) {
    namespace member = errors::owner_member;
    if (item != nullptr && !text_at(item->data, member::owner).empty()) {
        errors::developer chosen;
        chosen.username = text_at(item->data, member::owner);
        const auto found = co_await assign_person(here, std::move(chosen), text_at(item->data, member::because));
        if (!found) co_return found.error();
        if (*found) {
            auto owner = **found;
            if (owner.slack.empty()) owner.slack = text_at(item->data, member::owner_slack);
            co_return owner;
        }
    }
    if (blame.assignee) {
        const auto found = co_await assign_person(here, blame.assignee->who, blame.why);
        if (!found) co_return found.error();
        if (*found) co_return **found;
        blame.why = "the most likely person (" + blame.assignee->who.name +
                    ") cannot be assigned: no active GitLab account is known, so the requester of the release gets it";
    }
    auto otherwise = co_await assign_requester(
        here, blame.why.empty() ? "nobody stands out, so the requester of the release gets it" : blame.why);
    co_return otherwise;
}

task<result<std::vector<gitlab::issue>>> find_marked(context here, std::string hash) {
    gitlab::issue_query query;
    query.in_description = errors::marker_search(hash);
    auto found = co_await here.with.gitlab->issues(number_at(here.state->facts, "gitlab_project"), query);
    co_return found;
}

task<result<std::optional<gitlab::issue>>> open_issue_of(context here, std::string hash) {
    if (here.with.gitlab == nullptr) co_return std::optional<gitlab::issue>{};
    const auto found = co_await find_marked(here, hash);
    if (!found) co_return found.error();
    for (const auto& each : *found)
        if (each.open && errors::has_marker(each.description.raw(), here.project->name, hash))
            co_return std::optional{each};
    co_return std::optional<gitlab::issue>{};
}

task<result<>> comment_once(context here, std::int64_t iid, std::string hash, std::string body) {
    const auto project = number_at(here.state->facts, "gitlab_project");
    const auto notes = co_await here.with.gitlab->issue_notes(project, iid);
    if (!notes) co_return notes.error();
    for (const auto& each : *notes)
        if (errors::has_seen_marker(each.body.raw(), here.state->id, hash)) co_return result<>{};
    const auto told = co_await here.with.gitlab->add_issue_note(project, iid, std::move(body));
    if (!told) co_return told.error();
    co_return result<>{};
}

}  // namespace slipway::steps

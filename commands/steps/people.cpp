#include "commands/steps/people.hpp"

#include "integrations/base/json.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/slack/methods.hpp"
#include "integrations/store/store.hpp"

namespace slipway::steps {
namespace {

task<result<std::optional<account_link>>> link_of_gitlab(context here, std::string username) {
    if (here.with.store == nullptr || username.empty()) co_return std::optional<account_link>{};
    const auto all = co_await here.with.store->documents_in(link_collection);
    if (!all) co_return all.error().within("reading which accounts belong together");
    for (const auto& each : *all)
        if (auto link = link_from(each.body); link.gitlab == username) co_return std::optional{std::move(link)};
    co_return std::optional<account_link>{};
}

/// GitLab finds a user by an address only when that user has confirmed it.
task<std::string> gitlab_by_email(context here, std::string email) {
    if (here.with.gitlab == nullptr || email.empty()) co_return std::string{};
    const auto found = co_await here.with.gitlab->search_users(email);
    const bool one = found && found->size() == 1 && found->front().active;
    co_return one ? found->front().username : std::string{};
}

/// Slack confirms addresses when an account is made; robots and people who left are nobody to ask.
task<std::string> slack_by_email(context here, std::string email) {
    if (here.with.slack == nullptr || email.empty()) co_return std::string{};
    const auto found = co_await slack::user_by_email(*here.with.slack, email);
    const bool good = found && !found->is_bot && !found->is_deleted && !found->is_guest;
    co_return good ? found->id : std::string{};
}

}  // namespace

std::string link_claim(std::int64_t gitlab_id) {
    return std::string{link_claims} + std::to_string(gitlab_id);
}

json::object to_json(const account_link& link) {
    json::object made;
    made["team"] = link.slack.team;
    made["user"] = link.slack.user;
    made["gitlab"] = link.gitlab;
    made["gitlab_id"] = link.gitlab_id;
    made["at"] = to_iso(link.at);
    return made;
}

account_link link_from(const json::object& saved) {
    account_link link;
    link.slack = {text_at(saved, "team"), text_at(saved, "user")};
    link.gitlab = text_at(saved, "gitlab");
    link.gitlab_id = number_at(saved, "gitlab_id");
    link.at = from_iso(text_at(saved, "at")).value_or(instant{});
    return link;
}

task<result<std::optional<account_link>>> link_of_slack(store::store& memory, release::person_id who) {
    const auto own = co_await memory.document_of(link_collection, to_string(who));
    if (!own) co_return own.error().within("reading which accounts belong together");
    if (*own) co_return std::optional{link_from(**own)};
    const auto all = co_await memory.documents_in(link_collection);
    if (!all) co_return all.error().within("reading which accounts belong together");
    for (const auto& each : *all)
        if (auto link = link_from(each.body); link.slack.user == who.user) co_return std::optional{std::move(link)};
    co_return std::optional<account_link>{};
}

task<result<known_person>> person_behind(context here, errors::developer who) {
    known_person found;
    const auto* listed = who.username.empty() ? nullptr : here.project->by_gitlab(who.username);
    if (listed == nullptr) listed = here.project->by_email(who.email);
    found.gitlab = listed != nullptr && !listed->gitlab.empty() ? listed->gitlab : who.username;
    if (listed != nullptr) {
        found.slack = listed->slack;
        found.how = "project file";
    }
    const bool ask_by_email = here.project->suspects.by_email && listed == nullptr;
    if (found.gitlab.empty() && ask_by_email) found.gitlab = co_await gitlab_by_email(here, who.email);
    const auto link = co_await link_of_gitlab(here, found.gitlab);
    if (!link) co_return link.error();
    if (*link) {
        found.slack = (*link)->slack.user;
        found.how = "linked";
        co_return found;
    }
    // Without an account that GitLab confirms for the address, anybody could have written it into a commit.
    if (ask_by_email && !found.gitlab.empty()) {
        const auto confirmed = co_await gitlab_by_email(here, who.email);
        if (confirmed == found.gitlab) found.slack = co_await slack_by_email(here, who.email);
        if (!found.slack.empty()) found.how = "e-mail";
    }
    co_return found;
}

task<result<std::string>> gitlab_account_of(context here, release::person_id who) {
    if (here.with.store != nullptr) {
        const auto link = co_await link_of_slack(*here.with.store, who);
        if (!link) co_return link.error();
        if (*link) co_return (*link)->gitlab;
    }
    const auto* listed = here.project->by_slack(who.user);
    co_return listed != nullptr ? listed->gitlab : std::string{};
}

}  // namespace slipway::steps

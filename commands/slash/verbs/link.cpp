// link: which GitLab account is mine (R8.2). The bot gives the person a link that opens a new confidential issue in
// GitLab with a code in it; only the owner of the account can send it as themselves, and only this Slack user has the
// code. Nothing is believed from names or addresses.
#include "commands/slash/link_code.hpp"
#include "commands/slash/verbs/all.hpp"
#include "commands/steps/people.hpp"
#include "commands/views/replies.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/base/json.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/slack/blocks/text.hpp"
#include "integrations/slack/methods.hpp"

namespace slipway::slash {
namespace {

constexpr const char* secrets = "secrets";
constexpr const char* link_key = "account-link-key";
constexpr const char* requests = "account-link-requests";

answer said(const slack::markup& text) {
    return views::reply(text);
}

/// The bot's own secret for codes, made at the first use.
task<result<std::string>> signing_key(desk& with) {
    const auto kept = co_await with.memory.document_of(secrets, link_key);
    if (!kept) co_return kept.error();
    if (*kept) co_return text_at(**kept, "key");
    const auto key = random_hex(32);
    store::batch changes;
    json::object body;
    body["key"] = key;
    changes.documents.push_back({secrets, link_key, std::move(body)});
    const auto done = co_await with.memory.commit(std::move(changes));
    if (!done) co_return done.error();
    co_return key;
}

/// Guests, robots and people who left are nobody to link (R8.2).
task<result<>> check_member(desk& with, release::person_id who) {
    const auto found = co_await slack::user_info(with.slack, who.user);
    if (!found)
        co_return failure{errc::refused, "I cannot check your Slack account right now (" + found.error().sentence() +
                                             "); nothing was changed. Try again in a minute."};
    if (found->is_bot || found->is_deleted || found->is_guest)
        co_return failure{errc::refused, "Guests, bots and deactivated accounts cannot be linked."};
    co_return result<>{};
}

class link final : public verb {
public:
    std::string name() const override { return "link"; }
    std::string usage() const override { return "link [new | remove]"; }
    std::string help() const override { return "Connects your Slack user with your GitLab account."; }

    task<result<answer>> run(desk& with, asked question) override {
        // A person of an enterprise has one user id in all its workspaces, and one link.
        const auto mine = co_await steps::link_of_slack(with.memory, question.who.who);
        if (!mine) co_return mine.error();
        const auto word = first_word(question.words).first;
        if (word == "remove") {
            auto removed = co_await remove(with, *mine);
            co_return removed;
        }
        if (!word.empty() && word != "new")
            co_return failure{errc::invalid,
                              "`/release link` connects your accounts, `/release link new` connects "
                              "another GitLab account, `/release link remove` forgets the link."};
        if (*mine && word != "new")
            co_return said(
                slack::say("You are linked with the GitLab account {}. `/release link new` links another, "
                           "`/release link remove` forgets it.",
                           slack::code((*mine)->gitlab)));
        const auto* services = with.services(question.project->name);
        if (services == nullptr || services->gitlab == nullptr)
            co_return failure{errc::refused, question.project->name + " has no GitLab to link with."};
        const auto member = co_await check_member(with, question.who.who);
        if (!member) co_return member.error();
        auto told = co_await go_on(with, question, *services->gitlab);
        co_return told;
    }

private:
    static task<result<answer>> remove(desk& with, std::optional<steps::account_link> mine) {
        if (!mine) co_return failure{errc::not_found, "You are not linked with a GitLab account."};
        store::batch changes;
        changes.forgotten.push_back({steps::link_collection, to_string(mine->slack)});
        changes.released.push_back({steps::link_claim(mine->gitlab_id), mine->slack.user});
        const auto done = co_await with.memory.commit(std::move(changes));
        if (!done) co_return done.error();
        co_return said(slack::say("Forgotten. `/release link` connects your accounts again."));
    }

    /// Redeems the code when its issue is there, else hands out a code.
    static task<result<answer>> go_on(desk& with, asked question, gitlab::api& gitlab) {
        const auto project = co_await gitlab.project_by_path(question.project->gitlab.project);
        if (!project) co_return project.error();
        const auto key = co_await signing_key(with);
        if (!key) co_return key.error();
        const auto id = to_string(question.who.who);
        const auto pending = co_await with.memory.document_of(requests, id);
        if (!pending) co_return pending.error();
        const auto code = *pending ? text_at(**pending, "code") : std::string{};
        if (is_good_code(*key, question.who.who, code, with.time.now())) {
            const auto sent = co_await find_sent(gitlab, project->id, code);
            if (!sent) co_return sent.error();
            if (*sent) {
                auto linked = co_await redeem(with, question, gitlab, *project, **sent);
                co_return linked;
            }
            co_return show(*project, code, /*again=*/true);
        }
        const auto fresh = make_code(*key, question.who.who, random_hex(16), with.time.now() + code_life);
        store::batch changes;
        json::object body;
        body["code"] = fresh;
        changes.documents.push_back({requests, id, std::move(body)});
        const auto done = co_await with.memory.commit(std::move(changes));
        if (!done) co_return done.error();
        co_return show(*project, fresh, /*again=*/false);
    }

    static answer show(const gitlab::project& project, const std::string& code, bool again) {
        const auto description =
            "I want Slipway to know that this GitLab account is mine. (If somebody else gave you "
            "this link, do not send it.)\n\n" +
            code_line(code) + "\n";
        const auto url = project.web_url + "/-/issues/new?issue[title]=" + net_encoded("Link my accounts") +
                         "&issue[confidential]=true&issue[description]=" + net_encoded(description);
        slack::message_builder made{slack::say("Link your GitLab account")};
        if (again) made.section(slack::say("GitLab has not got it yet."));
        made.section(
            slack::say("1. Open {} and press “Create issue”. It is confidential, works once and only for you, "
                       "for {} minutes: do not pass it on.\n2. Type `/release link` again.",
                       slack::hyperlink(url, "this prepared issue"), code_life.count()));
        return made.render();
    }

    /// Everything but letters and digits, so that no browser reads it otherwise.
    static std::string net_encoded(std::string_view text) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        std::string made;
        for (const unsigned char c : text) {
            const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
            if (plain) {
                made += static_cast<char>(c);
            } else {
                made += '%';
                made += digits[c >> 4U];
                made += digits[c & 15U];
            }
        }
        return made;
    }

    static task<result<std::optional<gitlab::issue>>> find_sent(gitlab::api& gitlab, std::int64_t project,
                                                                std::string code) {
        gitlab::issue_query query;
        query.in_description = code;
        const auto found = co_await gitlab.issues(project, query);
        if (!found) co_return found.error();
        for (const auto& each : *found)
            if (has_code_line(each.description.raw(), code)) co_return std::optional{each};
        co_return std::optional<gitlab::issue>{};
    }

    /// Who may edit issues may write a code into somebody else's: what was edited since it was sent proves nothing.
    /// GitLab notes every edit of a description itself.
    static task<result<>> check_untouched(gitlab::api& gitlab, std::int64_t project, gitlab::issue sent) {
        const auto notes = co_await gitlab.issue_notes(project, sent.iid);
        if (!notes) co_return notes.error();
        for (const auto& each : *notes)
            if (each.system && each.body.raw().find("description") != std::string::npos)
                co_return failure{errc::refused, "The description of issue #" + std::to_string(sent.iid) +
                                                     " was changed after it was sent, so it proves nothing. Close it "
                                                     "and send the prepared issue again: `/release link`."};
        co_return result<>{};
    }

    /// Says there whom the account was linked with: whoever was talked into sending somebody else's link finds out.
    static task<std::string> tidy_up(gitlab::api& gitlab, std::int64_t project, gitlab::issue sent,
                                     std::string slack_user) {
        const auto said = co_await gitlab.add_issue_note(
            project, sent.iid,
            "This GitLab account now belongs to the Slack user " + slack_user +
                ". If that is not you, somebody made you send their link: tell your release managers at once.");
        gitlab::issue_change change;
        change.state_event = "close";
        const auto closed = co_await gitlab.update_issue(project, sent.iid, change);
        co_return said&& closed ? std::string{} : " Issue #" + std::to_string(sent.iid) + " can be closed.";
    }

    static failure taken(const std::string& account) {
        return {errc::exists, "The GitLab account " + account +
                                  " is linked with another Slack user, who has to type `/release link remove` first."};
    }

    /// The link, its claim and the end of its code are one commit; what is said on the issue, and closing it, is only
    /// tidying up.
    static task<result<answer>> redeem(desk& with, asked question, gitlab::api& gitlab, gitlab::project project,
                                       gitlab::issue sent) {
        const auto own = co_await gitlab.current_user();
        if (!own) co_return own.error();
        if (sent.author.id == own->id || sent.author.username.empty())
            co_return failure{errc::refused,
                              "This issue was not sent by a person's account. Open the link in a browser "
                              "in which you are signed in to GitLab as yourself."};
        const auto untouched = co_await check_untouched(gitlab, project.id, sent);
        if (!untouched) co_return untouched.error();
        const auto& user = question.who.who.user;
        const store::claim account{steps::link_claim(sent.author.id), user};
        // Before the links are read: whoever takes the account in between is then either among them, or holds it.
        const auto holder = co_await with.memory.holder_of(account.name);
        if (!holder) co_return holder.error();
        const auto all = co_await with.memory.documents_in(steps::link_collection);
        if (!all) co_return all.error();
        const auto id = to_string(question.who.who);
        store::batch changes;
        for (const auto& each : *all) {
            const auto other = steps::link_from(each.body);
            if (other.slack.user == user) {
                changes.forgotten.push_back({steps::link_collection, each.id});  // of another of their workspaces
                changes.released.push_back({steps::link_claim(other.gitlab_id), user});
            } else if (other.gitlab_id == sent.author.id) {
                co_return taken(sent.author.username);
            }
        }
        // Held without a link: a version that knew no claims has ended that link.
        if (*holder) changes.released.push_back({account.name, **holder});
        changes.claims.push_back(account);
        steps::account_link made;
        made.slack = question.who.who;
        made.gitlab = sent.author.username;
        made.gitlab_id = sent.author.id;
        made.at = with.time.now();
        std::erase_if(changes.forgotten, [&](const auto& each) { return each.id == id; });
        changes.documents.push_back({steps::link_collection, id, steps::to_json(made)});
        changes.forgotten.push_back({requests, id});
        const auto done = co_await with.memory.commit(std::move(changes));
        if (!done && done.error() == errc::exists) co_return taken(sent.author.username);
        if (!done) co_return done.error();
        const auto left = co_await tidy_up(gitlab, project.id, sent, question.who.who.user);
        co_return said(slack::say("Linked: in GitLab you are {}.{}", slack::code(made.gitlab), untrusted{left}));
    }
};

}  // namespace

std::unique_ptr<verb> create_link() {
    return std::make_unique<link>();
}

}  // namespace slipway::slash

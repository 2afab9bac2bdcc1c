// publish_changelog: the entry is in the channel (its message is part of what the release looks like, commands/views),
// and it is the description of the tag's GitLab release.
#include "commands/changelog/entry.hpp"
#include "commands/steps/common.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/store/store.hpp"

namespace slipway::steps {
namespace {

constexpr milliseconds between_post_looks{250};

/// The entry without its heading: the release has the version as its name.
std::string description_of(const release::release_state& state) {
    const auto entry = state.fact("changelog");
    const auto body = entry.find_first_not_of('\n', std::min(entry.find('\n'), entry.size()));
    return body == std::string::npos ? std::string{} : entry.substr(body);
}

/// GitLab keeps what it was given, but people compare without blank ends.
std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    return text;
}

bool wants_release(const context& here) {
    return here.with.gitlab != nullptr && here.project->gitlab.releases;
}

/// done: it says this text. different: another one. not_done: no such release.
task<result<probe_outcome>> look_at_release(context here) {
    probe_outcome seen;
    const auto name = tag_name(*here.state);
    const auto found = co_await here.with.gitlab->release_of(number_at(here.state->facts, "gitlab_project"), name);
    if (!found && found.error() == errc::not_found) co_return seen;
    if (!found) co_return found.error();
    const bool same = trimmed(found->description.raw()) == trimmed(description_of(*here.state));
    seen.what = same ? answer::done : answer::different;
    seen.text = same ? "GitLab's release " + name + " has the changelog"
                     : "GitLab already has a release " + name +
                           " with another text. Make its description this entry (it is in the thread), or delete that "
                           "release (the tag stays), then retry; or skip this step with a reason";
    seen.data["release_url"] = found->web_url;
    co_return seen;
}

class publish_changelog final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("publish_changelog", release::step_class::action, false, true,
                          release::side_effect::reversible);
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        return "post the changelog entry to " + project.channel +
               (project.gitlab.releases
                    ? " and make it the description of GitLab's release " + project.tag_name(version)
                    : std::string{});
    }
    task<result<probe_outcome>> probe(context here, act) override {
        probe_outcome seen;
        // The message has its own memory (the outbox); only the release can already be there.
        if (!wants_release(here)) co_return seen;
        auto found = co_await look_at_release(here);
        if (!found || found->what != answer::done) co_return found;
        const auto posted = co_await is_posted(here);
        if (!posted) co_return posted.error();
        if (!*posted) co_return seen;
        co_return found;
    }
    task<result<outcome>> perform(context here, act) override {
        for (;;) {
            const auto posted = co_await is_posted(here);
            if (!posted) co_return posted.error();
            if (*posted) break;
            co_await here.with.time->sleep(between_post_looks);
        }
        outcome done;
        done.text = "posted";
        if (!wants_release(here)) co_return done;
        const auto before = co_await look_at_release(here);
        if (!before) co_return before.error();
        if (before->what == answer::different) co_return failure{errc::refused, before->text};
        if (before->what == answer::not_done) {
            const auto made = co_await create(here);
            if (!made) co_return made.error();
        }
        done.text = "posted, and on GitLab's release " + tag_name(*here.state);
        co_return done;
    }

private:
    static task<result<bool>> is_posted(context here) {
        const auto row = co_await here.with.store->outbox_row_of(here.state->id + "/" + here.rule.id);
        if (!row) co_return row.error();
        if (*row && (*row)->given_up)
            co_return failure{errc::refused, "Slack did not take the message: " + (*row)->last_error};
        co_return *row && (*row)->achieved > 0;
    }
    static task<result<>> create(context here) {
        gitlab::release wanted;
        wanted.tag = tag_name(*here.state);
        wanted.name = untrusted{wanted.tag};
        wanted.description = untrusted{description_of(*here.state)};
        const auto project = number_at(here.state->facts, "gitlab_project");
        const auto made = co_await here.with.gitlab->create_release(project, wanted);
        if (made) co_return result<>{};
        if (made.error() == errc::exists) {
            // Somebody, or we before a crash, were quicker: what it says decides.
            const auto now = co_await look_at_release(here);
            if (!now) co_return now.error();
            if (now->what == answer::done) co_return result<>{};
            co_return failure{errc::refused, now->text};
        }
        if (made.error() == errc::refused && made.error().code == "403")
            co_return failure{
                errc::refused,
                "GitLab does not let the bot create releases (403). Give its user the developer role in " +
                    here.project->gitlab.project +
                    " (for protected tags: the right to create them), or set `gitlab.releases: false` "
                    "in the project file; the changelog is in the channel."};
        co_return made.error();
    }
};

}  // namespace

std::unique_ptr<step_kind> create_publish_changelog() {
    return std::make_unique<publish_changelog>();
}

}  // namespace slipway::steps

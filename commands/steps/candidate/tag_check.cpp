// tag_check: the milestone's title says the version, it follows the last one that stable contains, that one is what the
// remote has, and the new tag is free here, remotely and among releases.
#include <algorithm>

#include "commands/changelog/version.hpp"
#include "commands/steps/common.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

failure refuse(std::string sentence) {
    return {errc::refused, std::move(sentence)};
}

/// Tags that stable contains, by name.
task<result<std::vector<std::string>>> reachable_tags(git::repository* repository, std::vector<git::reference> all,
                                                      std::string stable) {
    std::vector<std::string> found;
    for (const auto& each : all) {
        if (each.commit.empty()) continue;
        const auto inside = co_await repository->is_ancestor(each.commit, stable);
        if (!inside) co_return inside.error();
        if (*inside) found.push_back(each.name.substr(std::string_view{"refs/tags/"}.size()));
    }
    co_return found;
}

class tag_check final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("tag_check", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        return "check that " + project.tag_name(version) + " follows the last tag of " + project.repository.stable +
               " and is free here, on the remote and among GitLab's releases";
    }
    task<result<outcome>> perform(context here, act) override {
        const auto stable = need_fact(here, "base", "pull");
        if (!stable) co_return stable.error();
        const auto grammar = changelog::version_grammar::create(here.project->version.grammar);
        if (!grammar) co_return grammar.error();
        const auto wanted = grammar->parse(here.state->version);
        if (!wanted) co_return wanted.error();
        const auto titled = co_await check_milestone(here, *grammar);
        if (!titled) co_return titled.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto local = co_await (*open)->references("refs/tags/");
        if (!local) co_return local.error();
        const auto remote = co_await here.with.transport->list_remote(here.with.clone->url());
        if (!remote) co_return remote.error();
        const auto free = co_await check_free(here, *local, *remote);
        if (!free) co_return free.error();
        const auto reachable = co_await reachable_tags(*open, *local, *stable);
        if (!reachable) co_return reachable.error();
        const auto& prefix = here.project->version.tag_prefix;
        const auto last = changelog::latest(changelog::versions_in(*reachable, *grammar, prefix));
        outcome done;
        if (!last) {
            done.text =
                tag_name(*here.state) + " is free; it is the first release on " + here.project->repository.stable;
            done.facts["first_release"] = true;
            for (const char* none : {"previous_tag", "previous_version", "previous_commit"}) done.facts[none] = nullptr;
            co_return done;
        }
        const auto previous = here.project->tag_name(grammar->text(*last));
        if (!grammar->follows(*last, *wanted))
            co_return refuse("The last tag on " + here.project->repository.stable + " is " + previous + "; " +
                             here.state->version + " does not follow it. Expected " +
                             grammar->text(grammar->nearest_after(*last)) +
                             (grammar->is_calendar() ? " or a later one" : " or a step in a place further left") +
                             ". Correct the milestone's title, then `/release abort` and start with that version.");
        const auto sound = check_previous(here, previous, *local, *remote);
        if (!sound) co_return sound.error();
        const auto commit = co_await (*open)->resolve("refs/tags/" + previous);
        if (!commit) co_return commit.error();
        done.text = tag_name(*here.state) + " is free and follows " + previous;
        done.facts["first_release"] = false;
        done.facts["previous_tag"] = previous;
        done.facts["previous_version"] = grammar->text(*last);
        done.facts["previous_commit"] = *commit;
        co_return done;
    }

private:
    /// The milestone may have been renamed since the release began.
    static task<result<>> check_milestone(context here, changelog::version_grammar grammar) {
        if (here.with.gitlab == nullptr || number_at(here.state->facts, "milestone_id") == 0) co_return result<>{};
        const auto now = co_await here.with.gitlab->read_milestone(milestone_of(*here.state));
        if (!now) co_return now.error();
        const auto said = changelog::version_in_title(now->title.raw(), here.project->milestone, grammar);
        if (!said) co_return said.error();
        const auto expected = grammar.text(*said);
        if (expected == here.state->version) co_return result<>{};
        co_return refuse("The milestone is called “" + now->title.raw() + "” now, so the expected tag is " +
                         here.project->tag_name(expected) + ", but this release is " + here.state->version +
                         ". Rename the milestone back, or `/release abort` and `/release start " + expected + "`.");
    }

    static task<result<>> check_free(context here, std::vector<git::reference> local,
                                     std::vector<git::remote_ref> remote) {
        const auto name = tag_name(*here.state);
        const auto there = std::ranges::find(remote, tag_ref(*here.state), &git::remote_ref::name);
        if (there != remote.end())
            co_return refuse("The tag " + name + " is already on the remote, at " +
                             short_id(there->commit.empty() ? there->target : there->commit) +
                             ". Published tags are never moved: choose the next version, or close the milestone if it "
                             "has shipped.");
        if (std::ranges::find(local, tag_ref(*here.state), &git::reference::name) != local.end())
            co_return refuse("The bot's own clone has a tag " + name +
                             " that the remote does not have: an earlier attempt was not finished, or somebody "
                             "deleted a published tag. `/release retry pull` removes what was never published.");
        if (here.with.gitlab == nullptr) co_return result<>{};
        const auto taken = co_await here.with.gitlab->release_of(number_at(here.state->facts, "gitlab_project"), name);
        if (taken)
            co_return refuse("GitLab already has a release " + name +
                             ", though no such tag. Delete that release in GitLab (Deploy → Releases), or choose the "
                             "next version.");
        if (!(taken.error() == errc::not_found)) co_return taken.error();
        co_return result<>{};
    }

    /// Annotated, and the same object on both sides.
    static result<> check_previous(const context& here, const std::string& previous,
                                   const std::vector<git::reference>& local,
                                   const std::vector<git::remote_ref>& remote) {
        const auto name = "refs/tags/" + previous;
        const auto ours = std::ranges::find(local, name, &git::reference::name);
        const auto theirs = std::ranges::find(remote, name, &git::remote_ref::name);
        if (theirs == remote.end())
            return refuse("The last tag " + previous +
                          " is in the bot's clone but not on the remote any more: somebody deleted a published tag. "
                          "Push it again, or find out why before you release.");
        if (ours == local.end() || ours->target != theirs->target)
            return refuse("The last tag " + previous + " is " + short_id(theirs->target) + " on the remote but " +
                          (ours == local.end() ? std::string{"absent"} : short_id(ours->target)) +
                          " in the bot's clone: somebody moved a published tag. Find out who and why before you "
                          "release.");
        if (!ours->annotated && !here.project->version.lightweight_tags)
            return refuse("The last tag " + previous +
                          " is a lightweight one: it says neither who released nor when, and may not be a release at "
                          "all. When it is, set `version.lightweight_tags: true` in the project file.");
        return {};
    }
};

}  // namespace

std::unique_ptr<step_kind> create_tag_check() {
    return std::make_unique<tag_check>();
}

}  // namespace slipway::steps

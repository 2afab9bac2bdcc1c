// branch_check: before the tag, the three views of each branch agree (our clone, git's remote, GitLab), the branches
// are protected and we may push to them, the tag may be made, and the dependencies' stable branches hold what they
// must.
#include <algorithm>

#include "commands/steps/common.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

/// One branch of the push: where it has to stand in our clone, and where everywhere else.
struct wanted_branch {
    std::string name;
    std::string here;
    std::string there;
};

/// What a look found; everything that is wrong is said at once.
struct findings {
    std::string fine;   ///< evidence, a line each
    std::string wrong;  ///< with the way out, a line each
    void good(const std::string& line) { fine += line + "\n"; }
    void bad(const std::string& line) { wrong += line + "\n"; }
};

std::string level_words(int level) {
    if (level >= 50) return "owners";
    if (level >= 40) return "maintainers";
    if (level >= 30) return "developers";
    return "nobody";
}

std::string target_of(const std::vector<git::remote_ref>& remote, const std::string& name) {
    const auto found = std::ranges::find(remote, name, &git::remote_ref::name);
    return found == remote.end() ? std::string{} : found->target;
}

class branch_check final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("branch_check", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        return "check that " + project.repository.trunk + " and " + project.repository.stable +
               " are the same in the clone, on the remote and in GitLab, protected and open to the bot's push, and "
               "that "
               "the tag " +
               project.tag_name(version) + " may be made";
    }
    task<result<outcome>> perform(context here, act) override {
        const auto commit = need_fact(here, "commit", "commit");
        if (!commit) co_return commit.error();
        const auto stable = need_fact(here, "stable_commit", "merge-stable");
        if (!stable) co_return stable.error();
        const std::vector<wanted_branch> branches{
            {here.project->repository.trunk, *commit, here.state->fact("trunk_head")},
            {here.project->repository.stable, *stable, here.state->fact("stable_head")}};
        findings found;
        const auto heads = co_await check_heads(here, branches, &found);
        if (!heads) co_return heads.error();
        const auto rights = co_await check_rights(here, branches, &found);
        if (!rights) co_return rights.error();
        const auto tag = co_await check_tag(here, &found);
        if (!tag) co_return tag.error();
        const auto others = co_await check_dependencies(here, &found);
        if (!others) co_return others.error();
        outcome done;
        done.ok = found.wrong.empty();
        done.text = done.ok ? here.project->repository.trunk + " and " + here.project->repository.stable +
                                  " are right: same heads everywhere, and the bot may push them and the tag"
                            : found.wrong.substr(0, found.wrong.find('\n'));
        done.detail = found.wrong + found.fine;
        co_return done;
    }

private:
    static task<result<>> check_heads(context here, std::vector<wanted_branch> branches, findings* found) {
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto remote = co_await here.with.transport->list_remote(here.with.clone->url());
        if (!remote) co_return remote.error();
        for (const auto& each : branches) {
            const auto name = "refs/heads/" + each.name;
            const auto local = co_await (*open)->resolve(name);
            if (!local) co_return local.error();
            if (*local != each.here)
                found->bad(each.name + " in the bot's clone is " + short_id(*local) + ", not this release's " +
                           short_id(each.here) + "; `/release retry pull` starts from the remote again.");
            const auto there = target_of(*remote, name);
            if (there != each.there)
                found->bad(each.name + " on the remote is " + (there.empty() ? "gone" : short_id(there)) + ", not " +
                           short_id(each.there) +
                           " as when it was pulled: somebody pushed. `/release retry pull` takes it up.");
            else
                found->good(each.name + ": " + short_id(each.here) + " here, on top of " + short_id(there) +
                            " on the remote");
        }
        co_return result<>{};
    }

    static task<result<>> check_rights(context here, std::vector<wanted_branch> branches, findings* found) {
        if (here.with.gitlab == nullptr) {
            found->good("GitLab is not configured: protection and push right were not looked at");
            co_return result<>{};
        }
        const auto project = number_at(here.state->facts, "gitlab_project");
        for (const auto& each : branches) {
            const auto shown = co_await here.with.gitlab->branch_of(project, each.name);
            if (!shown && shown.error() == errc::not_found) {
                found->bad("GitLab shows no branch " + each.name + " in " + here.project->gitlab.project +
                           ": is `repository.url` the repository of that project?");
                continue;
            }
            if (!shown) co_return shown.error();
            if (shown->commit != each.there)
                found->bad("GitLab shows " + each.name + " at " + short_id(shown->commit) + ", git at " +
                           short_id(each.there) + ": is `repository.url` a mirror of " + here.project->gitlab.project +
                           "? Push to GitLab itself, or wait until they agree and retry.");
            if (!shown->can_push)
                found->bad("The bot may not push to " + each.name +
                           ". Allow its GitLab user under Settings → "
                           "Repository → Protected branches, then retry.");
            if (!shown->protected_branch && here.project->protected_branches)
                found->bad(each.name +
                           " is not protected, so anybody could move it under the release. Protect it "
                           "under Settings → Repository, or set `protected_branches: false` in the project file.");
            if (shown->commit == each.there && shown->can_push)
                found->good(each.name + ": GitLab agrees, the bot may push, " +
                            (shown->protected_branch ? "protected" : "not protected"));
        }
        co_return result<>{};
    }

    static task<result<>> check_tag(context here, findings* found) {
        if (here.with.gitlab == nullptr) co_return result<>{};
        const auto name = tag_name(*here.state);
        const auto rules = co_await here.with.gitlab->protected_tags(number_at(here.state->facts, "gitlab_project"));
        if (!rules && (rules.error() == errc::refused || rules.error() == errc::not_found)) {
            found->good("GitLab does not let the bot see the protected tags; the push will tell");
            co_return result<>{};
        }
        if (!rules) co_return rules.error();
        const auto home = co_await here.with.gitlab->project_by_path(here.project->gitlab.project);
        if (!home) co_return home.error();
        bool covered = false;
        bool allowed = false;
        std::string by;
        for (const auto& each : *rules) {
            if (!each.covers(name)) continue;
            covered = true;
            by = each.pattern;
            // Any rule that lets us is enough. What we cannot judge (people by name, unknown level) is left to the
            // push.
            allowed = allowed || each.by_name || home->access == 0 ||
                      (each.create_level != 0 && home->access >= each.create_level);
        }
        if (covered && !allowed)
            found->bad(
                "The tag " + name + " is protected by the rule " + by + ", and the bot's level in GitLab (" +
                level_words(home->access) +
                ") is not enough to make it. Allow it under Settings → Repository → Protected tags, then retry.");
        else
            found->good("tag " + name + ": " +
                        (covered ? "protected by " + by + ", the bot may make it"
                                 : "not protected, so it could be deleted later"));
        co_return result<>{};
    }

    /// Fact `dependencies`: what the step of that name left,
    /// [{"project": number, "path", "branch", "commit", "left_out": bool}].
    static task<result<>> check_dependencies(context here, findings* found) {
        const auto list = array_at(here.state->facts, "dependencies");
        if (here.with.gitlab == nullptr) co_return result<>{};
        for (const auto& each : list) {
            const auto project = number_at(each, "project");
            const auto path = text_at(each, "path");
            const auto branch = text_at(each, "branch");
            const auto commit = text_at(each, "commit");
            if (flag_at(each, "left_out")) {
                found->good("dependency " + path + ": left out of this release");
                continue;
            }
            if (project == 0 || branch.empty() || commit.empty()) {
                found->bad("It is not known where the stable branch of the dependency " + path +
                           " stands. `/release retry dependencies` looks again.");
                continue;
            }
            const auto shown = co_await here.with.gitlab->branch_of(project, branch);
            if (!shown) co_return shown.error().within("the dependency " + path);
            if (shown->commit == commit)
                found->good("dependency " + path + ": " + branch + " is at " + short_id(commit));
            else
                found->bad("The dependency " + path + " has moved: " + branch + " is at " + short_id(shown->commit) +
                           ", this release was prepared with " + short_id(commit) +
                           ". `/release retry dependencies` looks again.");
        }
        co_return result<>{};
    }
};

}  // namespace

std::unique_ptr<step_kind> create_branch_check() {
    return std::make_unique<branch_check>();
}

}  // namespace slipway::steps

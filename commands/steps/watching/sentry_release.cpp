// sentry_release: tells Sentry what was released: the release with its commits before anything is deployed, that it is
// out and where once it is. `with: {tells: begin}` is the first half alone. Everything is looked up before it is
// written: a release is a name, a deploy has ours.
#include <fmt/format.h>

#include "commands/steps/common.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/sentry/sentry.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_with_files = 100;  ///< commits whose files are told; each costs a comparison

std::string version_of(const context& here) {
    return here.project->sentry.release_name(here.project->name, here.state->version);
}

/// `with: {tells: begin}`: before the deploy. Else everything, after it.
bool tells_end(const release::step_rule& rule) {
    return text_at(rule.with, "tells") != "begin";
}

char letter_of(git::change_kind kind) {
    if (kind == git::change_kind::added) return 'A';
    return kind == git::change_kind::removed ? 'D' : 'M';
}

/// The commits of the release, newest first, merges left out: their changes are told by what they brought.
task<result<std::vector<sentry::release_commit>>> commits_of(context here) {
    const auto repository = co_await here.with.clone->ready();
    if (!repository) co_return repository.error();
    const auto range =
        co_await (*repository)->range(here.state->fact("previous_commit"), here.state->fact("stable_commit"));
    if (!range) co_return range.error();
    const auto& name = here.project->sentry.repository;
    std::vector<sentry::release_commit> all;
    for (const auto& each : *range) {
        if (each.parents.size() > 1) continue;
        sentry::release_commit told;
        told.id = each.id;
        told.repository = name.empty() ? here.project->gitlab.project : name;
        told.author_name = each.author.name;
        told.author_email = each.author.email;
        told.message = each.message.raw();
        told.at = from_unix_ms(each.author.time * 1000);
        if (all.size() < most_with_files && !each.parents.empty()) {
            git::diff_options options;
            options.lines = git::line_counts::skipped;
            const auto changes = co_await (*repository)->diff(each.parents.front(), each.id, options);
            if (!changes) co_return changes.error();
            for (const auto& one : *changes) told.changes.push_back({one.new_path, letter_of(one.kind)});
        }
        all.push_back(std::move(told));
    }
    co_return all;
}

class sentry_release final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("sentry_release", release::step_class::action, false, true, release::side_effect::reversible,
                          {"tells"});
    }
    std::string plan(const release::step_rule& rule, const release::project_settings& project,
                     const std::string& version) const override {
        if (!project.sentry.is_configured()) return "nothing: the project has no `sentry`";
        const auto name = project.sentry.release_name(project.name, version);
        if (!tells_end(rule)) return "tell Sentry of the release " + name + " and its commits";
        return "tell Sentry that " + name + " is out and deployed to " + project.ingest.environment;
    }

    task<result<probe_outcome>> probe(context here, act) override {
        probe_outcome seen;
        if (here.with.sentry == nullptr) co_return seen;
        const auto release = co_await here.with.sentry->read_release(version_of(here));
        if (!release && release.error() == errc::not_found) co_return seen;
        if (!release) co_return release.error();
        const bool glitchtip = here.with.sentry->about().backend == sentry::backend::glitchtip;
        if (!tells_end(here.rule)) {
            if (release->commits > 0 || glitchtip) seen.what = answer::done;
            seen.text =
                "Sentry knows " + version_of(here) + (glitchtip ? "" : " with " + count(release->commits, "commit"));
            co_return seen;
        }
        if (!release->released) co_return seen;
        const auto there = co_await has_deploy(here);
        if (!there) co_return there.error();
        if (*there) seen.what = answer::done;
        seen.text = "Sentry knows that " + version_of(here) + " is out";
        co_return seen;
    }

    task<result<outcome>> perform(context here, act intent) override {
        if (here.with.sentry == nullptr) co_return not_configured("Sentry", "sentry.organization");
        const bool glitchtip = here.with.sentry->about().backend == sentry::backend::glitchtip;
        const auto version = version_of(here);
        const auto made = co_await here.with.sentry->create_release(version, here.state->started);
        if (!made) co_return made.error();
        outcome done;
        if (!glitchtip) {
            const auto commits = co_await commits_of(here);
            if (!commits) co_return commits.error();
            const auto set = co_await here.with.sentry->set_commits(version, *commits);
            if (!set) co_return set.error();
            done.text = "Sentry knows " + version + " with " + count(commits->size(), "commit");
        } else {
            done.text = "GlitchTip knows " + version + "; it keeps no commits";
        }
        if (!tells_end(here.rule)) co_return done;
        const auto out = co_await here.with.sentry->finalize(version, intent.intended);
        if (!out) co_return out.error();
        done.text += "; it is out";
        const auto there = co_await has_deploy(here);
        if (!there) co_return there.error();
        if (glitchtip || *there) co_return done;
        sentry::deploy what;
        what.environment = here.project->ingest.environment;
        what.name = here.state->id;
        what.url = here.project->home_page.urls.empty() ? std::string{} : here.project->home_page.urls.front();
        what.started = from_iso(here.state->fact("deployed_at")).value_or(intent.intended);
        what.finished = intent.intended;
        const auto noted = co_await here.with.sentry->create_deploy(version, std::move(what));
        if (!noted) co_return noted.error();
        done.text += " and deployed to " + here.project->ingest.environment;
        co_return done;
    }

private:
    /// Ours is found again by its name, the release's id.
    static task<result<bool>> has_deploy(context here) {
        if (here.with.sentry->about().backend == sentry::backend::glitchtip) co_return true;
        const auto all = co_await here.with.sentry->deploys(version_of(here));
        if (!all) co_return all.error();
        for (const auto& each : *all)
            if (each.name == here.state->id) co_return true;
        co_return false;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_sentry_release() {
    return std::make_unique<sentry_release>();
}

}  // namespace slipway::steps

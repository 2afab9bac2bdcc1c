// tag_check: the new version follows the last one that stable contains, and its tag is free here, remotely and among
// releases.
#include "commands/changelog/version.hpp"
#include "commands/steps/common.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

struct known_tags {
    std::vector<std::string> reachable;  ///< from stable, by name
    bool taken = false;
};

task<result<known_tags>> read_tags(git::repository* repository, std::string stable, std::string wanted) {
    const auto all = co_await repository->references("refs/tags/");
    if (!all) co_return all.error();
    known_tags found;
    for (const auto& each : *all) {
        const auto name = each.name.substr(std::string{"refs/tags/"}.size());
        if (name == wanted) found.taken = true;
        if (each.commit.empty()) continue;
        const auto inside = co_await repository->is_ancestor(each.commit, stable);
        if (!inside) co_return inside.error();
        if (*inside) found.reachable.push_back(name);
    }
    co_return found;
}

class tag_check final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("tag_check", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        return "check that " + version + " follows the last tag of " + project.repository.stable + " and is free";
    }
    task<result<outcome>> perform(context here, act) override {
        const auto stable = need_fact(here, "base", "pull");
        if (!stable) co_return stable.error();
        const auto grammar = changelog::version_grammar::create(here.project->version.grammar);
        if (!grammar) co_return grammar.error();
        const auto wanted = grammar->parse(here.state->version);
        if (!wanted) co_return wanted.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto tags = co_await read_tags(*open, *stable, here.state->version);
        if (!tags) co_return tags.error();
        if (tags->taken)
            co_return failure{errc::refused, "The tag " + here.state->version +
                                                 " is already taken. Published tags are never moved: choose the next "
                                                 "version, or close the milestone if it has shipped."};
        const auto remote = co_await here.with.transport->list_remote(here.with.clone->url());
        if (!remote) co_return remote.error();
        for (const auto& each : *remote)
            if (each.name == tag_ref(*here.state))
                co_return failure{errc::refused, "The tag " + here.state->version + " is already on the remote, at " +
                                                     short_id(each.commit) + ". Choose the next version."};
        if (here.with.gitlab != nullptr) {
            const auto taken = co_await here.with.gitlab->release_of(number_at(here.state->facts, "gitlab_project"),
                                                                     here.state->version);
            if (taken)
                co_return failure{errc::refused,
                                  "GitLab already has a release " + here.state->version + ". Choose the next version."};
            if (!(taken.error() == errc::not_found)) co_return taken.error();
        }
        const auto versions = changelog::versions_in(tags->reachable, *grammar);
        const auto last = changelog::latest(versions);
        outcome done;
        if (!last) {
            done.text = here.state->version + " is free; it is the first release on " + here.project->repository.stable;
            co_return done;
        }
        const auto previous = grammar->text(*last);
        if (!changelog::step_between(*last, *wanted))
            co_return failure{errc::refused, "The last tag on " + here.project->repository.stable + " is " + previous +
                                                 "; " + here.state->version + " does not follow it. Expected " +
                                                 grammar->text(changelog::next(*last, last->numbers.size() - 1)) +
                                                 " or a step in a place further left."};
        const auto commit = co_await (*open)->resolve("refs/tags/" + previous);
        if (!commit) co_return commit.error();
        done.text = here.state->version + " is free and follows " + previous;
        done.facts["previous_tag"] = previous;
        done.facts["previous_commit"] = *commit;
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_tag_check() {
    return std::make_unique<tag_check>();
}

}  // namespace slipway::steps

// git_tag and git_push: an annotated tag in our clone, then trunk, stable and tag in one atomic push, read back.
#include "commands/steps/common.hpp"

namespace slipway::steps {
namespace {

class git_tag_kind final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("git_tag", release::step_class::action, false, true, release::side_effect::reversible);
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        return "annotated tag " + project.tag_name(version) + " on " + project.repository.stable +
               ", local until the push";
    }
    task<result<probe_outcome>> probe(context here, act intent) override {
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto names = co_await (*open)->references(tag_ref(*here.state));
        if (!names) co_return names.error();
        std::string found;
        for (const auto& each : *names)
            if (each.name == tag_ref(*here.state)) found = each.target;
        if (found.empty()) co_return probe_outcome{};
        const auto wanted = co_await build(here, intent, *open);
        probe_outcome seen;
        seen.what = wanted && *wanted == found ? answer::done : answer::different;
        seen.text = seen.what == answer::done
                        ? "the tag object " + short_id(found) + " is there"
                        : "the clone already has another tag " + tag_name(*here.state) + " (" + short_id(found) + ")";
        if (seen.what == answer::done) seen.facts["tag_object"] = found;
        co_return seen;
    }
    task<result<outcome>> perform(context here, act intent) override {
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto made = co_await build(here, intent, *open);
        if (!made) co_return made.error();
        const auto named = co_await (*open)->move_ref(tag_ref(*here.state), *made, "");
        if (!named) co_return named.error();
        outcome done;
        done.text = "tag " + tag_name(*here.state) + " → " + short_id(here.state->fact("stable_commit"));
        done.facts["tag_object"] = *made;
        co_return done;
    }

private:
    static task<result<std::string>> build(context here, act intent, git::repository* repository) {
        const auto target = need_fact(here, "stable_commit", "merge-stable");
        if (!target) co_return target.error();
        git::new_tag wanted;
        wanted.name = tag_name(*here.state);
        wanted.target = *target;
        wanted.tagger = pinned_signature(*here.project, intent.intended);
        wanted.message = "Release " + here.state->version + "\n\nRelease-Id: " + here.state->id + "\n";
        auto made = co_await repository->create_tag(std::move(wanted));
        co_return made;
    }
};

/// The three references of the push: what they shall be, what they are now, what they were.
struct push_view {
    std::vector<git::push_ref> refs;
    std::size_t there = 0;      ///< already as wanted
    std::size_t untouched = 0;  ///< still as the release found them
    std::string words;
};

class git_push_kind final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("git_push", release::step_class::action, false, true, release::side_effect::irreversible,
                          {"branches"});
    }
    std::string plan(const release::step_rule& rule, const release::project_settings& project,
                     const std::string& version) const override {
        if (is_stable_alone(rule))
            return "push " + project.repository.stable + " and tag " + project.tag_name(version) + " to " +
                   project.repository.url + " in one atomic push";
        return "push " + project.repository.trunk + ", " + project.repository.stable + " and tag " +
               project.tag_name(version) + " to " + project.repository.url + " in one atomic push";
    }
    task<result<probe_outcome>> probe(context here, act) override {
        const auto seen = co_await look_at_remote(here);
        if (!seen) co_return seen.error();
        probe_outcome probed;
        probed.text = seen->words;
        if (seen->there == seen->refs.size()) {
            probed.what = answer::done;
            probed.facts = pushed_facts(here);
            probed.text = "all of it is on the remote";
        } else if (seen->there + seen->untouched == seen->refs.size()) {
            // What is there is exactly ours and the rest is as the release found it: the push finishes what is missing.
            probed.what = answer::not_done;
        } else {
            probed.what = answer::different;
            probed.text +=
                "; somebody else moved what is neither. Nothing more is pushed: find out who, then abort "
                "and take the next version, or finish by hand and press “Treat as done”";
        }
        co_return probed;
    }
    task<result<outcome>> perform(context here, act) override {
        const auto before = co_await look_at_remote(here);
        if (!before) co_return before.error();
        if (before->there + before->untouched != before->refs.size())
            co_return failure{errc::moved, "Nothing was pushed, somebody else moved a reference: " + before->words};
        const auto wanted = refs_of(here);
        if (!wanted) co_return wanted.error();
        // Tag and merge may have been made at another bot.
        const auto ready = co_await here.with.clone->ready();
        if (!ready) co_return ready.error();
        const auto pushed =
            co_await here.with.transport->push(here.with.clone->directory(), here.with.clone->url(), *wanted);
        if (!pushed) co_return pushed.error();
        const auto seen = co_await look_at_remote(here);
        if (!seen)
            co_return failure{errc::lost,
                              "The push was accepted, but reading it back failed: " + seen.error().sentence()};
        if (seen->there != seen->refs.size())
            co_return failure{errc::lost, "The push was accepted, but the remote shows something else: " + seen->words};
        outcome done;
        done.text = (is_stable_alone(here.rule) ? std::string{} : here.project->repository.trunk + ", ") +
                    here.project->repository.stable + " and tag " + tag_name(*here.state) + " are on the remote";
        done.detail = pushed->remote_text;
        done.facts = pushed_facts(here);
        co_return done;
    }

private:
    /// `branches: [stable]`: a hotfix leaves trunk alone until it is merged back.
    static bool is_stable_alone(const release::step_rule& rule) {
        const auto branches = array_at(rule.with, "branches");
        return branches.size() == 1 && branches[0].is_string() && branches[0].get_string() == "stable";
    }
    static json::object pushed_facts(const context& here) {
        const auto& state = *here.state;
        json::object facts;
        if (!is_stable_alone(here.rule)) facts["trunk_head"] = state.fact("commit");
        facts["stable_head"] = state.fact("stable_commit");
        facts["tag_pushed"] = state.fact("tag_object");
        return facts;
    }
    static result<std::vector<git::push_ref>> refs_of(const context& here) {
        const auto commit = need_fact(here, "commit", "commit");
        if (!commit) return commit.error();
        const auto stable = need_fact(here, "stable_commit", "merge-stable");
        if (!stable) return stable.error();
        const auto tag = need_fact(here, "tag_object", "tag");
        if (!tag) return tag.error();
        if (is_stable_alone(here.rule))
            return std::vector<git::push_ref>{{stable_ref(*here.project), *stable, here.state->fact("stable_head")},
                                              {tag_ref(*here.state), *tag, ""}};
        return std::vector<git::push_ref>{{trunk_ref(*here.project), *commit, here.state->fact("trunk_head")},
                                          {stable_ref(*here.project), *stable, here.state->fact("stable_head")},
                                          {tag_ref(*here.state), *tag, ""}};
    }
    static task<result<push_view>> look_at_remote(context here) {
        const auto wanted = refs_of(here);
        if (!wanted) co_return wanted.error();
        const auto remote = co_await here.with.transport->list_remote(here.with.clone->url());
        if (!remote) co_return remote.error();
        push_view view;
        view.refs = *wanted;
        for (const auto& each : *wanted) {
            std::string now;
            for (const auto& there : *remote)
                if (there.name == each.name) now = there.target;
            if (now == each.id)
                ++view.there;
            else if (now == each.expected)
                ++view.untouched;
            view.words += (view.words.empty() ? "" : "; ") + each.name + " is " +
                          (now.empty() ? "absent" : short_id(now)) + ", wanted " + short_id(each.id);
        }
        co_return view;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_git_tag() {
    return std::make_unique<git_tag_kind>();
}
std::unique_ptr<step_kind> create_git_push() {
    return std::make_unique<git_push_kind>();
}

}  // namespace slipway::steps

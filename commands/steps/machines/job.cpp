// job: whatever the project's runners can run — a program that survives the bot, a pipeline or waiting job of GitLab, a
// service behind HTTP, a function of Salt, any tool behind a driver program. A checklist names the runner.
#include <fmt/format.h>

#include "commands/steps/common.hpp"
#include "commands/steps/machines/job_run.hpp"
#include "commands/steps/machines/salt_hosts.hpp"
#include "integrations/runner/runner.hpp"

namespace slipway::steps {
namespace {

std::string runner_name(const context& here) {
    return text_at(here.rule.with, "runner");
}

failure no_runner(const context& here) {
    return not_configured("The runner `" + runner_name(here) + "`", "runners." + runner_name(here));
}

std::map<std::string, std::string> words_of(const release::release_state& state) {
    std::map<std::string, std::string> words;
    for (const auto* each :
         {"{version}", "{project}", "{tag}", "{milestone}", "{milestone_url}", "{candidate}", "{previous}"})
        words[each] = fill(each, state);
    const auto merged = state.fact("stable_commit");
    words["{commit}"] = merged.empty() ? state.fact("candidate") : merged;
    return words;
}

runner::order order_for(const context& here, const std::string& key) {
    runner::order what;
    what.key = key;
    what.words = words_of(*here.state);
    what.params = runner::filled(object_at(here.rule.with, "params"), what.words).as_object();
    what.log_file = here.log_file;
    // Salt's functions go to the pinned hosts, unless the runner has a target of its own.
    const auto how = here.project->runners.find(runner_name(here));
    if (how != here.project->runners.end() && how->second.kind == release::runner_kind::salt)
        what.params["hosts"] = as_json(pinned_hosts(*here.state));
    return what;
}

/// nullopt when the runner is not there.
std::optional<job_run> run_of(const context& here, const act& intent) {
    const auto driver = here.with.runners.find(runner_name(here));
    const auto how = here.project->runners.find(runner_name(here));
    if (driver == here.with.runners.end() || how == here.project->runners.end()) return std::nullopt;
    job_run made;
    made.with = driver->second;
    made.what = order_for(here, intent.key);
    made.within.poll = how->second.poll;
    made.within.idle = how->second.idle_timeout;
    made.within.total = here.rule.timeout;
    made.within.grace = how->second.grace;
    made.name = "`" + runner_name(here) + "`";
    return made;
}

class job final : public step_kind {
public:
    release::kind_facts facts() const override {
        auto made = make_facts("job", release::step_class::action, false, true, release::side_effect::none,
                               {"runner", "params"}, {"runner"});
        made.ends_itself = true;
        return made;
    }
    std::string plan(const release::step_rule& rule, const release::project_settings& project,
                     const std::string&) const override {
        const auto name = text_at(rule.with, "runner");
        if (!project.runners.contains(name)) return "not configured: set runners." + name + " in the project file";
        return "run `" + name + "` and wait for it";
    }
    task<result<probe_outcome>> probe(context here, act intent) override {
        const auto of = run_of(here, intent);
        if (!of) co_return no_runner(here);
        auto seen = co_await probe_job(here, *of);
        co_return seen;
    }
    task<result<outcome>> perform(context here, act intent) override {
        const auto of = run_of(here, intent);
        if (!of) co_return no_runner(here);
        const auto ended = co_await follow_job(here, *of);
        if (!ended) co_return ended.error();
        outcome done;
        done.ok = ended->state == runner::state::succeeded;
        done.text = fmt::format("{} {}{}", of->name,
                                ended->state == runner::state::cancelled ? "was stopped" : to_words(ended->state),
                                ended->text.empty() ? "" : ": " + ended->text);
        done.detail = row_lines(ended->rows);
        done.data["rows"] = rows_as_json(ended->rows);
        done.data["ref"] = ended->ref;
        done.data["log"] = here.log_file;
        if (done.ok && !ended->warned) co_return done;
        done.detail += ended->tail;
        done.files.push_back(log_attachment(here));
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_job() {
    return std::make_unique<job>();
}

}  // namespace slipway::steps

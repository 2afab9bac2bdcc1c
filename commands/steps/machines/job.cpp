// job: whatever the project's runners can run — a program that survives the bot, a pipeline or waiting job of GitLab, a
// service behind HTTP, a function of Salt, any tool behind a driver program. A checklist names the runner.
#include <fmt/format.h>

#include "commands/steps/common.hpp"
#include "commands/steps/machines/job_notes.hpp"
#include "commands/steps/machines/salt_hosts.hpp"
#include "integrations/runner/runner.hpp"

namespace slipway::steps {
namespace {

std::string runner_name(const context& here) {
    return text_at(here.rule.with, "runner");
}

runner::driver* driver_of(const context& here) {
    const auto found = here.with.runners.find(runner_name(here));
    return found == here.with.runners.end() ? nullptr : found->second;
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

json::array rows_as_json(const std::vector<runner::row>& rows) {
    json::array all;
    for (const auto& each : rows) {
        json::object one;
        one["host"] = each.host;
        one["ok"] = each.ok;
        one["changed"] = each.changed;
        one["text"] = each.text.raw();
        all.push_back(std::move(one));
    }
    return all;
}

std::string lines_of(const std::vector<runner::row>& rows) {
    std::string text;
    for (const auto& each : rows)
        text += each.host + ": " + (each.ok ? each.changed ? "changed" : "ok" : "failed") +
                (each.text.empty() ? "" : ", " + each.text.raw()) + "\n";
    return text;
}

/// The first lines only: a job may print a million, and the whole output is in its own log.
std::function<void(const std::string&)> some_of(std::function<void(std::string)> log) {
    constexpr int most = 300;
    return [log = std::move(log), told = 0](const std::string& line) mutable {
        if (++told <= most) log(line);
        if (told == most) log("(what follows is in the log of the attempt)");
    };
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
        auto* with = driver_of(here);
        if (with == nullptr) co_return no_runner(here);
        job_notes notes{*here.with.store};
        const auto known = co_await notes.read(intent.key);
        if (!known) co_return known.error();
        probe_outcome seen;
        const auto found = co_await runner::look_up(*with, order_for(here, intent.key), notes);
        if (!found && found.error() == errc::lost) {
            seen.what = answer::cannot_tell;
            seen.text = found.error().sentence();
            co_return seen;
        }
        if (!found) co_return found.error();
        if (!*found) {
            seen.text = "it was not begun";
            co_return seen;
        }
        const auto& now = **found;
        seen.text = now.text;
        if (now.state == runner::state::succeeded) {
            seen.what = answer::done;
            seen.data["rows"] = rows_as_json(now.rows);
        } else if (now.state == runner::state::timed_out ||
                   (now.state == runner::state::running && *known && (*known)->ending)) {
            seen.what = answer::cannot_tell;
            if (seen.text.empty()) seen.text = "it was asked to end and may still run";
        }
        // One that runs, or that said no, is taken up by perform: nothing is begun a second time under one key.
        co_return seen;
    }
    task<result<outcome>> perform(context here, act intent) override {
        auto* with = driver_of(here);
        if (with == nullptr) co_return no_runner(here);
        const auto how = here.project->runners.find(runner_name(here));
        if (how == here.project->runners.end()) co_return no_runner(here);
        job_notes notes{*here.with.store};
        runner::limits within;
        within.poll = how->second.poll;
        within.idle = how->second.idle_timeout;
        within.total = here.rule.timeout;
        within.grace = how->second.grace;
        runner::hooks told;
        told.on_line = some_of(here.log);
        told.is_unwanted = here.is_aborting;
        const auto ended = co_await runner::pursue(*with, order_for(here, intent.key), notes, *here.with.time, within,
                                                   std::move(told));
        if (!ended) co_return ended.error();
        const auto name = "`" + runner_name(here) + "`";
        if (ended->state == runner::state::lost) co_return failure{errc::lost, name + " is lost: " + ended->text};
        if (ended->state == runner::state::timed_out)
            co_return failure{errc::timed_out, name + " took too long: " + ended->text};
        outcome done;
        done.ok = ended->state == runner::state::succeeded;
        done.text = fmt::format("{} {}{}", name,
                                ended->state == runner::state::cancelled ? "was stopped" : to_words(ended->state),
                                ended->text.empty() ? "" : ": " + ended->text);
        done.detail = lines_of(ended->rows);
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

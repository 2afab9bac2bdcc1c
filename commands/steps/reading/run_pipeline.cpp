#include "commands/steps/reading/run_pipeline.hpp"

#include <algorithm>

#include "commands/risk/findings.hpp"
#include "commands/steps/merge/landed_set.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/base/mask.hpp"
#include "integrations/base/printable.hpp"
#include "integrations/git/repository.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_pipelines = 20;  ///< of one commit that are asked for their variables
constexpr std::size_t trace_bytes = 60'000;
constexpr std::size_t trace_lines = 20;

std::int64_t project_of(const context& here) {
    return number_at(here.state->facts, "gitlab_project");
}
std::string run_name(const context& here) {
    return here.state->id + "/" + here.rule.id;
}
std::string name_of(const gitlab::pipeline& of) {
    return "pipeline #" + std::to_string(of.id);
}

/// Those of the commit that this release's step started, newest first, and the newest that anybody's push made green.
struct known_pipelines {
    std::vector<gitlab::pipeline> ours;     ///< started by this very intent
    std::vector<gitlab::pipeline> earlier;  ///< started by an earlier attempt of the step, and not failed
    std::optional<gitlab::pipeline> green;
};

task<result<known_pipelines>> find_pipelines(context here, act intent, std::string sha) {
    auto all = co_await here.with.gitlab->pipelines_of(project_of(here), sha);
    if (!all) co_return all.error();
    known_pipelines found;
    if (all->size() > most_pipelines) all->resize(most_pipelines);
    for (const auto& each : *all) {
        if (each.status == "success" && !found.green) found.green = each;
        const auto variables = co_await here.with.gitlab->pipeline_variables(project_of(here), each.id);
        // A pipeline whose variables we may not see is not one that we started.
        if (!variables && (variables.error() == errc::refused || variables.error() == errc::not_found)) continue;
        if (!variables) co_return variables.error();
        for (const auto& variable : *variables) {
            if (variable.key == "RELEASE_STEP" && variable.value == intent.key) found.ours.push_back(each);
            const bool goes_on = each.status != "failed" && each.status != "canceled" && each.status != "skipped";
            if (variable.key == "RELEASE_RUN" && variable.value == run_name(here) && goes_on)
                found.earlier.push_back(each);
        }
    }
    co_return found;
}

/// Two of one intent: an answer was lost and it was started again. The newest counts.
task<> cancel_others(context here, std::vector<gitlab::pipeline> ours) {
    for (std::size_t each = 1; each < ours.size(); ++each) {
        if (ours[each].finished()) continue;
        const auto cancelled = co_await here.with.gitlab->cancel_pipeline(project_of(here), ours[each].id);
        if (!cancelled) here.log(name_of(ours[each]) + " could not be cancelled: " + cancelled.error().sentence());
    }
}

task<result<gitlab::pipeline>> start_pipeline(context here, act intent, release::pipeline_run how, std::string sha) {
    std::vector<gitlab::variable> variables{{"RELEASE_STEP", intent.key}, {"RELEASE_RUN", run_name(here)}};
    for (const auto& [key, value] : how.variables) variables.push_back({key, fill(value, *here.state)});
    auto made = co_await here.with.gitlab->create_pipeline(project_of(here), here.project->repository.trunk,
                                                           std::move(variables));
    if (!made && may_have_happened(made.error().kind())) {
        const auto again = co_await find_pipelines(here, intent, sha);
        if (again && !again->ours.empty()) co_return again->ours.front();
    }
    if (!made || made->sha == sha) co_return made;
    const auto cancelled = co_await here.with.gitlab->cancel_pipeline(project_of(here), made->id);
    if (!cancelled) here.log(name_of(*made) + " could not be cancelled: " + cancelled.error().sentence());
    co_return failure{errc::moved, here.project->repository.trunk + " is at " + short_id(made->sha) +
                                       " now, and GitLab can only test what it points at; the candidate is " +
                                       short_id(sha) + ". `/release retry pull` takes the new commits in."};
}

task<result<gitlab::pipeline>> own_pipeline(context here, act intent, release::pipeline_run how, std::string sha) {
    auto known = co_await find_pipelines(here, intent, sha);
    if (!known) co_return known.error();
    if (!known->ours.empty()) {
        co_await cancel_others(here, known->ours);
        co_return known->ours.front();
    }
    if (!known->earlier.empty()) co_return known->earlier.front();
    if (how.reuse_green && known->green) co_return *known->green;
    auto started = co_await start_pipeline(here, intent, how, sha);
    co_return started;
}

task<result<gitlab::pipeline>> wait_for(context here, gitlab::pipeline now, milliseconds poll) {
    std::string said;
    while (!now.finished() && now.status != "manual" && now.status != "blocked") {
        if (now.status != said) here.log(name_of(now) + " " + gitlab::pipeline_words(now.status));
        said = now.status;
        co_await here.with.time->sleep(poll);
        auto fresh = co_await here.with.gitlab->read_pipeline(project_of(here), now.id);
        if (!fresh) co_return fresh.error();
        now = std::move(*fresh);
    }
    co_return now;
}

std::string job_words(const gitlab::job& of) {
    auto words = "job `" + of.name + "` " + gitlab::pipeline_words(of.status);
    if (!of.failure_reason.empty()) words += " (" + of.failure_reason + ")";
    if (!of.owner.username.empty()) words += ", started by " + of.owner.username;
    return words;
}

/// What the jobs have to say about how it ended.
task<result<>> explain(context here, gitlab::pipeline ended, outcome* into) {
    const auto jobs = co_await here.with.gitlab->jobs_of(project_of(here), ended.id);
    if (!jobs) co_return jobs.error();
    for (const auto& each : *jobs) {
        if (each.status == "failed" && each.allow_failure)
            into->text += "; job `" + each.name + "` failed, which it may";
        if (each.status == "manual" && !each.allow_failure && ended.status != "success")
            into->text += "; job `" + each.name + "` waits: " + each.web_url;
        if (each.status != "failed" || each.allow_failure) continue;
        into->text += "; " + job_words(each);
        if (!into->detail.empty()) continue;
        const auto log = co_await here.with.gitlab->job_trace(project_of(here), each.id, trace_bytes);
        into->detail =
            each.web_url + "\n" + (log ? readable_log(log->raw(), trace_lines) : "Its log: " + log.error().sentence());
    }
    co_return result<>{};
}

}  // namespace

std::string readable_log(const std::string& raw, std::size_t most_lines) {
    std::string plain;
    for (std::size_t at = 0; at < raw.size(); ++at) {
        if (raw[at] == '\x1b') {  // ESC [ … letter
            while (at + 1 < raw.size() && !(raw[at] >= '@' && raw[at] <= '~' && raw[at] != '[')) ++at;
            continue;
        }
        if (raw[at] == '\r' && at + 1 < raw.size() && raw[at + 1] != '\n') {
            plain.erase(plain.rfind('\n') == std::string::npos ? 0 : plain.rfind('\n') + 1);
            continue;
        }
        if (raw[at] != '\r') plain += raw[at];
    }
    std::vector<std::string> lines;
    const masker hide;
    for (std::size_t from = 0; from < plain.size();) {
        const auto end = std::min(plain.find('\n', from), plain.size());
        const auto line = plain.substr(from, std::min<std::size_t>(end - from, 2'000));
        from = end + 1;
        if (line.empty() || line.starts_with("section_start:") || line.starts_with("section_end:")) continue;
        lines.push_back(printable(hide(risk::mask_secrets(line)), 500));
    }
    std::string text;
    for (auto at = lines.size() - std::min(lines.size(), most_lines); at < lines.size(); ++at) text += lines[at] + "\n";
    return text;
}

task<result<outcome>> run_by_pipeline(context here, act intent, release::pipeline_run how) {
    if (here.with.gitlab == nullptr) co_return not_configured("GitLab", "gitlab.project");
    // GitLab can only test what was pushed: trunk as it was pulled, not the release's own commit on top.
    const auto sha = pulled_trunk(here);
    if (!sha) co_return sha.error();
    const auto own = co_await own_pipeline(here, intent, how, *sha);
    if (!own) co_return own.error();
    const auto ended = co_await wait_for(here, *own, how.poll);
    if (!ended) co_return ended.error();
    outcome done;
    done.ok = ended->status == "success";
    done.text = name_of(*ended) + " of " + short_id(*sha) + " " + gitlab::pipeline_words(ended->status);
    const auto told = co_await explain(here, *ended, &done);
    if (!told && !done.ok) done.text += "; its jobs could not be read: " + told.error().sentence();
    if (ended->status == "manual" || ended->status == "blocked")
        done.text += ". Start the job in GitLab, then press Retry: the same pipeline is taken again";
    if (!ended->web_url.empty()) done.text += " " + ended->web_url;
    done.data["pipeline"] = ended->id;
    done.data["commit"] = *sha;
    done.data["url"] = ended->web_url;
    if (here.with.clone != nullptr) {
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto commit = co_await (*open)->read_commit(*sha);
        if (!commit) co_return commit.error();
        done.data["tree"] = commit->tree;
    }
    co_return done;
}

}  // namespace slipway::steps

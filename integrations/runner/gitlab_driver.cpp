// GitLab runs it: a pipeline of our own, or a job that waits for a person in somebody's.
#include <algorithm>
#include <charconv>

#include "integrations/base/mask.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/process/output.hpp"
#include "integrations/runner/drivers.hpp"

namespace slipway::runner {
namespace {

constexpr std::string_view key_variable = "RELEASE_STEP";
constexpr std::size_t most_trace = 1U << 20U;

/// "pipeline 7 12" → {7, 12}
struct reference {
    std::int64_t project = 0, id = 0;
};
std::string write_reference(const reference& of) {
    return std::to_string(of.project) + "/" + std::to_string(of.id);
}
result<reference> read_reference(const std::string& text) {
    reference read;
    const auto bar = text.find('/');
    if (bar != std::string::npos) {
        std::from_chars(text.data(), text.data() + bar, read.project);
        std::from_chars(text.data() + bar + 1, text.data() + text.size(), read.id);
    }
    if (read.project == 0 || read.id == 0) return failure{errc::not_found, "“" + text + "” names nothing in GitLab"};
    return read;
}

state state_of_job(const std::string& word) {
    if (word == "success") return state::succeeded;
    if (word == "failed" || word == "skipped") return state::failed;
    if (word == "canceled") return state::cancelled;
    return state::running;  // created, pending, running, manual …: not over, or a person is asked
}

attachment attachment_of(state now) {
    return now == state::running ? attachment::running : attachment::finished;
}

class pipeline_driver final : public driver {
public:
    pipeline_driver(gitlab::api& api, project_lookup of, pipeline_settings how)
        : api_{api}, project_of_{std::move(of)}, how_{std::move(how)} {}

    result<planned> plan(const order& what) const override {
        planned made;
        const auto ref = filled(how_.ref, what.words);
        made.words = "start a GitLab pipeline on " + ref + " and wait for it";
        made.request["ref"] = ref;
        return made;
    }
    task<result<std::string>> start(order what) override {
        const auto project = co_await project_of_();
        if (!project) co_return project.error();
        std::vector<gitlab::variable> variables{{std::string{key_variable}, what.key}};
        for (const auto& [name, value] : how_.variables) variables.push_back({name, filled(value, what.words)});
        for (const auto& [name, value] : what.params)
            if (value.is_string()) variables.push_back({name, std::string{value.get_string()}});
        const auto made = co_await api_.create_pipeline(*project, filled(how_.ref, what.words), std::move(variables));
        if (!made) co_return made.error();
        co_return write_reference({*project, made->id});
    }
    task<result<std::optional<std::string>>> find(order what) override {
        const auto project = co_await project_of_();
        if (!project) co_return project.error();
        const auto recent = co_await api_.recent_pipelines(*project, filled(how_.ref, what.words));
        if (!recent) co_return recent.error();
        for (const auto& each : *recent) {
            const auto variables = co_await api_.pipeline_variables(*project, each.id);
            // One whose variables we may not see is not one that we started.
            if (!variables && (variables.error() == errc::refused || variables.error() == errc::not_found)) continue;
            if (!variables) co_return variables.error();
            for (const auto& variable : *variables)
                if (variable.key == key_variable && variable.value == what.key)
                    co_return std::optional{write_reference({*project, each.id})};
        }
        co_return std::optional<std::string>{};
    }
    task<result<progress>> poll(std::string ref, std::string cursor) override {
        const auto which = read_reference(ref);
        if (!which) co_return which.error();
        const auto now = co_await api_.read_pipeline(which->project, which->id);
        if (!now) co_return now.error();
        progress seen;
        seen.state = state_of_job(now->status);
        seen.text =
            "pipeline #" + std::to_string(now->id) + " " + gitlab::pipeline_words(now->status) + " " + now->web_url;
        seen.cursor = now->status;
        if (now->status != cursor) seen.lines.push_back(seen.text);
        co_return seen;
    }
    task<result<cancel_answer>> cancel(std::string ref, pressure) override {
        const auto which = read_reference(ref);
        if (!which) co_return which.error();
        const auto asked = co_await api_.cancel_pipeline(which->project, which->id);
        if (!asked) co_return asked.error();
        co_return cancel_answer::requested;
    }
    task<result<attachment>> attach(std::string ref) override {
        const auto seen = co_await poll(std::move(ref), {});
        if (!seen && seen.error() == errc::not_found) co_return attachment::unknown;
        if (!seen) co_return seen.error();
        co_return attachment_of(seen->state);
    }

private:
    gitlab::api& api_;
    project_lookup project_of_;
    pipeline_settings how_;
};

class manual_job_driver final : public driver {
public:
    manual_job_driver(gitlab::api& api, project_lookup of, manual_job_settings how)
        : api_{api}, project_of_{std::move(of)}, how_{std::move(how)} {}

    result<planned> plan(const order& what) const override {
        planned made;
        const auto commit = filled(how_.commit, what.words);
        made.words = "start the waiting job `" + how_.name + "` in GitLab" +
                     (commit.empty() ? "" : " for " + commit.substr(0, 10));
        made.request["job"] = how_.name;
        made.request["commit"] = commit;
        return made;
    }
    task<result<std::string>> start(order what) override {
        const auto found = co_await waiting_job(what);
        if (!found) co_return found.error();
        if (found->second.status != "manual") co_return found->first;
        const auto begun = co_await api_.play_job(read_reference(found->first)->project, found->second.id);
        if (!begun) co_return begun.error();
        co_return found->first;
    }
    task<result<std::optional<std::string>>> find(order what) override {
        const auto found = co_await waiting_job(what);
        if (!found) co_return found.error();
        if (found->second.status == "manual") co_return std::optional<std::string>{};
        co_return std::optional{found->first};
    }
    task<result<progress>> poll(std::string ref, std::string cursor) override {
        const auto which = read_reference(ref);
        if (!which) co_return which.error();
        const auto now = co_await api_.read_job(which->project, which->id);
        if (!now) co_return now.error();
        progress seen;
        seen.state = state_of_job(now->status);
        seen.text = "job `" + now->name + "` " + gitlab::pipeline_words(now->status) +
                    (now->failure_reason.empty() ? "" : " (" + now->failure_reason + ")") + " " + now->web_url;
        std::size_t known = 0;
        std::from_chars(cursor.data(), cursor.data() + cursor.size(), known);
        seen.cursor = cursor;
        const auto trace = co_await api_.job_trace(which->project, which->id, most_trace);
        if (!trace) co_return seen;  // a log that cannot be read now does not change how the job is
        const masker mask;
        process::line_cutter lines;
        if (trace->raw().size() > known)
            for (auto& each : lines.feed(mask(trace->raw().substr(known)))) seen.lines.push_back(std::move(each));
        const auto end = trace->raw().rfind('\n');
        seen.cursor = std::to_string(end == std::string::npos ? known : std::max(known, end + 1));
        co_return seen;
    }
    task<result<cancel_answer>> cancel(std::string ref, pressure) override {
        const auto which = read_reference(ref);
        if (!which) co_return which.error();
        const auto asked = co_await api_.cancel_job(which->project, which->id);
        if (!asked) co_return asked.error();
        co_return cancel_answer::requested;
    }
    task<result<attachment>> attach(std::string ref) override {
        const auto which = read_reference(ref);
        if (!which) co_return attachment::unknown;
        const auto now = co_await api_.read_job(which->project, which->id);
        if (!now && now.error() == errc::not_found) co_return attachment::unknown;
        if (!now) co_return now.error();
        co_return attachment_of(state_of_job(now->status));
    }

private:
    /// The job of that name in the commit's newest pipeline, and its reference.
    task<result<std::pair<std::string, gitlab::job>>> waiting_job(order what) {
        const auto project = co_await project_of_();
        if (!project) co_return project.error();
        const auto commit = filled(how_.commit, what.words);
        const auto pipelines = co_await api_.pipelines_of(*project, commit);
        if (!pipelines) co_return pipelines.error();
        if (pipelines->empty())
            co_return failure{errc::refused, "GitLab has no pipeline for " + commit.substr(0, 10) +
                                                 ", so there is no job `" + how_.name + "` to start"};
        const auto jobs = co_await api_.jobs_of(*project, pipelines->front().id);
        if (!jobs) co_return jobs.error();
        const auto job = std::ranges::find(*jobs, how_.name, &gitlab::job::name);
        if (job == jobs->end())
            co_return failure{errc::refused, "pipeline #" + std::to_string(pipelines->front().id) + " has no job `" +
                                                 how_.name + "`: " + pipelines->front().web_url};
        co_return std::pair{write_reference({*project, job->id}), *job};
    }

    gitlab::api& api_;
    project_lookup project_of_;
    manual_job_settings how_;
};

}  // namespace

std::unique_ptr<driver> create_pipeline_driver(gitlab::api& api, project_lookup of, pipeline_settings how) {
    return std::make_unique<pipeline_driver>(api, std::move(of), std::move(how));
}
std::unique_ptr<driver> create_manual_job_driver(gitlab::api& api, project_lookup of, manual_job_settings how) {
    return std::make_unique<manual_job_driver>(api, std::move(of), std::move(how));
}

}  // namespace slipway::runner

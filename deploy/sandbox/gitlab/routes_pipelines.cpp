// Jobs of pipelines, their logs, and an end before the end.
#include <algorithm>

#include "deploy/sandbox/gitlab/routes.hpp"
#include "deploy/sandbox/gitlab/rules.hpp"

namespace slipway::sandbox::gitlab {

namespace {

bool has_ended(const pipeline& what) {
    return what.status == "success" || what.status == "failed" || what.status == "canceled" || what.status == "skipped";
}

pipeline* pipeline_of(hosted_project& in, const std::string& id) {
    const auto found =
        std::ranges::find_if(in.records.pipelines, [&](const pipeline& each) { return std::to_string(each.id) == id; });
    return found == in.records.pipelines.end() ? nullptr : &*found;
}

/// Unique in the project: the pipeline's number and the job's place in it.
std::int64_t job_id(const pipeline& of, std::size_t place) {
    return of.id * 100 + static_cast<std::int64_t>(place);
}

json::object show_job(const presenter& present, const pipeline& of, std::size_t place) {
    const auto& what = of.plays.jobs[place];
    json::object made;
    made["id"] = job_id(of, place);
    made["name"] = what.name;
    made["stage"] = what.stage;
    made["status"] = of.plays.reads > 0 && !has_ended(of) ? "running" : what.status;
    made["allow_failure"] = what.allow_failure;
    made["failure_reason"] = what.failure_reason.empty() ? json::value(nullptr) : json::value(what.failure_reason);
    made["ref"] = of.ref;
    made["user"] = present.person(of.started_by);
    made["pipeline"] = present.pipeline(of);
    made["web_url"] = present.project_url() + "/-/jobs/" + std::to_string(job_id(of, place));
    return made;
}

answer jobs(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto* found = pipeline_of(*in, asked.captured[1]);
    if (!found) return not_found("Pipeline");
    json::array all;
    for (std::size_t place = 0; place < found->plays.jobs.size(); ++place)
        all.push_back(show_job(present_for(of, *in, asked), *found, place));
    return list_of(std::move(all));
}

answer trace(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    for (const auto& each : in->records.pipelines)
        for (std::size_t place = 0; place < each.plays.jobs.size(); ++place)
            if (std::to_string(job_id(each, place)) == asked.captured[1]) {
                answer made{200, json::value(each.plays.jobs[place].trace)};
                made.is_text = true;
                return made;
            }
    return not_found("Job");
}

answer cancel(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    if (asked.caller->access < 30) return refuse(403, "403 Forbidden");
    auto* found = pipeline_of(*in, asked.captured[1]);
    if (!found) return not_found("Pipeline");
    if (!has_ended(*found)) found->status = "canceled";
    return {200, present_for(of, *in, asked).pipeline(*found)};
}

}  // namespace

void play(pipeline& what) {
    if (what.status != "running" || what.plays.reads == 0) return;
    if (--what.plays.reads == 0) what.status = what.plays.status;
}

std::vector<route> pipeline_routes() {
    return {
        {"GET", "projects/:id/pipelines/:pipeline/jobs", jobs},
        {"GET", "projects/:id/jobs/:job/trace", trace},
        {"POST", "projects/:id/pipelines/:pipeline/cancel", cancel},
    };
}

}  // namespace slipway::sandbox::gitlab

// Pipelines of a commit, and releases of a tag.
#include "integrations/base/json.hpp"
#include "integrations/gitlab/http_api.hpp"
#include "integrations/gitlab/reading.hpp"

namespace slipway::gitlab::detail {
namespace {

result<pipeline> checked_pipeline(const json::value& body, std::string_view what) {
    auto made = to_pipeline(body);
    const auto id = made.id;
    return identified(std::move(made), id, what);
}

result<job> checked_job(const json::value& body, std::string_view what) {
    auto made = to_job(body);
    const auto id = made.id;
    return identified(std::move(made), id, what);
}

std::string job_path(std::int64_t project, std::int64_t id) {
    return project_root(project) + "/jobs/" + std::to_string(id);
}

}  // namespace

task<result<std::vector<pipeline>>> http_api::pipelines_of(std::int64_t project, std::string sha) {
    const auto found = co_await call_.read_all(
        "Cannot list the pipelines of " + sha,
        project_root(project) + "/pipelines?order_by=id&sort=desc&sha=" + net::percent_encode(sha));
    if (!found) co_return found.error();
    auto all = all_of(*found, to_pipeline);
    std::erase_if(all, [&sha](const pipeline& each) { return each.id == 0 || each.sha != sha; });
    co_return all;
}

task<result<pipeline>> http_api::read_pipeline(std::int64_t project, std::int64_t id) {
    const std::string what = "Cannot read pipeline " + std::to_string(id);
    const auto body = co_await call_.read(what, project_root(project) + "/pipelines/" + std::to_string(id));
    if (!body) co_return body.error();
    co_return checked_pipeline(*body, what);
}

task<result<pipeline>> http_api::create_pipeline(std::int64_t project, std::string ref,
                                                 std::vector<variable> variables) {
    const std::string what = "Cannot start a pipeline for " + ref;
    json::object body;
    body["ref"] = ref;
    json::array list;
    for (const auto& each : variables) {
        json::object one;
        one["key"] = each.key;
        one["value"] = each.value;
        one["variable_type"] = "env_var";
        list.push_back(std::move(one));
    }
    if (!list.empty()) body["variables"] = std::move(list);
    const auto answer = co_await call_.write(what, "POST", project_root(project) + "/pipeline", std::move(body));
    if (!answer) co_return answer.error();
    co_return checked_pipeline(*answer, what);
}

task<result<std::vector<variable>>> http_api::pipeline_variables(std::int64_t project, std::int64_t id) {
    const auto number = std::to_string(id);
    const auto found = co_await call_.read_all("Cannot read the variables of pipeline " + number,
                                               project_root(project) + "/pipelines/" + number + "/variables");
    if (!found) co_return found.error();
    co_return all_of(*found, to_variable);
}

task<result<std::vector<job>>> http_api::jobs_of(std::int64_t project, std::int64_t pipeline) {
    const auto number = std::to_string(pipeline);
    const auto found = co_await call_.read_all("Cannot list the jobs of pipeline " + number,
                                               project_root(project) + "/pipelines/" + number + "/jobs");
    if (!found) co_return found.error();
    auto all = all_of(*found, to_job);
    std::erase_if(all, [](const job& each) { return each.id == 0; });
    co_return all;
}

task<result<untrusted>> http_api::job_trace(std::int64_t project, std::int64_t job, std::size_t most_bytes) {
    const auto number = std::to_string(job);
    auto text = co_await call_.read_text("Cannot read the log of job " + number,
                                         project_root(project) + "/jobs/" + number + "/trace");
    if (!text) co_return text.error();
    if (text->size() > most_bytes) text->erase(0, text->size() - most_bytes);
    co_return untrusted{std::move(*text)};
}

task<result<pipeline>> http_api::cancel_pipeline(std::int64_t project, std::int64_t id) {
    const std::string what = "Cannot cancel pipeline " + std::to_string(id);
    const auto answer = co_await call_.write(
        what, "POST", project_root(project) + "/pipelines/" + std::to_string(id) + "/cancel", json::object{});
    if (!answer) co_return answer.error();
    co_return checked_pipeline(*answer, what);
}

task<result<std::vector<pipeline>>> http_api::recent_pipelines(std::int64_t project, std::string ref) {
    const auto body = co_await call_.read(
        "Cannot list the pipelines of " + ref,
        project_root(project) + "/pipelines?order_by=id&sort=desc&per_page=20&ref=" + net::percent_encode(ref));
    if (!body) co_return body.error();
    std::vector<pipeline> all;
    if (const auto* list = body->if_array())
        for (const auto& each : *list) all.push_back(to_pipeline(each));
    std::erase_if(all, [&ref](const pipeline& each) { return each.id == 0 || each.ref != ref; });
    co_return all;
}

task<result<job>> http_api::read_job(std::int64_t project, std::int64_t id) {
    const std::string what = "Cannot read job " + std::to_string(id);
    const auto body = co_await call_.read(what, job_path(project, id));
    if (!body) co_return body.error();
    co_return checked_job(*body, what);
}

task<result<job>> http_api::play_job(std::int64_t project, std::int64_t id) {
    const std::string what = "Cannot start job " + std::to_string(id);
    const auto answer = co_await call_.write(what, "POST", job_path(project, id) + "/play", json::object{});
    if (!answer) co_return answer.error();
    co_return checked_job(*answer, what);
}

task<result<job>> http_api::cancel_job(std::int64_t project, std::int64_t id) {
    const std::string what = "Cannot cancel job " + std::to_string(id);
    const auto answer = co_await call_.write(what, "POST", job_path(project, id) + "/cancel", json::object{});
    if (!answer) co_return answer.error();
    co_return checked_job(*answer, what);
}

task<result<release>> http_api::release_of(std::int64_t project, std::string tag) {
    const auto body = co_await call_.read("Cannot read the release " + tag,
                                          project_root(project) + "/releases/" + net::percent_encode(tag));
    if (!body) co_return body.error();
    co_return to_release(*body);
}

task<result<release>> http_api::create_release(std::int64_t project, release wanted) {
    json::object body;
    body["tag_name"] = wanted.tag;
    body["name"] = wanted.name.empty() ? wanted.tag : wanted.name.raw();
    body["description"] = wanted.description.raw();
    const auto answer = co_await call_.write("Cannot create the release " + wanted.tag, "POST",
                                             project_root(project) + "/releases", std::move(body));
    if (!answer) co_return answer.error();
    co_return to_release(*answer);
}

}  // namespace slipway::gitlab::detail

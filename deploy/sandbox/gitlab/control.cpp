#include "deploy/sandbox/gitlab/control.hpp"

#include <algorithm>

#include "deploy/sandbox/gitlab/present.hpp"
#include "deploy/sandbox/gitlab/routes.hpp"
#include "deploy/sandbox/gitlab/rules.hpp"
#include "deploy/sandbox/salt/deployment.hpp"

namespace slipway::sandbox::gitlab {

namespace {

result<json::object> list_calls(controlled on) {
    json::array calls;
    for (const auto& each : on.calls) {
        json::object entry;
        entry["method"] = each.method;
        entry["path"] = each.path;
        entry["user"] = each.user;
        entry["status"] = each.status;
        calls.push_back(std::move(entry));
    }
    json::object made;
    made["faults"] = static_cast<std::int64_t>(on.faults.size());
    made["calls"] = std::move(calls);
    return made;
}

/// {"refs": ["refs/heads/stable", "refs/tags/*"], "project": "cig/…"}: what a push to the product (or to that project)
/// may not change; an empty list lets everything through.
result<json::object> refuse_refs(controlled on, const json::object& body) {
    std::string patterns;
    for (const auto& each : array_at(body, "refs")) {
        if (each.is_string()) patterns += std::string{each.as_string()} + "\n";
    }
    const auto path = text_at(body, "project");
    const auto* in = path.empty() ? on.of.projects.front().get() : on.of.find_project(path);
    if (!in) return failure{errc::not_found, "there is no project " + path};
    const auto written = salt::write_file(in->git.folder() + "/refuse", patterns);
    if (!written) return written.error();
    return json::object{};
}

/// {"milestone": "1.4.0", "status": "brand_new", "approved_by": ["ben.carter"], "title": "…"}
result<json::object> change_merge_request(controlled on, const std::string& iid, const json::object& body) {
    auto& in = *on.of.projects.front();
    auto* what = merge_request_of(in, iid);
    if (!what) return failure{errc::not_found, "there is no merge request !" + iid};
    if (body.contains("milestone")) {
        const auto title = text_at(body, "milestone");
        const auto found = std::ranges::find(in.records.milestones, title, &milestone::title);
        what->milestone_id = found == in.records.milestones.end() ? 0 : found->id;
    }
    if (body.contains("title")) what->title = text_at(body, "title");
    if (body.contains("approved_by")) {
        what->approved_by.clear();
        for (const auto& each : array_at(body, "approved_by")) {
            if (each.is_string()) what->approved_by.emplace_back(each.as_string());
        }
    }
    if (body.contains("status")) {
        on.of.forced_status.erase(what->iid);
        const auto status = text_at(body, "status");
        if (!status.empty()) on.of.forced_status[what->iid] = status;
    }
    return json::object{};
}

/// {"branch": "master", "file": "README.md", "content": "…" or "append": "…", "message": "…", "by": "ben.carter"}
result<json::object> commit_to(controlled on, const json::object& body) {
    auto& in = *on.of.projects.front();
    const auto branch = text_at(body, "branch");
    const auto head = in.git.branch(branch);
    if (!head) return failure{errc::not_found, "there is no branch '" + branch + "'"};
    const auto* who = find_user(on.of.users, text_at(body, "by"));
    if (!who) return failure{errc::not_found, "nobody has the user name '" + text_at(body, "by") + "'"};
    const auto file = text_at(body, "file");
    if (file.empty()) return failure{errc::invalid, "'file' is missing"};
    auto text = body.contains("content") ? text_at(body, "content") : in.git.read(*head, file).value_or("");
    text += text_at(body, "append");
    const auto tree = in.git.tree_with(*head, {{file, text, false}});
    if (!tree) return tree.error();
    const signature by{who->name, who->email, on.now};
    const auto made = in.git.create_commit(*tree, {*head}, by, by, text_at(body, "message") + "\n");
    if (!made) return made.error();
    const auto moved = in.git.set_ref("refs/heads/" + branch, *made);
    if (!moved) return moved.error();
    json::object done;
    done["commit"] = *made;
    return done;
}

/// {"reads": 2, "status": "failed", "jobs": [{"name": "unit", "status": "failed", "allow_failure": false,
/// "failure_reason": "script_failure", "trace": "…"}]}: what pipelines play that are started from now on.
result<json::object> script_pipelines(controlled on, const json::object& body) {
    pipeline_script plays;
    plays.reads = number_at(body, "reads");
    if (body.contains("status")) plays.status = text_at(body, "status");
    for (const auto& each : array_at(body, "jobs")) {
        pipeline_job job;
        job.name = text_at(each, "name");
        if (const auto stage = text_at(each, "stage"); !stage.empty()) job.stage = stage;
        job.status = text_at(each, "status");
        job.allow_failure = flag_at(each, "allow_failure");
        job.failure_reason = text_at(each, "failure_reason");
        job.trace = text_at(each, "trace");
        plays.jobs.push_back(std::move(job));
    }
    on.of.next_pipelines = std::move(plays);
    return json::object{};
}

/// {"status": "success"}: somebody did something to this pipeline.
result<json::object> change_pipeline(controlled on, const std::string& id, const json::object& body) {
    for (auto& each : on.of.projects.front()->records.pipelines) {
        if (std::to_string(each.id) != id) continue;
        each.status = text_at(body, "status");
        each.plays.reads = 0;
        return json::object{};
    }
    return failure{errc::not_found, "there is no pipeline " + id};
}

result<json::object> set_flags(controlled on, const json::object& body) {
    if (body.contains("null_booleans")) on.of.null_booleans = flag_at(body, "null_booleans");
    if (body.contains("approvals_required")) {
        on.of.projects.front()->records.approvals_required = static_cast<int>(number_at(body, "approvals_required"));
    }
    return json::object{};
}

result<json::object> run(controlled on, const std::string& method, const std::vector<std::string>& path,
                         const json::object& body) {
    const auto what = path.empty() ? std::string{} : path.front();
    if (method == "GET" && what.empty()) return list_calls(on);
    if (what == "faults" && method == "DELETE") {
        on.faults.clear();
        return json::object{};
    }
    if (what == "faults") {
        const auto added = on.faults.add(body);
        if (!added) return added.error();
        return json::object{};
    }
    if (what == "refuse") return refuse_refs(on, body);
    if (what == "flags") return set_flags(on, body);
    if (what == "commits") return commit_to(on, body);
    if (what == "merge_requests" && path.size() == 2) return change_merge_request(on, path[1], body);
    if (what == "pipelines" && path.size() == 1) return script_pipelines(on, body);
    if (what == "pipelines" && path.size() == 2) return change_pipeline(on, path[1], body);
    return failure{
        errc::not_found,
        "/control/gitlab has faults, refuse, flags, commits, pipelines[/:id] and merge_requests/:iid, not '" + what +
            "'"};
}

}  // namespace

net::server_response run_control(controlled on, const std::string& method, const std::vector<std::string>& path,
                                 const std::string& body) {
    const auto read = body.empty() ? result<json::value>{json::object{}} : parse_json(body);
    auto done = read && read->is_object() ? run(on, method, path, read->as_object())
                                          : result<json::object>{failure{errc::invalid, "the body is no JSON object"}};
    net::server_response made;
    made.headers.add("Content-Type", "application/json");
    json::object said;
    if (done) {
        said = std::move(*done);
        said["ok"] = true;
    } else {
        made.status = 400;
        said["ok"] = false;
        said["error"] = done.error().sentence();
    }
    made.body = json::serialize(said) + "\n";
    return made;
}

}  // namespace slipway::sandbox::gitlab

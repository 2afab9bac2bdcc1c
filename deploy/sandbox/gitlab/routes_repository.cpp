// Branches, tags, commits, files, comparisons, pipelines.
#include <algorithm>

#include "deploy/sandbox/gitlab/routes.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::sandbox::gitlab {

namespace {

constexpr std::size_t most_commits = 500;

answer git_problem(const failure& what) {
    return what.kind() == errc::not_found ? not_found("") : refuse(500, json::value(what.sentence()));
}

answer branches(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    json::array all;
    for (const auto& name : in->git.branches()) {
        if (name.find(asked.with.text("search")) == std::string::npos) continue;
        all.push_back(present_for(of, *in, asked).branch(name, *in->git.branch(name), *asked.caller));
    }
    return list_of(std::move(all));
}

answer one_branch(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto head = in->git.branch(asked.captured[1]);
    if (!head) return not_found("Branch");
    return {200, present_for(of, *in, asked).branch(asked.captured[1], *head, *asked.caller)};
}

json::object show_rule(const protected_branch& rule) {
    const auto level = [](int access) {
        json::object entry;
        entry["access_level"] = access;
        entry["access_level_description"] = access == 0 ? "No one" : access == 30 ? "Developers" : "Maintainers";
        return json::array{std::move(entry)};
    };
    json::object made;
    made["id"] = rule.id;
    made["name"] = rule.name;
    made["push_access_levels"] = level(rule.push_level);
    made["merge_access_levels"] = level(rule.merge_level);
    made["allow_force_push"] = false;
    made["code_owner_approval_required"] = false;
    return made;
}

answer protections(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    json::array all;
    for (const auto& each : in->records.protected_branches) all.push_back(show_rule(each));
    return list_of(std::move(all));
}

answer one_protection(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto& rules = in->records.protected_branches;
    const auto found = std::ranges::find(rules, asked.captured[1], &protected_branch::name);
    if (found == rules.end()) return not_found("");
    return {200, show_rule(*found)};
}

answer protected_tags(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    if (asked.caller->access < 30) return refuse(403, "403 Forbidden");
    json::array all;
    for (const auto& each : in->records.protected_tags) {
        json::object level;
        level["access_level"] = each.create_level;
        level["access_level_description"] = each.create_level == 0    ? "No one"
                                            : each.create_level == 30 ? "Developers + Maintainers"
                                                                      : "Maintainers";
        json::object rule;
        rule["name"] = each.name;
        rule["create_access_levels"] = json::array{std::move(level)};
        all.push_back(std::move(rule));
    }
    return list_of(std::move(all));
}

answer tags(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    auto search = asked.with.text("search");
    const bool from_start = search.starts_with('^');
    if (from_start) search.erase(0, 1);
    json::array all;
    for (const auto& each : in->git.tags()) {
        const auto at = each.name.find(search);
        if (at == std::string::npos || (from_start && at != 0)) continue;
        all.push_back(present_for(of, *in, asked).tag(each));
    }
    if (asked.with.text("sort") != "asc") std::ranges::reverse(all);
    return list_of(std::move(all));
}

answer one_tag(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto all = in->git.tags();
    const auto found = std::ranges::find(all, asked.captured[1], &tag_info::name);
    if (found == all.end()) return not_found("Tag");
    return {200, present_for(of, *in, asked).tag(*found)};
}

answer create_tag(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    if (asked.caller->access < 30) return refuse(403, "403 Forbidden");
    const auto name = asked.with.text("tag_name");
    if (name.empty()) return bad_parameter("tag_name is missing");
    const auto target = in->git.resolve(asked.with.text("ref"));
    if (!target) return refuse(400, json::value("Target " + asked.with.text("ref") + " is invalid"));
    if (in->git.commit_of("refs/tags/" + name)) {
        return refuse(400, json::value("Tag " + name + " already exists"));
    }
    const auto message = asked.with.text("message");
    if (message.empty()) {
        const auto made = in->git.set_ref("refs/tags/" + name, *target);
        if (!made) return git_problem(made.error());
    } else {
        const signature who{asked.caller->name, asked.caller->email, asked.now};
        const auto made = in->git.create_tag(name, *target, who, message);
        if (!made) return git_problem(made.error());
    }
    const auto all = in->git.tags();
    const auto found = std::ranges::find(all, name, &tag_info::name);
    return {201, present_for(of, *in, asked).tag(*found)};
}

answer commits(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto name = asked.with.has("ref_name") ? asked.with.text("ref_name") : in->records.default_branch;
    const auto range = name.find("..");
    const auto head = in->git.resolve(range == std::string::npos ? name : name.substr(range + 2));
    if (!head) return not_found("Commit");
    const auto base = range == std::string::npos ? std::nullopt : in->git.resolve(name.substr(0, range));
    const auto log = in->git.log(base.value_or(""), *head, most_commits);
    if (!log) return git_problem(log.error());
    json::array all;
    for (const auto& each : *log) all.push_back(present_for(of, *in, asked).commit(each));
    return list_of(std::move(all));
}

answer one_commit(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto id = in->git.resolve(asked.captured[1]);
    if (!id) return not_found("Commit");
    const auto found = in->git.commit(*id);
    if (!found) return git_problem(found.error());
    return {200, present_for(of, *in, asked).commit(*found)};
}

/// By merge commit, or by being one of the merge request's own commits.
answer merge_requests_of_commit(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto id = in->git.resolve(asked.captured[1]);
    if (!id) return not_found("Commit");
    json::array all;
    for (const auto& each : in->records.merge_requests) {
        const auto own = in->git.log(each.base_sha, each.sha, most_commits);
        const bool contains = own && std::ranges::find(*own, *id, &commit_info::id) != own->end();
        if (each.merge_commit_sha == *id || contains) all.push_back(show(of, *in, each, asked));
    }
    return list_of(std::move(all));
}

answer compare(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto from = in->git.resolve(asked.with.text("from"));
    const auto to = in->git.resolve(asked.with.text("to"));
    if (!from || !to) return not_found("Ref");
    const auto base = asked.with.flag("straight") ? from : in->git.merge_base(*from, *to);
    const auto log = in->git.log(*from, *to, most_commits);
    const auto changed = in->git.diff(base.value_or(""), *to);
    if (!log) return git_problem(log.error());
    if (!changed) return git_problem(changed.error());
    const auto shown = present_for(of, *in, asked);
    json::array commits_between;
    for (auto each = log->rbegin(); each != log->rend(); ++each) commits_between.push_back(shown.commit(*each));
    json::array diffs;
    for (const auto& each : *changed) diffs.push_back(shown.diff(each));
    json::object made;
    made["commit"] = commits_between.empty() ? json::value(nullptr) : commits_between.back();
    made["commits"] = std::move(commits_between);
    made["diffs"] = std::move(diffs);
    made["compare_timeout"] = false;
    made["compare_same_ref"] = *from == *to;
    made["web_url"] = shown.project_url() + "/-/compare/" + *from + "..." + *to;
    return {200, std::move(made)};
}

answer raw_file(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto ref = in->git.resolve(asked.with.has("ref") ? asked.with.text("ref") : in->records.default_branch);
    if (!ref) return not_found("Commit");
    const auto text = in->git.read(*ref, asked.captured[1]);
    if (!text) return not_found("File");
    json::object made;
    made["file_path"] = asked.captured[1];
    made["size"] = static_cast<std::int64_t>(text->size());
    made["encoding"] = "base64";
    made["content"] = to_base64(*text);
    made["ref"] = asked.with.text("ref");
    made["commit_id"] = *ref;
    return {200, std::move(made)};
}

answer pipelines(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    json::array all;
    for (const auto& each : in->records.pipelines) {
        if (asked.with.has("sha") && each.sha != asked.with.text("sha")) continue;
        if (asked.with.has("ref") && each.ref != asked.with.text("ref")) continue;
        if (asked.with.has("status") && each.status != asked.with.text("status")) continue;
        all.push_back(present_for(of, *in, asked).pipeline(each));
    }
    std::ranges::reverse(all);
    return list_of(std::move(all));
}

answer one_pipeline(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    for (auto& each : in->records.pipelines) {
        if (std::to_string(each.id) == asked.captured[1]) {
            play(each);
            return {200, present_for(of, *in, asked).pipeline(each)};
        }
    }
    return not_found("");
}

/// Nothing runs: it plays what the control wrote down, and succeeds at once when that is nothing.
answer create_pipeline(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    if (asked.caller->access < 30) return refuse(403, "403 Forbidden");
    if (!asked.with.has("ref")) return bad_parameter("ref is missing");
    const auto head = in->git.resolve(asked.with.text("ref"));
    if (!head) {
        json::object message;
        message["base"] = json::array{"Reference not found"};
        return refuse(400, std::move(message));
    }
    pipeline made;
    made.id = 9001 + static_cast<std::int64_t>(in->records.pipelines.size());
    made.sha = *head;
    made.ref = asked.with.text("ref");
    made.plays = of.next_pipelines;
    made.status = made.plays.reads > 0 ? "running" : made.plays.status;
    made.started_by = asked.caller->username;
    made.source = "api";
    made.created_at = asked.now;
    for (const auto& each : array_at(asked.with.all(), "variables")) {
        made.variables[text_at(each, "key")] = text_at(each, "value");
    }
    in->records.pipelines.push_back(made);
    return {201, present_for(of, *in, asked).pipeline(made)};
}

answer pipeline_variables(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    for (const auto& each : in->records.pipelines) {
        if (std::to_string(each.id) != asked.captured[1]) continue;
        json::array all;
        for (const auto& [key, value] : each.variables) {
            json::object entry;
            entry["key"] = key;
            entry["value"] = value;
            entry["variable_type"] = "env_var";
            all.push_back(std::move(entry));
        }
        return list_of(std::move(all));
    }
    return not_found("");
}

}  // namespace

std::vector<route> repository_routes() {
    return {
        {"GET", "projects/:id/repository/branches", branches},
        {"GET", "projects/:id/repository/branches/:name", one_branch},
        {"GET", "projects/:id/protected_branches", protections},
        {"GET", "projects/:id/protected_branches/:name", one_protection},
        {"GET", "projects/:id/protected_tags", protected_tags},
        {"GET", "projects/:id/repository/tags", tags},
        {"POST", "projects/:id/repository/tags", create_tag},
        {"GET", "projects/:id/repository/tags/:name", one_tag},
        {"GET", "projects/:id/repository/commits", commits},
        {"GET", "projects/:id/repository/commits/:sha", one_commit},
        {"GET", "projects/:id/repository/commits/:sha/merge_requests", merge_requests_of_commit},
        {"GET", "projects/:id/repository/compare", compare},
        {"GET", "projects/:id/repository/files/:path", raw_file},
        {"GET", "projects/:id/pipelines", pipelines},
        {"POST", "projects/:id/pipeline", create_pipeline},
        {"GET", "projects/:id/pipelines/:pipeline", one_pipeline},
        {"GET", "projects/:id/pipelines/:pipeline/variables", pipeline_variables},
    };
}

}  // namespace slipway::sandbox::gitlab

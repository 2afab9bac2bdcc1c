// From the project's settings, git's commits and GitLab's merge requests to the words of commands/changelog, and which
// range a release is about.
#include "commands/steps/common.hpp"
#include "commands/steps/merge/landed_set.hpp"

namespace slipway::steps {

changelog::attribution_settings attribution_for(const release::project_settings& project) {
    changelog::attribution_settings settings;
    settings.project_path = project.gitlab.project;
    settings.aliases = project.gitlab.aliases;
    settings.target_branch = project.repository.trunk;
    settings.housekeeping_subjects = {"Build and increment version to "};
    settings.housekeeping_paths = project.asset_paths;
    settings.housekeeping_paths.push_back(project.changelog.file);
    settings.housekeeping_paths.push_back(project.version.file);
    for (const auto& each : project.housekeeping)
        settings.housekeeping.push_back({each.subject, each.author, each.paths});
    return settings;
}

changelog::range_commit as_range_commit(const git::commit& from) {
    changelog::range_commit made;
    made.id = from.id;
    made.parents = from.parents;
    made.message = from.message;
    made.author_email = from.author.email;
    made.author = untrusted{from.author.name};
    made.tree = from.tree;
    return made;
}

changelog::known_request as_known_request(const gitlab::merge_request& from) {
    changelog::known_request known;
    known.iid = from.iid;
    known.title = from.title;
    known.labels = from.labels;
    known.author = from.author.username;
    known.merged = from.state == gitlab::merge_request_state::merged;
    known.target_branch = from.target_branch;
    known.head = from.head;
    known.merge_commit = from.merge_commit;
    known.squash_commit = from.squash_commit;
    known.milestone_id = from.milestone_id;
    if (from.merged_at) known.merged_at = to_unix_ms(*from.merged_at);
    return known;
}

result<std::string> pulled_trunk(const context& here) {
    auto pulled = here.state->fact("trunk_head");
    if (!pulled.empty()) return pulled;
    return need_fact(here, "candidate", "pull");
}

result<landed_question> release_range(const context& here) {
    landed_question asked;
    // The first release of a project has no tag before it: everything is new.
    if (!flag_at(here.state->facts, "first_release")) {
        const auto base = need_fact(here, "previous_commit", "expected-tag");
        if (!base) return base.error();
        asked.base = *base;
    }
    const auto head = pulled_trunk(here);
    if (!head) return head.error();
    asked.head = *head;
    return asked;
}

json::object remembered_answers(const context& here) {
    json::object all;
    const auto take = [&all](const release::step_state& step) {
        if (!step.look) return;
        for (const auto& [what, answers] : object_at(step.look->data, "asked")) {
            if (!answers.is_object()) continue;
            auto& into = all[what];
            if (!into.is_object()) into = json::object{};
            for (const auto& [key, value] : answers.get_object()) into.get_object()[key] = value;
        }
    };
    for (const auto& each : here.state->steps) take(each);
    take(here.step);
    return all;
}

}  // namespace slipway::steps

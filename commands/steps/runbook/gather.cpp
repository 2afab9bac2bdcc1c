#include "commands/steps/runbook/gather.hpp"

#include <algorithm>
#include <iterator>

#include "commands/runbook/words.hpp"
#include "commands/steps/common.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

runbook::reading_rules rules_of(const release::project_settings& project) {
    runbook::reading_rules rules;
    rules.section = project.runbook.section;
    rules.languages = project.runbook.languages;
    rules.downtime_section = project.runbook.downtime_section;
    rules.downtime_text = project.runbook.downtime_text;
    return rules;
}

bool has_label(const std::vector<std::string>& labels, const std::string& wanted) {
    return std::ranges::find(labels, wanted) != labels.end();
}

task<result<std::vector<gitlab::issue>>> issues_labelled(context here, std::string label) {
    gitlab::issue_query query;
    query.labels = {label};
    query.milestone = untrusted{here.state->fact("milestone_title")};
    auto found = co_await here.with.gitlab->issues(number_at(here.state->facts, "gitlab_project"), std::move(query));
    if (!found) co_return found.error();
    const auto milestone = number_at(here.state->facts, "milestone_id");
    std::erase_if(*found, [&](const gitlab::issue& each) { return each.milestone_id != milestone; });
    std::ranges::sort(*found, {}, &gitlab::issue::iid);
    co_return std::move(*found);
}

task<result<std::string>> downtime_of(context here, std::string description) {
    const auto& settings = here.project->runbook;
    auto words = runbook::says_downtime(description, rules_of(*here.project));
    if (!words.empty() || settings.downtime_label.empty()) co_return words;
    const auto issues = co_await issues_labelled(here, settings.downtime_label);
    if (!issues) co_return issues.error();
    if (!issues->empty())
        co_return "issue #" + std::to_string(issues->front().iid) + " is labelled " + settings.downtime_label;
    const auto requests = co_await here.with.gitlab->merge_requests_of(number_at(here.state->facts, "gitlab_project"),
                                                                       milestone_of(*here.state));
    if (!requests) co_return requests.error();
    for (const auto& each : *requests)
        if (has_label(each.labels, settings.downtime_label))
            co_return "merge request !" + std::to_string(each.iid) + " is labelled " + settings.downtime_label;
    co_return std::string{};
}

}  // namespace

task<result<deploy_script>> gather_script(context here) {
    if (here.with.gitlab == nullptr) co_return not_configured("GitLab", "gitlab.project");
    const auto milestone = co_await here.with.gitlab->read_milestone(milestone_of(*here.state));
    if (!milestone) co_return milestone.error();
    const auto rules = rules_of(*here.project);
    const runbook::written description{"milestone", milestone->web_url, milestone->description.raw()};
    auto all = runbook::section_script(description, rules);
    const auto issues = co_await issues_labelled(here, here.project->runbook.label);
    if (!issues) co_return issues.error();
    for (const auto& issue : *issues) {
        const runbook::written text{"#" + std::to_string(issue.iid), issue.web_url, issue.description.raw()};
        auto more = runbook::issue_script(text, rules);
        for (auto& each : more.lines) {
            if (has_label(issue.labels, here.project->migrations.after_label)) each.when = runbook::moment::after;
            all.lines.push_back(std::move(each));
        }
        for (auto& each : more.problems) all.problems.push_back(std::move(each));
    }
    std::string wrong;
    for (const auto& each : all.problems) wrong += (wrong.empty() ? "" : "; ") + each;
    if (!wrong.empty())
        co_return failure{errc::refused, wrong + ". Correct it there, then `/release retry " + here.rule.id + "`."};
    auto downtime = co_await downtime_of(here, description.text);
    if (!downtime) co_return downtime.error();
    deploy_script made;
    for (const auto when : {runbook::moment::before, runbook::moment::after})
        std::ranges::copy_if(all.lines, std::back_inserter(made.lines),
                             [when](const runbook::line& each) { return each.when == when; });
    made.downtime = std::move(*downtime);
    made.hash = runbook::hash_of(made.lines);
    co_return made;
}

result<std::vector<std::string>> runnable(const context& here, const runbook::line& what) {
    if (what.command.empty()) return failure{errc::refused, "an instruction for a person"};
    auto argv = runbook::split_words(what.command);
    if (!argv) return argv;
    if (here.project->runbook.allow.empty())
        return failure{errc::refused, "the project file allows no commands (runbook.allow)"};
    if (!runbook::is_allowed(*argv, here.project->runbook.allow))
        return failure{errc::refused, "the project file does not allow this command (runbook.allow)"};
    return argv;
}

std::string script_file(const context& here, const std::string& hash) {
    return here.state->version + "-scripts-" + hash.substr(0, 8) + ".sh";
}

std::string ran_fact(const std::string& line_hash) {
    return "runbook_ran/" + line_hash;
}

}  // namespace slipway::steps

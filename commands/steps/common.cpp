#include "commands/steps/common.hpp"

#include <fmt/format.h>

#include <fstream>

namespace slipway::steps {

task<result<look_outcome>> step_kind::look(context here) {
    co_return failure{errc::invalid, "the kind " + here.rule.kind + " has nothing to look at"};
}

task<result<probe_outcome>> step_kind::probe(context, act) {
    co_return probe_outcome{};
}

task<result<outcome>> step_kind::perform(context here, act) {
    co_return failure{errc::invalid, "the kind " + here.rule.kind + " does nothing by itself"};
}

std::string fill(std::string text, const release::release_state& state) {
    const std::map<std::string, std::string> words{
        {"{version}", state.version},
        {"{project}", state.project},
        {"{tag}", tag_name(state)},
        {"{milestone}", state.fact("milestone_title")},
        {"{milestone_url}", state.fact("milestone_url")},
        {"{candidate}", state.fact("candidate")},
        {"{previous}", state.fact("previous_tag")},
        {"{changelog}", state.fact("changelog")},
    };
    for (const auto& [name, value] : words)
        for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
            text.replace(at, name.size(), value);
    return text;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& each : words) {
        if (!text.empty()) text += ", ";
        text += each;
    }
    return text;
}

git::signature pinned_signature(const release::project_settings& project, instant intended) {
    return {project.repository.author_name, project.repository.author_email, to_unix(intended), 0};
}

std::string trunk_ref(const release::project_settings& project) {
    return "refs/heads/" + project.repository.trunk;
}
std::string stable_ref(const release::project_settings& project) {
    return "refs/heads/" + project.repository.stable;
}
std::string tag_name(const release::release_state& state) {
    const auto pinned = state.fact("tag_name");
    return pinned.empty() ? state.version : pinned;
}
std::string tag_ref(const release::release_state& state) {
    return "refs/tags/" + tag_name(state);
}
std::string short_id(const std::string& object) {
    return object.substr(0, 10);
}

result<std::string> need_fact(const context& here, std::string_view name, std::string_view left_by) {
    auto value = here.state->fact(name);
    if (!value.empty()) return value;
    return failure{
        errc::refused,
        fmt::format("This step needs what `{}` finds out ({}), and it has not run. `/release retry {}` makes it run.",
                    left_by, name, left_by)};
}

failure not_configured(std::string_view what, std::string_view setting) {
    return failure{errc::refused,
                   fmt::format("{} is not configured for this project: set `{}` in the project file.", what, setting)};
}

gitlab::milestone milestone_of(const release::release_state& state) {
    gitlab::milestone which;
    which.id = number_at(state.facts, "milestone_id");
    which.iid = number_at(state.facts, "milestone_iid");
    which.project_id = number_at(state.facts, "milestone_project");
    which.group_id = number_at(state.facts, "milestone_group");
    which.title = untrusted{state.fact("milestone_title")};
    return which;
}

std::vector<release::person_id> people_of_role(const context& here, const std::string& role) {
    std::vector<release::person_id> all;
    if (const auto found = here.project->roles.find(role); found != here.project->roles.end())
        for (const auto& user : found->second) all.push_back({here.state->team, user});
    return all;
}

std::vector<release::person_id> asked_directly(std::vector<release::person_id> people) {
    constexpr std::size_t most = 3;
    if (people.size() > most) people.clear();
    return people;
}

bool lies_in(std::string_view path, std::string_view folder_or_file) {
    if (path == folder_or_file) return true;
    return path.size() > folder_or_file.size() && path.starts_with(folder_or_file) &&
           (folder_or_file.ends_with('/') || path[folder_or_file.size()] == '/');
}

std::string count(std::size_t number, const std::string& thing) {
    return std::to_string(number) + " " + thing + (number == 1 ? "" : "s");
}

std::string tail(const std::string& text, std::size_t most_bytes) {
    if (text.size() <= most_bytes) return text;
    auto from = text.find('\n', text.size() - most_bytes);
    from = from == std::string::npos ? text.size() - most_bytes : from + 1;
    return "…\n" + text.substr(from);
}

std::string end_of_file(const std::string& path) {
    constexpr std::streamoff most = 900'000;
    std::ifstream in{path, std::ios::binary | std::ios::ate};
    if (!in) return {};
    const std::streamoff size = in.tellg();
    const auto from = size > most ? size - most : 0;
    in.seekg(from);
    std::string text(static_cast<std::size_t>(size - from), '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return (from > 0 ? "(the beginning is cut; the whole log is on the bot's disk)\n" : "") + text;
}

attachment log_attachment(const context& here) {
    return {here.rule.id + "-" + std::to_string(here.step.attempt) + ".log",
            here.rule.title,
            end_of_file(here.log_file),
            {}};
}

release::kind_facts make_facts(std::string name, release::step_class what, bool looks, bool has_probe,
                               release::side_effect at_least, std::vector<std::string> settings,
                               std::vector<std::string> required) {
    release::kind_facts made;
    made.name = std::move(name);
    made.what = what;
    made.looks = looks;
    made.has_probe = has_probe;
    made.at_least = at_least;
    made.settings = std::move(settings);
    made.required_settings = std::move(required);
    return made;
}

}  // namespace slipway::steps

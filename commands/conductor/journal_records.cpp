// What is known of the releases of a project without holding their states.
#include <algorithm>
#include <charconv>

#include "commands/conductor/journal.hpp"
#include "commands/conductor/journal_names.hpp"

namespace slipway::conductor {

task<result<std::vector<std::string>>> journal::ids(std::string project) {
    const auto prefix = project.empty() ? std::string{} : project + "-";
    const auto names = co_await memory_.streams(stream_of(prefix));
    if (!names) co_return names.error();
    std::vector<std::string> all;
    all.reserve(names->size());
    for (const auto& each : *names) {
        auto id = each.substr(stream_of("").size());
        const auto mine = co_await belongs_to(id, project);
        if (!mine) co_return mine.error();
        if (*mine) all.push_back(std::move(id));
    }
    co_return all;
}

/// "core-1.4.0-1" can be of `core` only; "core-eu-1.4.0-1" may be of `core-eu` as well, and its journal tells.
task<result<bool>> journal::belongs_to(std::string id, std::string project) {
    if (project.empty()) co_return true;
    if (std::ranges::count(id.begin() + static_cast<std::ptrdiff_t>(project.size() + 1), id.end(), '-') < 2)
        co_return true;
    const auto known = projects_of_.find(id);
    if (known != projects_of_.end()) co_return known->second == project;
    const auto state = co_await load(id);
    if (!state) co_return state.error();
    projects_of_[id] = (*state)->project;
    co_return (*state)->project == project;
}

task<result<std::vector<release::release_record>>> journal::records(std::string project) {
    const auto all = co_await ids(std::move(project));
    if (!all) co_return all.error();
    std::vector<release::release_record> made;
    made.reserve(all->size());
    for (const auto& id : *all) {
        const auto known = records_.find(id);
        const auto version = known == records_.end() ? 0 : known->second.version;
        const auto more = co_await memory_.read(stream_of(id), version);
        if (!more) co_return more.error().within("reading the journal of release " + id);
        if (version == 0 || !more->empty()) {
            const auto state = co_await load(id);
            if (!state) co_return state.error();
            records_[id] = {(*state)->journal, release::record_of(**state)};
        }
        made.push_back(records_[id].what);
    }
    co_return made;
}

task<result<int>> journal::next_attempt(std::string stem) {
    const auto prefix = stream_of(stem + "-");
    const auto names = co_await memory_.streams(prefix);
    if (!names) co_return names.error();
    int highest = 0;
    for (const auto& each : *names) {
        int number = 0;
        const auto* end = each.data() + each.size();
        const auto [stop, problem] = std::from_chars(each.data() + prefix.size(), end, number);
        if (problem == std::errc{} && stop == end) highest = std::max(highest, number);
    }
    co_return highest + 1;
}

}  // namespace slipway::conductor

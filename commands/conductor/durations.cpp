#include "commands/conductor/durations.hpp"

#include "commands/release/usual.hpp"
#include "integrations/base/json.hpp"

namespace slipway::conductor {
namespace {

std::string collection_for(const std::string& project) {
    return "durations/" + project;
}

std::vector<milliseconds> durations_in(const boost::json::object& body) {
    std::vector<milliseconds> all;
    for (const auto& each : array_at(body, "ms"))
        if (each.is_int64()) all.emplace_back(each.get_int64());
    return all;
}

}  // namespace

task<boost::json::object> usual_times(store::store& memory, std::string project) {
    boost::json::object usual;
    const auto known = co_await memory.documents_in(collection_for(project));
    if (!known) co_return usual;
    for (const auto& each : *known)
        if (const auto time = release::usual_of(durations_in(each.body))) usual[each.id] = time->count();
    co_return usual;
}

task<store::batch> with_durations(store::store& memory, store::batch changes, release::release_state before,
                                  std::vector<release::event> events) {
    for (const auto& each : events) {
        const auto* over = std::get_if<release::step_ended>(&each);
        if (over == nullptr || over->status != release::step_status::done || !over->by.empty()) continue;
        const auto* step = before.step(over->step);
        if (step == nullptr || !step->intent || step->status != release::step_status::running) continue;
        const auto known = co_await memory.document_of(collection_for(before.project), over->step);
        if (!known) continue;  // the commit itself will tell
        const auto all = release::with_duration(*known ? durations_in(**known) : std::vector<milliseconds>{},
                                                over->at - step->intent->at);
        boost::json::array list;
        for (const auto& span : all) list.emplace_back(span.count());
        changes.documents.push_back({collection_for(before.project), over->step, {{"ms", std::move(list)}}});
    }
    co_return changes;
}

}  // namespace slipway::conductor

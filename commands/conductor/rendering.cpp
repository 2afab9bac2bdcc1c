#include "commands/conductor/rendering.hpp"

#include <map>
#include <set>

#include "integrations/base/described.hpp"

namespace slipway::conductor {

void put_changed(store::batch& changes, const renderer& render, const release::release_state* before,
                 const release::release_state& after, const release::project_settings& project) {
    if (!render) return;
    rendering old;
    if (before != nullptr) old = render(*before, project);
    auto fresh = render(after, project);
    std::map<std::string, const boost::json::object*> shown;
    for (const auto& each : old.messages) shown[each.key] = &each.body;
    for (auto& each : fresh.messages) {
        const auto same = shown.find(each.key);
        if (same != shown.end() && *same->second == each.body) continue;
        changes.outbox.push_back(std::move(each));
    }
    std::set<std::string> known;
    for (const auto& each : old.buttons) known.insert(release::id_of(each));
    for (const auto& each : fresh.buttons) {
        const auto id = release::id_of(each);
        if (known.insert(id).second)
            changes.documents.push_back({button_collection, id, to_described(each).get_object()});
    }
}

}  // namespace slipway::conductor

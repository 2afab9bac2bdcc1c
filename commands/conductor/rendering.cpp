#include "commands/conductor/rendering.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "commands/views/release_view.hpp"
#include "integrations/base/described.hpp"
#include "integrations/base/json.hpp"

namespace slipway::conductor {

namespace {

store::outbox_put row_of(const std::string& key, const slack::desired& wish, int priority) {
    return {key, slack::lane_of(wish), priority, slack::to_json(wish), std::nullopt};
}

}  // namespace

rendering render_release(const release::release_state& state, const release::project_settings& project) {
    auto view = views::everything(state, project);
    rendering made;
    made.buttons = std::move(view.buttons);
    for (const auto& each : view.messages) {
        made.messages.push_back(row_of(each.key, each.wish, each.priority));
        if (each.retired) made.retired.emplace(each.key, row_of(each.key, *each.retired, each.priority));
    }
    return made;
}

bool waits_for_people(const boost::json::object& body) {
    if (text_at(body, "kind") != "message") return false;
    return std::ranges::any_of(array_at(body, "blocks"), [](const boost::json::value& block) {
        return text_at(block, "type") == "actions" || !text_at(block, "accessory.action_id").empty();
    });
}

void put_changed(store::batch& changes, const renderer& render, const release::release_state* before,
                 const release::release_state& after, const release::project_settings& project) {
    if (!render) return;
    rendering old;
    if (before != nullptr) old = render(*before, project);
    auto fresh = render(after, project);
    std::map<std::string, const boost::json::object*> shown;
    for (const auto& each : old.messages) shown[each.key] = &each.body;
    for (const auto& each : fresh.messages) old.retired.erase(each.key);
    for (auto& [key, each] : old.retired) changes.outbox.push_back(std::move(each));
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

#include "commands/conductor/rendering.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "commands/views/release_view.hpp"
#include "integrations/base/described.hpp"
#include "integrations/base/json.hpp"

namespace slipway::conductor {

namespace {

store::outbox_put row_of(const std::string& key, slack::desired wish, int priority) {
    auto lane = slack::lane_of(wish);
    return {key, std::move(lane), priority, slack::to_json(std::move(wish)), std::nullopt};
}

}  // namespace

rendering render_release(const release::release_state& state, const release::project_settings& project) {
    auto view = views::everything(state, project);
    rendering made;
    made.buttons = std::move(view.buttons);
    made.messages.reserve(view.messages.size());
    for (auto& each : view.messages) {
        if (each.retired) made.retired.emplace(each.key, row_of(each.key, std::move(*each.retired), each.priority));
        made.messages.push_back(row_of(each.key, std::move(each.wish), each.priority));
    }
    return made;
}

bool waits_for_people(const boost::json::object& body) {
    if (text_at(body, "kind") != "message") return false;
    return std::ranges::any_of(array_at(body, "blocks"), [](const boost::json::value& block) {
        return text_at(block, "type") == "actions" || !text_at(block, "accessory.action_id").empty();
    });
}

void put_changed(store::batch& changes, const rendering& before, const rendering& fresh) {
    std::map<std::string_view, const boost::json::object*> shown;
    for (const auto& each : before.messages) shown[each.key] = &each.body;
    std::set<std::string_view> goes_on;
    for (const auto& each : fresh.messages) goes_on.insert(each.key);
    for (const auto& [key, each] : before.retired)
        if (!goes_on.contains(key)) changes.outbox.push_back(each);
    for (const auto& each : fresh.messages) {
        const auto same = shown.find(each.key);
        if (same != shown.end() && *same->second == each.body) continue;
        changes.outbox.push_back(each);
    }
    std::set<std::string> known;
    for (const auto& each : before.buttons) known.insert(release::id_of(each));
    for (const auto& each : fresh.buttons) {
        const auto id = release::id_of(each);
        if (known.insert(id).second)
            changes.documents.push_back({button_collection, id, to_described(each).get_object()});
    }
}

}  // namespace slipway::conductor

// What a state looks like in Slack, as outbox rows and the buttons that stand in them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "commands/release/project.hpp"
#include "commands/release/rules.hpp"
#include "integrations/store/store.hpp"

namespace slipway::conductor {

struct rendering {
    std::vector<store::outbox_put> messages;
    std::vector<release::button> buttons;
    /// What a message of this state shall look like once a later state no longer shows it (a card that was asked
    /// again), by its key. A key without a row here stays as it is.
    std::map<std::string, store::outbox_put> retired;
};

/// A pure function of the state: equal states give equal bytes (R7.1).
using renderer = std::function<rendering(const release::release_state&, const release::project_settings&)>;

/// The renderer of the product: everything commands/views shows of a release.
rendering render_release(const release::release_state& state, const release::project_settings& project);

/// Puts into `changes` what `fresh` shows differently: message rows, and a document for every button that is new.
void put_changed(store::batch& changes, const rendering& before, const rendering& fresh);

/// Does this outbox body show anything to press? A standing message only: an answer to one person is never repeated.
bool waits_for_people(const boost::json::object& body);

/// The collection that holds the action rows behind buttons (R8.4): id → release::button.
inline constexpr const char* button_collection = "actions";

/// The outbox key of a release's board; other messages of the release begin with "<id>/".
inline std::string board_key(const std::string& release_id) {
    return release_id + "/board";
}

}  // namespace slipway::conductor

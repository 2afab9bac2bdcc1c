// The list of things that people decide one by one: merge requests, migrations, errors.
#pragma once

#include <vector>

#include "commands/views/parts.hpp"

namespace slipway::views {

/// For a step that has items. Each open item with its facts and its buttons, one button for all of them where that is
/// possible, then those that are dealt with.
rendered items_card(const release::release_state& state, const release::step_state& step, const names& people,
                    std::vector<release::button>& shown);

/// One open item as a direct message to somebody it asks: the same buttons as on the card, none once it was answered.
rendered item_direct_message(const release::release_state& state, const release::step_state& step,
                             const release::item_state& item, const names& people, std::vector<release::button>& shown);

/// The buttons of one item as it stands now; none when it cannot be decided.
std::vector<slack::element> item_buttons(const release::release_state& state, const release::step_state& step,
                                         const release::item_state& item, button_row& row);

/// One item: "!12 Title" as a link, its facts, how it stands.
markup item_text(const release::item_state& item, const names& people);

}  // namespace slipway::views

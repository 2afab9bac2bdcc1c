// The Home tab of one person: what waits for them, what runs, what holds, what was. From stored state alone (R7.11).
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/release/project_state.hpp"
#include "commands/views/parts.hpp"
#include "commands/views/ways_back.hpp"

namespace slipway::views {

/// One project as it stands now. Pointers outlive the call; none is null but `live`.
struct home_project {
    std::shared_ptr<const release::project_settings> project;
    std::shared_ptr<const release::release_state> live;               ///< null: nothing runs
    std::vector<std::shared_ptr<const release::release_state>> past;  ///< newest first
    std::shared_ptr<const release::project_state> house;
    std::optional<release::freeze_now> open;  ///< the calendar's freeze of this moment
    std::vector<calendar_line> coming;        ///< the next seven days
};

/// Whose tab it is.
struct home_viewer {
    release::person_id who;
    std::string gitlab;  ///< the account they linked; "" = none
};

/// Buttons are those of the cards, so their rows are in the books already. Equal states give equal bytes. Nobody is
/// mentioned. `now` decides only which locks still hold.
boost::json::object home(const std::vector<home_project>& all, const home_viewer& viewer, instant now);

inline constexpr const char* home_callback = "slipway.home";
/// The action of the button that opens the start window.
inline constexpr const char* start_action = "slipway.start-window";

}  // namespace slipway::views

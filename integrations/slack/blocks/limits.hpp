// Slack's limits as numbers, and a judge that reads finished messages and views the way Slack would.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace slipway::slack {

namespace json = boost::json;

namespace limit {
inline constexpr std::size_t message_blocks = 50, view_blocks = 100;
inline constexpr std::size_t message_characters =
    10'000;  ///< of all blocks together; Slack's own number is not published
inline constexpr std::size_t fallback = 3000;
inline constexpr std::size_t text = 3000, section = 2800;  ///< we stay below the 3000 of a text object
inline constexpr std::size_t fields = 10, field = 2000;
inline constexpr std::size_t header = 150;
inline constexpr std::size_t context_elements = 10, action_elements = 25;
inline constexpr std::size_t id = 255, button_text = 75, button_value = 2000, url = 3000;
inline constexpr std::size_t confirm_title = 100, confirm_text = 300, confirm_button = 30;
inline constexpr std::size_t options = 100, overflow_options = 5, boxes = 10, option_text = 75, option_value = 75,
                             placeholder = 150;
inline constexpr std::size_t view_title = 24, private_metadata = 3000, view_bytes = 250'000;
inline constexpr std::size_t label = 2000;
}  // namespace limit

/// Every limit or rule that a message ({"text","blocks"}) or a view ({"type":"modal"|"home",…}) breaks, as
/// "<where>: <what>"; empty when Slack would take it.
std::vector<std::string> check_limits(const json::object& message_or_view);

/// All characters that `blocks` shows, in texts, labels and dialogs: what counts against limit::message_characters.
std::size_t characters_in(const json::value& blocks);

/// Everybody that the message would notify or name: "<@U1>", "<!channel>", "<#C1>" and rich text's own elements.
/// Dates and links are none.
std::vector<std::string> mentions_in(const json::value& message_or_view);

}  // namespace slipway::slack

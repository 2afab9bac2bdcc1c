// A text frame of a Socket Mode link, read: which event of the link's table it is, and what it carries. Pure.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "integrations/slack/link_table.hpp"
#include "integrations/slack/payload.hpp"

namespace slipway::slack {

struct link_frame {
    link_event event = link_event::unreadable_text;
    json::object object;                      ///< of hello and disconnect
    std::optional<slack::envelope> envelope;  ///< of envelope and unknown_envelope
    std::string words;  ///< a disconnect's reason, an unknown envelope's type, or what is wrong with it
};

/// Never fails: what cannot be read is an event too. Fields that nobody knows are ignored.
link_frame read_frame(std::string_view text);

/// envelope_from_json without a copy of the payload. `pool` is where the frame lies.
result<envelope> take_envelope(json::object frame, json_pool pool = {});

}  // namespace slipway::slack

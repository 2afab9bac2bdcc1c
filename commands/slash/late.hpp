// Words that reached the bot long after they were written: it was away, and their writer may want something else by
// now.
#pragma once

#include <string>

#include "integrations/slack/payload.hpp"
#include "integrations/store/store.hpp"

namespace slipway::slash {

/// Written more than five minutes before it arrived. Nothing is done then. Pure.
bool is_late(const slack::app_mention& mentioned);

/// The answer in the thread of such words, where their writer finds it whenever they look: that nothing was done, and
/// to say it again. Pure.
store::outbox_put late_answer(const slack::app_mention& mentioned, const std::string& inbox_id);

}  // namespace slipway::slash

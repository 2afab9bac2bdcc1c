// What a failed send means for its row. Pure.
#pragma once

#include <string>

#include "integrations/async/backoff.hpp"
#include "integrations/base/result.hpp"
#include "integrations/store/store.hpp"

namespace slipway::outbox {

struct retry_settings {
    milliseconds base{1'000};
    milliseconds cap{60'000};
    milliseconds after_unknown{3'000};  ///< before history is searched: Slack may still be about to show it
    milliseconds credentials{300'000};  ///< a wrong token: somebody has to act, rows wait for them
    milliseconds invitation{60'000};    ///< not_in_channel: somebody has to invite the bot
    int most_invitations = 60;          ///< then the row is given up
};

/// The row as it is settled after `why`: wait, look up, or give up. `attempts` = failures in a row so far.
store::outbox_settle settle_failure(const store::outbox_row& row, const failure& why, const retry_settings& settings,
                                    instant now, double roll);

/// An update that can never work again, while a new message can: it was deleted, or may not be edited any more.
bool wants_new_message(const failure& why) noexcept;

}  // namespace slipway::outbox

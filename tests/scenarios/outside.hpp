// What the outside world looks like after release 1.4.0, however bumpy its way was.
#pragma once

#include "tests/scenarios/company.hpp"

namespace slipway::scenarios {

/// Tag, branches, changelog, site, GitLab: as a release without trouble leaves them. Irreversible effects happened
/// once.
void check_released(company& all);
/// No message of the bot is there twice, and nobody was notified who was not meant.
void check_messages(company& all);
/// Messages of the bot that stand in the channel itself, not in a thread.
int count_channel_messages(company& all);
/// How often a ref of the remote was written by a push.
int times_pushed(company& all, const std::string& ref);

}  // namespace slipway::scenarios

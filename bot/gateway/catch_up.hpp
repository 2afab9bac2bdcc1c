// What Slack did not tell while nobody listened: mentions are read from the history and go the way of all envelopes,
// and what waits for people is shown again, because somebody may have removed it meanwhile.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bot/gateway/inbox.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/slack/methods.hpp"

namespace slipway::gateway {

struct catch_up_settings {
    milliseconds every{15'000};  ///< how often the mark is set: "until here somebody listened"
    /// A shorter silence is Slack's own business: it repeats what nobody took, for about six minutes (slack.md §1.8).
    milliseconds gap{45'000};
    milliseconds margin{60'000};  ///< read from before the mark: clocks differ, and repeats cost nothing
    std::chrono::hours oldest{24};
    int page = 200;
    int most_pages = 5;  ///< of one place
};

/// Where people can mention the bot: a channel, or a thread of it, whose answers no channel history has.
struct listening_place {
    std::string channel;
    std::string thread_ts;  ///< "" = the channel itself
};

/// The parts around it; all outlive it.
struct surroundings {
    std::function<bool()> listening;                             ///< would a click arrive now?
    std::function<task<std::vector<listening_place>>()> places;  ///< as they are now
    std::function<task<>()> show_again;                          ///< what waits for people
};

/// Loop thread only. The mark is in the store, so that several bots cover for each other and a restart knows how long
/// nobody was there.
class catch_up {
public:
    catch_up(store::store& memory, slack::web_api& api, inbox& envelopes, timers& clock, surroundings around,
             catch_up_settings settings = {});

    /// Again and again, for a task_group.
    task<> run();
    /// Once: nothing while nobody listens; after a gap what was missed, then the mark.
    task<> look();

private:
    task<result<>> read_what_was_said(instant since);
    task<result<>> read_place(listening_place where, slack::identity us, std::string oldest);
    task<result<>> take(slack::found_message said, listening_place where, slack::identity us);

    store::store& memory_;
    slack::web_api& api_;
    inbox& inbox_;
    timers& clock_;
    surroundings around_;
    catch_up_settings settings_;
    std::size_t found_ = 0;  ///< mentions of this gap that nobody knew
};

/// The event that Slack would have sent for this message of `channel`; nullopt when it mentions nobody of ours, or no
/// person wrote it. Pure.
std::optional<slack::envelope> missed_mention(const slack::found_message& said, const std::string& channel,
                                              const slack::identity& us);

}  // namespace slipway::gateway

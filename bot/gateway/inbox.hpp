// What Slack told us, stored before it is acknowledged and handled until it is done (R5.8).
#pragma once

#include <functional>
#include <set>
#include <string>

#include "integrations/async/task_group.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/slack/payload.hpp"
#include "integrations/store/store.hpp"

namespace slipway::gateway {

inline constexpr const char* inbox_source = "slack";

/// Handles one payload to its end. It may commit document_key{inbox_source, inbox_id} in `batch::handled` together
/// with its own events; otherwise the inbox marks the envelope when it returns. An exception is a bug: the envelope
/// stays unhandled and is handled again when Slack repeats it or at the next start. `origin::received` tells how old
/// the click is: after a restart its trigger_id is dead.
using payload_handler = std::function<task<>(slack::payload what, std::string inbox_id)>;

struct inbox_settings {
    std::chrono::hours oldest{24};  ///< left over from longer ago: marked handled with a warning, never acted upon
    std::chrono::hours keep_handled{24};  ///< how long a repeat is recognised (Slack's last one comes within a day)
    std::chrono::minutes sweep_every{60};
    std::string owner;  ///< this process among those that share the store; "" = it has the store for itself
    milliseconds adopt_every{2'000};
};

/// Loop thread only. `memory`, `clock` outlive it; stop() before destruction.
class inbox {
public:
    inbox(executor loop, store::store& memory, timers& clock, payload_handler handle, inbox_settings settings = {});

    struct reception {
        store::arrival arrival = store::arrival::fresh;
        std::string id;          ///< of the inbox's row
        bool to_handle = false;  ///< fresh, or a repeat of one that nobody handles
    };
    /// Stores durably. On failure the envelope must not be acknowledged: Slack tells the person, or sends it again.
    task<result<reception>> receive(slack::envelope arrived);
    /// Starts handling what stands there under the id; returns at once.
    void handle(std::string id, slack::payload&& what);
    /// Answered in the acknowledgement itself: nothing is left to handle.
    void dismiss(std::string id);

    /// Handles again what a crash left behind, here or in a bot that no longer lives, oldest first; how many. Call it
    /// before the link goes up.
    task<result<std::size_t>> recover();
    /// The same again and again, whenever `may` allows it (bots die at any time); for a task_group.
    task<> adopt(std::function<bool()> may);
    /// Forgets old handled envelopes, for ever; for a task_group.
    task<> sweep();
    /// Lets running handlers finish for at most `grace`; what is cut off is handled again at the next start.
    task<> stop(milliseconds grace);
    std::size_t running() const noexcept { return tasks_.size(); }

private:
    task<> handle_one(std::string id, slack::payload what);
    /// False when it was too old, or cannot be read.
    bool handle_again(store::envelope stored);
    task<> mark(std::string id);

    store::store& memory_;
    timers& clock_;
    payload_handler handle_;
    inbox_settings settings_;
    std::set<std::string>
        broken_;  ///< ids that may be stored and that nobody handles: the handler threw, the answer was lost
    std::set<std::string> ours_;  ///< ids that are being stored or handled here, or that broke here
    task_group tasks_;
};

}  // namespace slipway::gateway

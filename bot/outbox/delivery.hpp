// One outbox row made true in Slack: posted, edited, deleted, uploaded, and never twice (R5.9).
#pragma once

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>

#include "bot/outbox/policy.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/slack/blocks/desired_message.hpp"
#include "integrations/slack/methods.hpp"
#include "integrations/store/store.hpp"

namespace slipway::outbox {

namespace json = boost::json;

/// metadata.event_type of every message of ours; the payload's "id" is the row's key.
inline constexpr const char* metadata_event = "slipway_message";

struct delivered {
    store::outbox_settle outcome;
    bool edited = false;               ///< a chat.update was made: the lane rests for a second (R7.2)
    std::optional<milliseconds> rest;  ///< Slack wants the lane to wait
};

/// Loop thread only; what it is given outlives it.
class delivery {
public:
    delivery(store::store& memory, slack::web_api& api, timers& clock, chance roll, retry_settings retry);

    /// Makes one leased row true and says how to settle it. Never throws for what Slack or the store answer.
    task<delivered> deliver(store::outbox_row row);

private:
    /// What a row became: its receipt, or why not.
    using receipt = result<json::object>;
    struct place {
        std::string channel;
        std::string thread_ts;
    };
    /// What happened on the way. Lives in deliver(), which awaits everything that gets it.
    struct progress {
        bool edited = false;
        bool unresolved = false;  ///< an earlier send may have worked, and nobody has looked yet
    };

    task<receipt> send(store::outbox_row row, slack::desired_message wish, progress& so_far);
    task<receipt> send(store::outbox_row row, slack::desired_ephemeral wish, progress& so_far);
    task<receipt> send(store::outbox_row row, slack::desired_file wish, progress& so_far);
    task<receipt> send(store::outbox_row row, slack::desired_response wish, progress& so_far);
    task<receipt> send(store::outbox_row row, slack::desired_home wish, progress& so_far);

    task<result<place>> place_of(store::outbox_row row, slack::desired_message wish);
    task<result<std::string>> direct_channel(std::string user);
    task<result<std::string>> parent_ts(std::string key);
    task<receipt> post(store::outbox_row row, slack::desired_message wish, place where, std::int64_t generation);
    task<receipt> adopt_or_post(store::outbox_row row, slack::desired_message wish, place where,
                                std::int64_t generation, progress& so_far);
    task<receipt> update(slack::message_ref where, slack::desired_message wish, json::object had, progress& so_far);
    task<receipt> update_or_post(store::outbox_row row, slack::desired_message wish, place where,
                                 std::int64_t generation, progress& so_far);
    task<receipt> erase(slack::message_ref where);
    task<json::object> with_pin(slack::desired_message wish, json::object had);
    slack::history_query since_attempt(const store::outbox_row& row, const place& where) const;
    task<result<bool>> file_is_there(store::outbox_row row, place where, std::string filename);
    task<result<>> upload(slack::desired_file wish, std::string& file_id);

    store::store& memory_;
    slack::web_api& api_;
    timers& clock_;
    chance roll_;
    retry_settings retry_;
    std::map<std::string, std::string> direct_;  ///< user → D… channel
};

}  // namespace slipway::outbox

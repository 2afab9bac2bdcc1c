// What becomes of an envelope, whichever way it came: stored, acknowledged, handled; in this order.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <optional>

#include "bot/gateway/inbox.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/slack/payload.hpp"

namespace slipway::gateway {

namespace json = boost::json;

/// What the acknowledgement itself shall carry: a view_submission's response_action, a
/// block_suggestion's options. Pure and quick; nullopt = a plain acknowledgement. An answer with response_action
/// "errors" refuses the submission: it is not handled.
using answer_hook = std::function<std::optional<json::object>(const slack::payload& what)>;

struct ack_figures {
    std::uint64_t sent = 0;
    std::uint64_t late = 0;     ///< after acknowledge_within
    std::uint64_t missed = 0;   ///< the link was gone: Slack told the person
    std::uint64_t refused = 0;  ///< not stored, so not acknowledged
    milliseconds last{0};       ///< from arrival to the system's send buffer
    milliseconds longest{0};
    /// One more was sent, `took` after it arrived; true when that is late.
    bool note(milliseconds took, milliseconds within);
};

/// An envelope between its storing and its handling.
struct admission {
    std::optional<json::object> answer;  ///< what the acknowledgement carries
    std::string id;                      ///< of the inbox's row
    slack::payload what;
    bool to_handle = false;  ///< false: a repeat, or typed per keystroke and answered
    bool refused = false;    ///< answered with errors: nothing is left to handle
};

/// Loop thread only; `envelopes` and `clock` outlive it.
class intake {
public:
    intake(inbox& envelopes, timers& clock, answer_hook answer);

    /// On failure, which is logged here, the envelope must not be acknowledged: Slack tells the person, or sends it
    /// again.
    task<result<admission>> admit(slack::envelope arrived);
    /// After the acknowledgement: handling begins, and this returns at once.
    void proceed(admission&& admitted);

private:
    std::optional<json::object> answer_for(const slack::envelope& arrived, const slack::payload& what) const;

    inbox& inbox_;
    timers& clock_;
    answer_hook answer_;
};

}  // namespace slipway::gateway

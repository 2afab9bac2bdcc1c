#include "commands/slash/late.hpp"

#include "commands/views/replies.hpp"
#include "commands/views/words.hpp"
#include "integrations/slack/blocks/desired_message.hpp"
#include "integrations/slack/message_ts.hpp"

namespace slipway::slash {

using namespace std::chrono_literals;

bool is_late(const slack::app_mention& mentioned) {
    const auto written = slack::moment_of(mentioned.ts);
    return written && mentioned.from.received - *written > 5min;
}

store::outbox_put late_answer(const slack::app_mention& mentioned, const std::string& inbox_id) {
    const auto said = views::reply(views::words::late_words());
    slack::desired_message wish;
    wish.channel = mentioned.from.channel;
    wish.thread_ts = mentioned.thread_ts.empty() ? mentioned.ts : mentioned.thread_ts;
    wish.text = said.text;
    wish.blocks = said.blocks;
    return {"answer/" + inbox_id, slack::lane_of(wish), slack::priority::answer, slack::to_json(wish), std::nullopt};
}

}  // namespace slipway::slash

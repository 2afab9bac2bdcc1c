#include "bot/gateway/catch_up.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "integrations/base/json.hpp"
#include "integrations/slack/message_ts.hpp"

namespace slipway::gateway {
namespace {

constexpr const char* collection = "slack";
constexpr const char* mark_id = "listened-until";

/// Slack refuses this place for good (not in the channel, no such thread): the others are read all the same.
bool is_refusal_of_place(const failure& why) {
    return why == errc::refused || why == errc::not_found || why == errc::invalid;
}

}  // namespace

std::optional<slack::envelope> missed_mention(const slack::found_message& said, const std::string& channel,
                                              const slack::identity& us) {
    const bool by_person = !said.user.empty() && said.bot.empty() && said.user != us.user &&
                           (said.subtype.empty() || said.subtype == "thread_broadcast" || said.subtype == "file_share");
    if (!by_person) return std::nullopt;
    const auto& text = said.text.raw();
    if (text.find("<@" + us.user + ">") == std::string::npos && text.find("<@" + us.user + "|") == std::string::npos)
        return std::nullopt;
    json::object event{{"type", "app_mention"}, {"user", said.user},  {"text", text},
                       {"ts", said.ts},         {"channel", channel}, {"event_ts", said.ts}};
    if (!said.thread_ts.empty()) event["thread_ts"] = said.thread_ts;
    slack::envelope made;
    made.id = "history/" + channel + "/" + said.ts;
    made.type = "events_api";
    made.payload = {{"type", "event_callback"}, {"team_id", us.team}, {"event", std::move(event)}};
    return made;
}

catch_up::catch_up(store::store& memory, slack::web_api& api, inbox& envelopes, timers& clock, surroundings around,
                   catch_up_settings settings)
    : memory_{memory}, api_{api}, inbox_{envelopes}, clock_{clock}, around_{std::move(around)}, settings_{settings} {}

task<> catch_up::run() {
    for (;;) {
        co_await look();
        co_await clock_.sleep(settings_.every);
    }
}

task<> catch_up::look() {
    if (!around_.listening()) co_return;
    const auto now = clock_.now();
    const auto mark = co_await memory_.document_of(collection, mark_id);
    if (!mark) co_return;  // the store is away, which others tell; the gap grows
    const auto until = *mark ? from_unix_ms(number_at(**mark, "at")) : now;
    if (now - until > settings_.gap) {
        found_ = 0;
        const auto read = co_await read_what_was_said(std::max(until - settings_.margin, now - settings_.oldest));
        if (!read) {
            spdlog::warn("what was said while nobody listened cannot be read yet, tried again soon: {}",
                         read.error().sentence());
            co_return;
        }
        co_await around_.show_again();
        spdlog::info("catch-up gap={}s mentions={}",
                     std::chrono::duration_cast<std::chrono::seconds>(now - until).count(), found_);
    }
    store::batch changes;
    changes.documents.push_back({collection, mark_id, {{"at", to_unix_ms(now)}}});
    const auto kept = co_await memory_.commit(std::move(changes));
    if (!kept) spdlog::warn("until when Slack was heard cannot be noted: {}", kept.error().sentence());
}

task<result<>> catch_up::read_what_was_said(instant since) {
    const auto us = co_await slack::auth_test(api_);
    if (!us) co_return us.error();
    const auto places = co_await around_.places();
    for (const auto& each : places) {
        const auto read = co_await read_place(each, *us, slack::ts_at(since));
        if (read) continue;
        if (!is_refusal_of_place(read.error())) co_return read.error();
        spdlog::warn("what was said in {} while nobody listened is not read: {}", each.channel,
                     read.error().sentence());
    }
    co_return result<>{};
}

task<result<>> catch_up::read_place(listening_place where, slack::identity us, std::string oldest) {
    slack::history_query asked;
    asked.channel = where.channel;
    asked.thread_ts = where.thread_ts;
    asked.oldest = std::move(oldest);
    asked.limit = settings_.page;
    std::vector<slack::found_message> said;
    std::string cursor;
    for (int page = 0; page < settings_.most_pages; ++page) {
        auto got = co_await slack::history(api_, asked, cursor);
        if (!got) co_return got.error();
        for (auto& each : got->messages) said.push_back(std::move(each));
        cursor = got->next_cursor;
        if (cursor.empty()) break;
    }
    if (!cursor.empty())
        spdlog::warn("only the newest {} messages of {} were looked through for mentions", said.size(), where.channel);
    // In the order in which they were written; ts of one length compare as text.
    std::ranges::sort(said, {}, &slack::found_message::ts);
    for (auto& each : said) {
        const auto taken = co_await take(std::move(each), where, us);
        if (!taken) co_return taken.error();
    }
    co_return result<>{};
}

task<result<>> catch_up::take(slack::found_message said, listening_place where, slack::identity us) {
    auto missed = missed_mention(said, where.channel, us);
    if (!missed) co_return result<>{};
    auto what = slack::payload_of(*missed, clock_.now());
    const auto got = co_await inbox_.receive(std::move(*missed));
    if (!got) co_return got.error();
    if (!got->to_handle) co_return result<>{};
    ++found_;
    inbox_.handle(got->id, std::move(what));
    co_return result<>{};
}

}  // namespace slipway::gateway

// The way of a row: what kind it is, and how its outcome is settled. Messages are in delivery_message.cpp.
#include "bot/outbox/delivery.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "integrations/slack/message_ts.hpp"

namespace slipway::outbox {

delivery::delivery(store::store& memory, slack::web_api& api, timers& clock, chance roll, retry_settings retry)
    : memory_{memory}, api_{api}, clock_{clock}, roll_{std::move(roll)}, retry_{retry} {}

task<delivered> delivery::deliver(store::outbox_row row) {
    progress so_far;
    so_far.unresolved = row.attempted;
    auto wish = slack::desired_from_json(row.body);
    receipt made = wish.has_error() ? receipt{wish.error()} : receipt{json::object{}};
    if (wish.has_value()) {
        auto sending = std::visit([&](auto& each) { return send(row, std::move(each), so_far); }, *wish);
        made = co_await std::move(sending);
    }
    delivered done;
    done.edited = so_far.edited;
    if (made.has_error()) {
        done.outcome = settle_failure(row, made.error(), retry_, clock_.now(), roll_());
        if (so_far.unresolved) done.outcome.surely_not_sent = false;
        if (made.error() == errc::limited) done.rest = made.error().retry_after;
        co_return done;
    }
    done.outcome.key = row.key;
    done.outcome.fence = row.fence;
    done.outcome.verdict = store::outbox_settle::how::sent;
    done.outcome.achieved = row.wanted;
    done.outcome.receipt = std::move(*made);
    co_return done;
}

slack::history_query delivery::since_attempt(const store::outbox_row& row, const place& where) const {
    slack::history_query asked;
    asked.channel = where.channel;
    asked.thread_ts = where.thread_ts;
    // Slack's clock and ours may differ; a little more history costs nothing.
    asked.oldest = slack::ts_at(std::max(row.attempted_at - std::chrono::seconds{30}, instant{}));
    return asked;
}

// ── what is sent once ────────────────────────────────────────────────────────────────────────────────────────────

namespace {

failure not_repeated(std::string_view what) {
    failure given_up{errc::refused, "it is not known whether the " + std::string{what} +
                                        " was seen; Slack keeps no trace of it to look up, so it is not repeated"};
    given_up.code = "unknown_outcome";
    return given_up;
}

}  // namespace

task<delivery::receipt> delivery::send(store::outbox_row row, slack::desired_ephemeral wish, progress&) {
    if (row.attempted) co_return not_repeated("message for one person");
    const auto begun = co_await memory_.begin_send(row.key, row.fence);
    if (begun.has_error()) co_return begun.error();
    slack::message_body body;
    body.text = wish.text;
    body.blocks = wish.blocks;
    body.thread_ts = wish.thread_ts;
    const auto sent = co_await slack::post_ephemeral(api_, wish.channel, wish.user, std::move(body));
    if (sent.has_error()) co_return sent.error();
    json::object made{{"channel", wish.channel}};
    co_return made;
}

task<delivery::receipt> delivery::send(store::outbox_row row, slack::desired_response wish, progress&) {
    if (row.attempted) co_return not_repeated("answer to the click");
    const auto begun = co_await memory_.begin_send(row.key, row.fence);
    if (begun.has_error()) co_return begun.error();
    slack::response_message message;
    message.text = wish.text;
    message.blocks = wish.blocks;
    message.replace = wish.replace;
    message.remove = wish.remove;
    const auto sent = co_await slack::respond(api_, wish.url, std::move(message));
    if (sent.has_error()) co_return sent.error();
    json::object made{{"answered", true}};
    co_return made;
}

/// The same page twice is the same page: nothing is looked up before it is shown again.
task<delivery::receipt> delivery::send(store::outbox_row, slack::desired_home wish, progress& so_far) {
    const auto shown = co_await slack::publish_home(api_, wish.user, std::move(wish.view));
    so_far.unresolved = false;
    if (shown.has_error()) co_return shown.error();
    json::object made{{"view", shown->id}};
    co_return made;
}

// ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────

task<result<bool>> delivery::file_is_there(store::outbox_row row, place where, std::string filename) {
    const auto asked = since_attempt(row, where);
    std::string cursor;
    do {
        const auto page = co_await slack::history(api_, asked, cursor);
        if (page.has_error()) co_return page.error().within("looking for an uploaded file");
        for (const auto& each : page->messages)
            if (std::ranges::find(each.files, filename) != each.files.end()) co_return true;
        cursor = page->next_cursor;
    } while (!cursor.empty());
    co_return false;
}

/// Reserves and fills a file. Nothing of it is visible, so whatever fails here can simply be done again.
task<result<>> delivery::upload(slack::desired_file wish, std::string& file_id) {
    const auto ticket = co_await slack::reserve_upload(api_, wish.filename, wish.content.size());
    if (ticket.has_error()) co_return ticket.error();
    const auto uploaded = co_await api_.upload(ticket->upload_url, std::move(wish.content));
    if (uploaded.has_error()) {
        failure invisible{errc::unavailable, uploaded.error().sentence()};
        invisible.code = uploaded.error().code;
        co_return invisible;
    }
    file_id = ticket->file_id;
    co_return result<>{};
}

task<delivery::receipt> delivery::send(store::outbox_row row, slack::desired_file wish, progress& so_far) {
    place where;
    where.channel = wish.channel;
    if (where.channel.empty()) {
        auto opened = co_await direct_channel(wish.user);
        if (opened.has_error()) co_return opened.error();
        where.channel = std::move(*opened);
    }
    if (!wish.thread_of.empty()) {
        auto parent = co_await parent_ts(wish.thread_of);
        if (parent.has_error()) co_return parent.error();
        where.thread_ts = std::move(*parent);
    }
    json::object made{{"channel", where.channel}};
    if (row.attempted) {
        const auto there = co_await file_is_there(row, where, wish.filename);
        if (there.has_error()) co_return there.error();
        so_far.unresolved = false;
        if (*there) co_return made;
    }
    slack::file_target target;
    target.channel = where.channel;
    target.thread_ts = where.thread_ts;
    target.title = wish.title;
    std::string file_id;
    const auto uploaded = co_await upload(std::move(wish), file_id);
    if (uploaded.has_error()) co_return uploaded.error();
    const auto begun = co_await memory_.begin_send(row.key, row.fence);
    if (begun.has_error()) co_return begun.error();
    const auto shown = co_await slack::complete_upload(api_, file_id, std::move(target));
    if (shown.has_error()) co_return shown.error();
    made["file"] = file_id;
    co_return made;
}

}  // namespace slipway::outbox

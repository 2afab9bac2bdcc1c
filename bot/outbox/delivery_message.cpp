// Messages: posted once, found again when nobody knows, edited for ever, made anew when they cannot be edited any more.
#include <spdlog/spdlog.h>

#include "bot/outbox/delivery.hpp"
#include "integrations/base/json.hpp"

namespace slipway::outbox {
namespace {

/// The id in the metadata. A message that had to be made anew gets a new one, so that a lookup never finds its dead
/// predecessor.
std::string metadata_id(const std::string& key, std::int64_t generation) {
    return generation == 0 ? key : key + "#" + std::to_string(generation);
}

json::object receipt_of(const slack::message_ref& where, std::int64_t generation) {
    json::object made{{"channel", where.channel}, {"ts", where.ts}, {"deleted", false}};
    if (generation > 0) made["generation"] = generation;
    return made;
}

slack::message_body body_of(const slack::desired_message& wish) {
    slack::message_body body;
    body.text = wish.text;
    body.blocks = wish.blocks;
    return body;
}

/// Slack's bound on what all blocks show together is not published, and the builder only stays well below what was
/// seen.
bool is_too_long(const failure& why) {
    return why.code == "msg_blocks_too_long";
}

/// What a notification says, instead of nothing at all.
slack::message_body in_one_sentence(const std::string& what, slack::message_body body) {
    spdlog::error("outbox {} is too long for Slack and is shown as its one sentence", what);
    body.blocks.clear();
    return body;
}

/// Details in a thread that somebody deleted are not forced on people again; a board or a gate is.
bool worth_anew(const slack::desired_message& wish) {
    return wish.thread_of.empty() && wish.thread_ts.empty();
}

}  // namespace

// ── where it goes ────────────────────────────────────────────────────────────────────────────────────────────────

task<result<std::string>> delivery::direct_channel(std::string user) {
    const auto known = direct_.find(user);
    if (known != direct_.end()) co_return known->second;
    auto opened = co_await slack::open_conversation(api_, user);
    if (opened.has_error()) co_return opened.error();
    direct_[user] = *opened;
    co_return opened;
}

task<result<std::string>> delivery::parent_ts(std::string key) {
    const auto parent = co_await memory_.outbox_row_of(key);
    if (parent.has_error()) co_return parent.error();
    const bool exists = parent->has_value();
    auto ts = exists ? text_at((*parent)->receipt, "ts") : std::string{};
    const bool gone = exists && (flag_at((*parent)->receipt, "deleted") || ((*parent)->given_up && ts.empty()));
    if (gone) {
        failure orphan{errc::refused, "the message \"" + key + "\" that it belongs under is not in Slack" +
                                          ((*parent)->last_error.empty() ? "" : ": " + (*parent)->last_error)};
        orphan.code = "parent_gone";
        co_return orphan;
    }
    if (!ts.empty()) co_return ts;
    failure waits{errc::unavailable, "waits for the message \"" + key + "\" that it belongs under"};
    waits.code = "parent_waits";
    co_return waits;
}

task<result<delivery::place>> delivery::place_of(store::outbox_row row, slack::desired_message wish) {
    place where;
    where.channel = wish.channel;
    // What is already there stays where it is; edits need the D… channel, never the person.
    if (!text_at(row.receipt, "ts").empty()) where.channel = text_at(row.receipt, "channel");
    if (where.channel.empty()) {
        auto opened = co_await direct_channel(wish.user);
        if (opened.has_error()) co_return opened.error();
        where.channel = std::move(*opened);
    }
    where.thread_ts = wish.thread_ts;
    if (!wish.thread_of.empty()) {
        auto parent = co_await parent_ts(wish.thread_of);
        if (parent.has_error()) co_return parent.error();
        where.thread_ts = std::move(*parent);
    }
    co_return where;
}

// ── what is done ─────────────────────────────────────────────────────────────────────────────────────────────────

task<delivery::receipt> delivery::send(store::outbox_row row, slack::desired_message wish, progress& so_far) {
    const auto ts = text_at(row.receipt, "ts");
    const bool deleted = flag_at(row.receipt, "deleted");
    const bool known = !ts.empty() && !deleted;
    const auto generation = number_at(row.receipt, "generation");
    if (known && !row.attempted && wish.remove) {
        slack::message_ref there{text_at(row.receipt, "channel"), ts};
        co_return co_await erase(std::move(there));
    }
    if (known && !row.attempted && !worth_anew(wish)) {
        slack::message_ref there{text_at(row.receipt, "channel"), ts};
        co_return co_await update(std::move(there), std::move(wish), row.receipt, so_far);
    }
    if (wish.remove && !known && !row.attempted) {
        json::object gone{{"deleted", true}};
        co_return gone;
    }
    const auto where = co_await place_of(row, wish);
    if (where.has_error()) co_return where.error();
    if (known && !row.attempted)
        co_return co_await update_or_post(std::move(row), std::move(wish), *where, generation, so_far);
    // A dead predecessor, or one that somebody wanted gone: what is sent now is the next generation.
    const auto next = ts.empty() ? generation : generation + 1;
    if (row.attempted) co_return co_await adopt_or_post(std::move(row), std::move(wish), *where, next, so_far);
    co_return co_await post(std::move(row), std::move(wish), *where, next);
}

task<delivery::receipt> delivery::post(store::outbox_row row, slack::desired_message wish, place where,
                                       std::int64_t generation) {
    const auto begun = co_await memory_.begin_send(row.key, row.fence);
    if (begun.has_error()) co_return begun.error();
    auto body = body_of(wish);
    body.thread_ts = where.thread_ts;
    body.broadcast = wish.broadcast;
    body.metadata_event = metadata_event;
    body.metadata_payload["id"] = metadata_id(row.key, generation);
    auto posted = co_await slack::post_message(api_, where.channel, body);
    if (posted.has_error() && is_too_long(posted.error())) {
        body = in_one_sentence(row.key, std::move(body));
        posted = co_await slack::post_message(api_, where.channel, std::move(body));
    }
    if (posted.has_error()) co_return posted.error();
    auto made = receipt_of(*posted, generation);
    made = co_await with_pin(std::move(wish), std::move(made));
    co_return made;
}

task<delivery::receipt> delivery::adopt_or_post(store::outbox_row row, slack::desired_message wish, place where,
                                                std::int64_t generation, progress& so_far) {
    const auto asked = since_attempt(row, where);
    const auto id = metadata_id(row.key, generation);
    const auto found = co_await slack::find_by_metadata_id(api_, asked, id);
    if (found.has_error())
        co_return found.error().within("it is not known whether \"" + row.key +
                                       "\" was posted, and looking it up failed");
    // What is there stays a message of unknown receipt until it is settled: whatever fails next, it is never posted
    // anew.
    if (!*found) so_far.unresolved = false;
    if (!*found && wish.remove) {
        json::object gone{{"deleted", true}};
        co_return gone;
    }
    if (!*found) co_return co_await post(std::move(row), std::move(wish), std::move(where), generation);
    spdlog::info("outbox key={} was posted before its outcome was lost: found as {} in {}", row.key, (*found)->ts,
                 (*found)->channel);
    if (wish.remove) co_return co_await erase(**found);
    auto had = receipt_of(**found, generation);
    co_return co_await update(**found, std::move(wish), std::move(had), so_far);
}

task<delivery::receipt> delivery::update(slack::message_ref where, slack::desired_message wish, json::object had,
                                         progress& so_far) {
    so_far.edited = true;
    auto body = body_of(wish);
    auto edited = co_await slack::update_message(api_, where, body);
    if (edited.has_error() && is_too_long(edited.error())) {
        body = in_one_sentence(where.ts, std::move(body));
        edited = co_await slack::update_message(api_, where, std::move(body));
    }
    if (edited.has_error()) co_return edited.error();
    had["channel"] = where.channel;
    had["ts"] = where.ts;
    had = co_await with_pin(std::move(wish), std::move(had));
    co_return had;
}

task<delivery::receipt> delivery::update_or_post(store::outbox_row row, slack::desired_message wish, place where,
                                                 std::int64_t generation, progress& so_far) {
    slack::message_ref there{where.channel, text_at(row.receipt, "ts")};
    auto edited = co_await update(there, wish, row.receipt, so_far);
    if (edited.has_value() || !wants_new_message(edited.error())) co_return edited;
    spdlog::warn("outbox key={} is posted anew: {}", row.key, edited.error().sentence());
    auto posted = co_await post(std::move(row), std::move(wish), std::move(where), generation + 1);
    if (posted.has_error()) co_return posted;
    (*posted)["replaces"] = there.ts;
    co_return posted;
}

task<delivery::receipt> delivery::erase(slack::message_ref where) {
    const auto gone = co_await slack::delete_message(api_, where);
    if (gone.has_error()) co_return gone.error();
    json::object made{{"channel", where.channel}, {"ts", where.ts}, {"deleted", true}, {"pinned", false}};
    co_return made;
}

/// A pin is a courtesy: when Slack refuses it, the message is delivered all the same, and it is not asked again.
task<json::object> delivery::with_pin(slack::desired_message wish, json::object had) {
    const bool pinned = flag_at(had, "pinned");
    if (wish.pin == pinned || (wish.pin && flag_at(had, "pin_refused"))) co_return had;
    slack::message_ref where{text_at(had, "channel"), text_at(had, "ts")};
    result<> done;
    if (wish.pin)
        done = co_await slack::pin(api_, where);
    else
        done = co_await slack::unpin(api_, where);
    if (done.has_value()) {
        had["pinned"] = wish.pin;
        co_return had;
    }
    spdlog::warn("outbox channel={} ts={} stays {}: {}", where.channel, where.ts, pinned ? "pinned" : "unpinned",
                 done.error().sentence());
    had["pin_refused"] = true;
    co_return had;
}

}  // namespace slipway::outbox

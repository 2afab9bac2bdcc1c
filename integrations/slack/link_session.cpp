#include "integrations/slack/link_session.hpp"

#include <algorithm>
#include <cmath>

#include "integrations/base/json.hpp"

namespace slipway::slack {
namespace {

constexpr milliseconds largest_step{15'000};
constexpr milliseconds largest_wait{5'000};

milliseconds part_of(milliseconds span, double share) {
    return milliseconds{std::llround(static_cast<double>(span.count()) * share)};
}

std::string seconds_of(milliseconds span) {
    return std::to_string((span.count() + 999) / 1000) + " s";
}

}  // namespace

std::string_view to_string(link_state state) noexcept {
    switch (state) {
        case link_state::fetching:
            return "fetching";
        case link_state::dialling:
            return "dialling";
        case link_state::awaiting_hello:
            return "awaiting_hello";
        case link_state::live:
            return "live";
        case link_state::draining:
            return "draining";
        case link_state::closed:
            return "closed";
    }
    return "unknown";
}

link_session::link_session(link_settings settings, chance roll)
    : settings_{settings}, roll_{roll}, redial_{settings.redial, std::move(roll)} {}

// ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

void link_session::advance(instant now) {
    const auto step = seen_ ? now - *seen_ : milliseconds{0};
    seen_ = now;
    // A jump is a changed clock or a machine that slept. Either way the peer gets its full time from here.
    if (step > milliseconds{0} && step <= largest_step) clock_ += step;
}

milliseconds link_session::next_wait() const {
    auto at = clock_ + largest_wait;
    if (dial_at_) at = std::min(at, *dial_at_);
    for (const auto& each : links_) {
        if (each.state == link_state::awaiting_hello) at = std::min(at, each.entered + settings_.hello_within);
        if (each.state == link_state::draining) at = std::min(at, each.entered + settings_.drain_for);
        if (each.state == link_state::live && each.swap_at) at = std::min(at, *each.swap_at);
        if (each.state == link_state::live)
            at = std::min({at, each.pinged_at + settings_.ping_every, each.heard_at + settings_.dead_after});
    }
    return std::max(at - clock_, milliseconds{1});
}

// ── the list of links ────────────────────────────────────────────────────────────────────────────────────────────

link_session::link* link_session::find(link_id id) {
    const auto found = std::ranges::find(links_, id, &link::id);
    return found == links_.end() ? nullptr : &*found;
}
const link_session::link* link_session::find(link_id id) const {
    const auto found = std::ranges::find(links_, id, &link::id);
    return found == links_.end() ? nullptr : &*found;
}
link_session::link* link_session::current() {
    const auto found = std::ranges::find(links_, link_state::live, &link::state);
    return found == links_.end() ? nullptr : &*found;
}
const link_session::link* link_session::current() const {
    const auto found = std::ranges::find(links_, link_state::live, &link::state);
    return found == links_.end() ? nullptr : &*found;
}

bool link_session::replacing() const {
    return dial_at_ || std::ranges::any_of(links_, [](const link& each) {
               return each.state == link_state::fetching || each.state == link_state::dialling ||
                      each.state == link_state::awaiting_hello;
           });
}

void link_session::remove(link_id id) {
    std::erase_if(links_, [id](const link& each) { return each.id == id; });
}

void link_session::enter(link& which, link_state state) {
    which.state = state;
    which.entered = clock_;
    which.heard_at = clock_;
}

link_state link_session::state_of(link_id id) const {
    const auto* found = find(id);
    return found == nullptr ? link_state::closed : found->state;
}

// ── beginning and ending ─────────────────────────────────────────────────────────────────────────────────────────

link_actions link_session::start(instant now) {
    advance(now);
    link_actions out;
    if (started_ || stopped_) return out;
    started_ = true;
    sentence_ = "connecting to Slack for the first time";
    begin_link(out);
    return out;
}

link_actions link_session::stop(instant now) {
    advance(now);
    link_actions out;
    for (const auto& each : links_)
        if (each.state != link_state::fetching) out.push_back(close_link{each.id, "the bot stops"});
    links_.clear();
    dial_at_.reset();
    stopped_ = true;
    sentence_ = "the bot stops";
    return out;
}

void link_session::plan_dial(milliseconds wait) {
    if (stopped_) return;
    const auto at = clock_ + wait;
    if (!dial_at_ || at < *dial_at_) dial_at_ = at;
}

void link_session::begin_link(link_actions& out) {
    if (stopped_) return;
    // The bucket of apps.connections.open: Slack's tier is unclear, and quick reconnectors were throttled in the field.
    const auto free_at = bucket_full_at_ - settings_.fetch_every * (settings_.fetch_burst - 1);
    if (clock_ < free_at) return plan_dial(free_at - clock_);
    bucket_full_at_ = std::max(bucket_full_at_, clock_) + settings_.fetch_every;
    dial_at_.reset();
    if (auto* old = current(); old != nullptr && !overlap_) {
        out.push_back(close_link{old->id, "making room before the next link"});
        remove(old->id);
    }
    link fresh;
    fresh.id = ++last_id_;
    links_.push_back(fresh);
    enter(links_.back(), link_state::fetching);
    out.push_back(fetch_url{fresh.id});
}

/// A link is no more. Only when nothing else carries us or is on its way is a new one planned.
void link_session::gone(link_id id, link_actions& out) {
    const auto* which = find(id);
    if (which == nullptr) return;
    const auto was = which->state;
    const bool retiring = which->retiring;
    remove(id);
    if (stopped_ || was == link_state::draining || replacing()) return;
    if (const auto* kept = current(); kept != nullptr && !kept->retiring) return;
    if (was == link_state::live && !retiring) sentence_ = "the link to Slack broke; connecting again";
    const auto wait = redial_.next();
    out.push_back(report{severity::info, "link " + std::to_string(id) + " ended while " + std::string{to_string(was)} +
                                             "; the next attempt begins in " + seconds_of(wait)});
    plan_dial(wait);
}

// ── getting a link up ────────────────────────────────────────────────────────────────────────────────────────────

link_actions link_session::url_ready(link_id id, instant now) {
    advance(now);
    link_actions out;
    auto* which = find(id);
    if (which == nullptr || which->state != link_state::fetching) return out;
    enter(*which, link_state::dialling);
    out.push_back(dial{id});
    return out;
}

link_actions link_session::url_failed(link_id id, const failure& why, instant now) {
    advance(now);
    link_actions out;
    const auto* which = find(id);
    if (which == nullptr || which->state != link_state::fetching) return out;
    remove(id);
    sentence_ = why.sentence();
    if (why.kind() == errc::unauthorised) {
        // Live links keep serving; only dialling ends, because no repetition can make a wrong token right.
        stopped_ = true;
        dial_at_.reset();
        out.push_back(report{severity::error, "Socket Mode stops dialling: " + why.sentence()});
        return out;
    }
    auto at_least = why.retry_after.value_or(milliseconds{0});
    if (why.kind() == errc::limited && !why.retry_after) at_least = settings_.limited_wait;
    const auto wait = redial_.next(at_least);
    out.push_back(report{severity::warning, why.sentence() + "; trying again in " + seconds_of(wait)});
    plan_dial(wait);
    return out;
}

link_actions link_session::dialled(link_id id, instant now) {
    advance(now);
    auto* which = find(id);
    if (which != nullptr && which->state == link_state::dialling) {
        enter(*which, link_state::awaiting_hello);
        return {};
    }
    // The socket of a link that was given up meanwhile is of no use to anybody.
    if (which == nullptr) return {close_link{id, "no longer wanted"}};
    return {};
}

link_actions link_session::dial_failed(link_id id, const failure& why, instant now) {
    advance(now);
    link_actions out;
    const auto* which = find(id);
    if (which == nullptr || which->state != link_state::dialling) return out;
    sentence_ = why.sentence();
    out.push_back(report{severity::warning, why.sentence()});
    gone(id, out);
    return out;
}

// ── frames ───────────────────────────────────────────────────────────────────────────────────────────────────────

link_actions link_session::text_frame(link_id id, std::string_view text, instant now) {
    advance(now);
    link_actions out;
    auto* which = find(id);
    if (which == nullptr || which->state == link_state::fetching || which->state == link_state::dialling) return out;
    which->heard_at = clock_;
    const auto parsed = parse_json(text);
    if (parsed.has_value() && parsed->is_object()) {
        on_object(*which, parsed->get_object(), out);
        return out;
    }
    // Slack's front ends say such things in plain text ("UNAUTHENTICATED: cache_error") when they are unwell.
    out.push_back(report{severity::warning, "Slack sent a text frame of " + std::to_string(text.size()) +
                                                " bytes that is not a JSON object; the link is closed and made anew"});
    out.push_back(close_link{id, "unreadable frame"});
    gone(id, out);
    return out;
}

link_actions link_session::binary_frame(link_id id, instant now) {
    auto out = heard(id, now);
    if (find(id) != nullptr) out.push_back(report{severity::info, "ignored a binary frame; Socket Mode has none"});
    return out;
}

link_actions link_session::heard(link_id id, instant now) {
    advance(now);
    if (auto* which = find(id); which != nullptr) which->heard_at = clock_;
    return {};
}

void link_session::on_object(link& which, const json::object& frame, link_actions& out) {
    const auto type = text_at(frame, "type");
    if (type == "hello") return on_hello(which, frame, out);
    if (type == "disconnect") return on_disconnect(which, frame, out);
    auto arrived = envelope_from_json(frame);
    if (arrived.has_error()) {
        out.push_back(report{severity::warning, arrived.error().sentence() + "; it is ignored"});
        return;
    }
    if (type == "events_api" || type == "interactive" || type == "slash_commands") {
        out.push_back(deliver{which.id, std::move(*arrived)});
        return;
    }
    out.push_back(acknowledge{which.id, arrived->id});
    out.push_back(report{severity::warning,
                         "Slack sent an envelope of the unknown type \"" + type + "\"; acknowledged and ignored"});
}

void link_session::on_hello(link& which, const json::object& frame, link_actions& out) {
    if (which.state != link_state::awaiting_hello) return;
    if (auto* old = current(); old != nullptr) {
        enter(*old, link_state::draining);
        out.push_back(report{severity::info, "link " + std::to_string(old->id) + " is replaced by link " +
                                                 std::to_string(which.id) + " and drains"});
    }
    enter(which, link_state::live);
    which.pinged_at = clock_;
    const milliseconds lifetime{number_at(frame, "debug_info.approximate_connection_time") * 1000};
    if (lifetime > milliseconds{0}) {
        const auto jitter = part_of(settings_.swap_jitter, 2.0 * roll_() - 1.0);
        which.swap_at = clock_ + std::max(lifetime - settings_.swap_before + jitter, lifetime / 2);
    }
    connections_ = number_at(frame, "num_connections");
    ++hellos_;
    sentence_.clear();
    out.push_back(report{severity::info, "link " + std::to_string(which.id) + " is live on " +
                                             text_at(frame, "debug_info.host") + " for app " +
                                             text_at(frame, "connection_info.app_id") + ", for about " +
                                             seconds_of(lifetime)});
    if (connections_ > health().held)
        out.push_back(report{severity::warning, "Slack counts " + std::to_string(connections_) +
                                                    " connections of this app and we hold " +
                                                    std::to_string(health().held) +
                                                    ": another process uses the same app token, or dead links are "
                                                    "still registered; either gets a share of the clicks"});
}

// ── disconnects ──────────────────────────────────────────────────────────────────────────────────────────────────

void link_session::on_disconnect(link& which, const json::object& frame, link_actions& out) {
    const auto reason = text_at(frame, "reason");
    if (reason == "too_many_websockets") return on_crowded(which, out);
    if (reason == "link_disabled") {
        sentence_ = "Socket Mode is switched off in the app's settings at api.slack.com; switch it on again";
        out.push_back(
            report{severity::error, sentence_ + "; the next attempt begins in " + seconds_of(settings_.disabled_wait)});
        out.push_back(close_link{which.id, "link disabled"});
        remove(which.id);
        if (!replacing()) plan_dial(settings_.disabled_wait);
        return;
    }
    const bool known = reason == "warning" || reason == "refresh_requested";
    out.push_back(report{known ? severity::info : severity::warning,
                         "Slack asks link " + std::to_string(which.id) + " to go (" + reason + ")"});
    if (which.state == link_state::awaiting_hello) {
        out.push_back(close_link{which.id, "refreshed before hello"});
        return gone(which.id, out);
    }
    if (which.state != link_state::live || which.retiring) return;
    which.retiring = true;
    if (replacing()) return;
    if (known) return begin_link(out);
    plan_dial(redial_.next());
}

void link_session::on_crowded(link& which, link_actions& out) {
    const int doublings = std::min(crowded_++, 8);
    const auto ceiling = std::min(settings_.crowded_cap, settings_.crowded_wait * (1 << doublings));
    const auto wait = ceiling + part_of(ceiling, roll_());
    overlap_ = false;
    // Only a link that came up after this proves that there is room again.
    for (auto& each : links_) each.stable = true;
    sentence_ =
        "Slack refuses another connection: the app has its ten already. Stop other processes with this app token";
    out.push_back(close_link{which.id, "too many websockets"});
    out.push_back(report{severity::error, sentence_ + "; the next attempt begins in " + seconds_of(wait)});
    remove(which.id);
    dial_at_.reset();
    const auto* kept = current();
    if (!replacing() && (kept == nullptr || kept->retiring)) plan_dial(wait);
}

void link_session::retire(link& which, link_actions& out) {
    which.retiring = true;
    which.swap_at.reset();
    if (replacing()) return;
    out.push_back(report{severity::info, "link " + std::to_string(which.id) + " nears its end; making the next one"});
    begin_link(out);
}

link_actions link_session::lost(link_id id, std::string_view why, instant now) {
    advance(now);
    link_actions out;
    const auto* which = find(id);
    if (which == nullptr) return out;
    if (which->state != link_state::draining)
        out.push_back(report{severity::info, "link " + std::to_string(id) + " was lost: " + std::string{why}});
    gone(id, out);
    return out;
}

// ── time passes ──────────────────────────────────────────────────────────────────────────────────────────────────

link_actions link_session::tick(instant now) {
    advance(now);
    link_actions out;
    std::vector<link_id> ids;
    for (const auto& each : links_) ids.push_back(each.id);
    for (const auto id : ids)
        if (auto* which = find(id); which != nullptr) tick_link(*which, out);
    if (dial_at_ && clock_ >= *dial_at_) {
        dial_at_.reset();
        begin_link(out);
    }
    return out;
}

void link_session::tick_link(link& which, link_actions& out) {
    const auto id = which.id;
    const auto since = clock_ - which.entered;
    if (which.state == link_state::awaiting_hello && since >= settings_.hello_within) {
        out.push_back(report{severity::warning, "link " + std::to_string(id) + " got no hello within " +
                                                    seconds_of(settings_.hello_within)});
        out.push_back(abort_link{id});
        return gone(id, out);
    }
    if (which.state == link_state::draining && since >= settings_.drain_for) {
        out.push_back(close_link{id, "replaced"});
        return remove(id);
    }
    if (which.state != link_state::live) return;
    if (clock_ - which.heard_at >= settings_.dead_after) {
        out.push_back(report{severity::warning, "link " + std::to_string(id) + " was silent for " +
                                                    seconds_of(settings_.dead_after) + " and is taken for dead"});
        out.push_back(abort_link{id});
        return gone(id, out);
    }
    if (!which.stable && since >= settings_.stable_after) {
        which.stable = true;
        redial_.reset();
        crowded_ = 0;
        overlap_ = true;
    }
    if (clock_ - which.pinged_at >= settings_.ping_every) {
        which.pinged_at = clock_;
        out.push_back(send_ping{id});
    }
    if (which.swap_at && clock_ >= *which.swap_at) retire(which, out);
}

link_health link_session::health() const {
    link_health seen;
    const auto* serving = current();
    seen.live = serving != nullptr;
    seen.stopped = stopped_;
    seen.sentence = sentence_;
    seen.connections = connections_;
    seen.held = static_cast<int>(std::ranges::count_if(links_, [](const link& each) {
        return each.state == link_state::awaiting_hello || each.state == link_state::live ||
               each.state == link_state::draining;
    }));
    seen.reconnects = std::max(hellos_ - 1, 0);
    return seen;
}

}  // namespace slipway::slack

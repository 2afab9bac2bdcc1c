#include "integrations/slack/link_session.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "integrations/base/json.hpp"
#include "integrations/slack/link_frame.hpp"

namespace slipway::slack {
namespace {

constexpr milliseconds largest_step{15'000};
constexpr milliseconds largest_wait{5'000};
/// In the order in which they are looked at when several are due at once.
constexpr std::array link_timers{link_event::hello_overdue, link_event::drain_over, link_event::silent,
                                 link_event::proven,        link_event::ping_due,   link_event::swap_due};

milliseconds part_of(milliseconds span, double share) {
    return milliseconds{std::llround(static_cast<double>(span.count()) * share)};
}

std::string seconds_of(milliseconds span) {
    return std::to_string((span.count() + 999) / 1000) + " s";
}

std::string link_name(link_id id) {
    return "link " + std::to_string(id);
}

bool serves(link_state state) {
    return state == link_state::live || state == link_state::retiring;
}

bool is_open(link_state state) {
    return state != link_state::fetching && state != link_state::dialling && state != link_state::closed;
}

}  // namespace

link_session::link_session(link_settings settings, chance roll)
    : settings_{settings}, roll_{roll}, plan_{settings.dialling, std::move(roll)} {
    settings_.links = std::max(settings_.links, 1);
}

// ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

void link_session::advance(instant now) {
    const auto step = seen_ ? now - *seen_ : milliseconds{0};
    seen_ = now;
    // A jump is a changed clock or a machine that slept. Either way the peer gets its full time from here.
    if (step > milliseconds{0} && step <= largest_step) clock_ += step;
}

/// When that timer of the link runs out; nullopt = it does not run.
std::optional<milliseconds> link_session::due_at(const link& which, link_event timer) const {
    const bool serving = serves(which.state);
    if (timer == link_event::hello_overdue && which.state == link_state::awaiting_hello)
        return which.entered + settings_.hello_within;
    if (timer == link_event::drain_over && which.state == link_state::draining)
        return which.entered + settings_.drain_for;
    if (timer == link_event::silent && serving) return which.heard_at + settings_.dead_after;
    if (timer == link_event::proven && serving && !which.proven) return which.risen + settings_.stable_after;
    if (timer == link_event::ping_due && serving) return which.pinged_at + settings_.ping_every;
    if (timer == link_event::swap_due && which.state == link_state::live) return which.swap_at;
    return std::nullopt;
}

milliseconds link_session::next_wait() const {
    auto at = clock_ + largest_wait;
    // While a URL is fetched no other is asked for, so its answer is what comes next.
    if (plan_.planned() && count(link_state::fetching) == 0) at = std::min(at, *plan_.planned());
    for (const auto& each : links_)
        for (const auto timer : link_timers)
            if (const auto due = due_at(each, timer)) at = std::min(at, *due);
    return std::max(at - clock_, milliseconds{1});
}

link_actions link_session::tick(instant now) {
    advance(now);
    link_actions out;
    std::vector<link_id> ids;
    for (const auto& each : links_) ids.push_back(each.id);
    for (const auto id : ids)
        for (const auto timer : link_timers) {
            const auto* which = find(id);
            if (which == nullptr) break;
            const auto due = due_at(*which, timer);
            if (due && clock_ >= *due) apply(id, timer, {}, out);
        }
    begin_due(out);
    return out;
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

int link_session::count(link_state state) const {
    return static_cast<int>(std::ranges::count(links_, state, &link::state));
}

/// Those that retire or drain do not count: they are on their way out.
int link_session::lacking() const {
    return settings_.links - count(link_state::live) - count(link_state::fetching) - count(link_state::dialling) -
           count(link_state::awaiting_hello);
}

link_state link_session::state_of(link_id id) const {
    const auto* found = find(id);
    return found == nullptr ? link_state::closed : found->state;
}

void link_session::replenish(milliseconds wait, link_actions& out) {
    if (stopped_) return;
    if (lacking() > 0) plan_.plan(clock_, wait);
    begin_due(out);
}

void link_session::begin_due(link_actions& out) {
    if (stopped_) return;
    if (lacking() <= 0) return plan_.forget();
    if (count(link_state::fetching) > 0 || !plan_.take(clock_)) return;
    const auto old = std::ranges::find(links_, link_state::retiring, &link::state);
    if (old != links_.end() && !plan_.overlaps()) {
        out.push_back(close_link{old->id, "making room before the next link"});
        links_.erase(old);
    }
    link fresh;
    fresh.id = ++last_id_;
    fresh.entered = clock_;
    links_.push_back(fresh);
    out.push_back(fetch_url{fresh.id});
    if (lacking() > 0) plan_.plan(clock_, milliseconds{0});
}

// ── events from outside ──────────────────────────────────────────────────────────────────────────────────────────

link_actions link_session::start(instant now) {
    advance(now);
    link_actions out;
    if (started_ || stopped_) return out;
    started_ = true;
    sentence_ = "connecting to Slack for the first time";
    replenish(milliseconds{0}, out);
    return out;
}

link_actions link_session::stop(instant now) {
    advance(now);
    link_actions out;
    stopped_ = true;
    sentence_ = "the bot stops";
    plan_.forget();
    while (!links_.empty()) apply(links_.front().id, link_event::stop, {.words = "the bot stops"}, out);
    return out;
}

link_actions link_session::url_ready(link_id id, instant now) {
    advance(now);
    link_actions out;
    apply(id, link_event::url_ready, {}, out);
    begin_due(out);
    return out;
}

link_actions link_session::url_failed(link_id id, const failure& why, instant now) {
    advance(now);
    link_actions out;
    const bool refused = why.kind() == errc::unauthorised;
    apply(id, refused ? link_event::url_refused : link_event::url_failed, {.failed = &why}, out);
    return out;
}

link_actions link_session::dialled(link_id id, instant now) {
    advance(now);
    link_actions out;
    apply(id, link_event::dialled, {}, out);
    return out;
}

link_actions link_session::dial_failed(link_id id, const failure& why, instant now) {
    advance(now);
    link_actions out;
    apply(id, link_event::dial_failed, {.failed = &why}, out);
    return out;
}

link_actions link_session::text_frame(link_id id, std::string text, instant now) {
    advance(now);
    link_actions out;
    auto* which = find(id);
    if (which == nullptr) return out;
    which->heard_at = clock_;
    auto read = read_frame(text);
    auto* envelope = read.envelope ? &*read.envelope : nullptr;
    if (envelope != nullptr) envelope->frame = std::move(text);
    apply(id, read.event, {.words = read.words, .frame = &read.object, .envelope = envelope}, out);
    return out;
}

link_actions link_session::binary_frame(link_id id, instant now) {
    auto out = heard(id, now);
    apply(id, link_event::binary, {.words = "a binary frame; Socket Mode has none"}, out);
    return out;
}

link_actions link_session::heard(link_id id, instant now) {
    advance(now);
    link_actions out;
    if (auto* which = find(id); which != nullptr) which->heard_at = clock_;
    apply(id, link_event::bytes, {}, out);
    return out;
}

link_actions link_session::lost(link_id id, std::string_view why, instant now) {
    advance(now);
    link_actions out;
    apply(id, link_event::lost, {.words = why}, out);
    return out;
}

// ── what an event does ───────────────────────────────────────────────────────────────────────────────────────────

void link_session::apply(link_id id, link_event event, const news& what, link_actions& out) {
    auto* which = find(id);
    link before;
    before.id = id;
    before.state = link_state::closed;
    if (which != nullptr) before = *which;
    const auto row = row_of(before.state, event);
    if (row.next == link_state::closed) {
        std::erase_if(links_, [id](const link& each) { return each.id == id; });
    } else if (row.next != before.state) {
        which->state = row.next;
        which->entered = clock_;
        which->heard_at = clock_;
    }
    perform(row.effect, before, event, what, out);
}

void link_session::perform(link_effect effect, link before, link_event event, const news& what, link_actions& out) {
    const auto id = before.id;
    switch (effect) {
        case link_effect::nothing:
        case link_effect::forget:
            return;
        case link_effect::dial:
            return out.push_back(slack::dial{id});
        case link_effect::give_back:
            return out.push_back(close_link{id, "no longer wanted"});
        case link_effect::rise:
            return rise(id, *what.frame, out);
        case link_effect::replace:
        case link_effect::replace_later:
            return replace(before, event, what, out);
        case link_effect::deliver:
            return out.push_back(slack::deliver{id, std::move(*what.envelope)});
        case link_effect::acknowledge:
            out.push_back(slack::acknowledge{id, what.envelope->id});
            return remark(before, event, what, out);
        case link_effect::note:
            return remark(before, event, what, out);
        case link_effect::close_and_redial:
            out.push_back(close_link{id, std::string{to_string(event)}});
            return redial(before, event, what, out);
        case link_effect::abort_and_redial:
            out.push_back(abort_link{id});
            return redial(before, event, what, out);
        case link_effect::redial:
            return redial(before, event, what, out);
        case link_effect::stop_dialling:
            return give_up(what, out);
        case link_effect::wait_for_a_person:
            return wait_for_a_person(before, out);
        case link_effect::wait_for_room:
            return wait_for_room(before, out);
        case link_effect::close:
            return out.push_back(close_link{id, what.words.empty() ? "replaced" : std::string{what.words}});
        case link_effect::ping:
            find(id)->pinged_at = clock_;
            return out.push_back(send_ping{id});
        case link_effect::settle:
            find(id)->proven = true;
            return plan_.settle();
    }
}

void link_session::rise(link_id id, const json::object& hello, link_actions& out) {
    auto* which = find(id);
    which->risen = clock_;
    which->pinged_at = clock_;
    const milliseconds lifetime{number_at(hello, "debug_info.approximate_connection_time") * 1000};
    if (lifetime > milliseconds{0}) {
        const auto jitter = part_of(settings_.swap_jitter, 2.0 * roll_() - 1.0);
        which->swap_at = clock_ + std::max(lifetime - settings_.swap_before + jitter, lifetime / 2);
    }
    connections_ = number_at(hello, "num_connections");
    hello_at_ = clock_;
    ++hellos_;
    sentence_.clear();
    out.push_back(report{severity::info, link_name(id) + " is live on " + text_at(hello, "debug_info.host") +
                                             " for app " + text_at(hello, "connection_info.app_id") + ", for about " +
                                             seconds_of(lifetime)});
    const auto old = std::ranges::find(links_, link_state::retiring, &link::state);
    if (old != links_.end()) {
        old->state = link_state::draining;
        old->entered = clock_;
        out.push_back(report{severity::info, link_name(old->id) + " is replaced by " + link_name(id) + " and drains"});
    }
    const auto held = health().held;
    if (connections_ > held)
        out.push_back(report{severity::warning, "Slack counts " + std::to_string(connections_) +
                                                    " connections of this app and we hold " + std::to_string(held) +
                                                    ": another process uses the same app token, or dead links are "
                                                    "still registered; either gets a share of the clicks"});
}

void link_session::replace(const link& old, link_event event, const news& what, link_actions& out) {
    const bool known = event != link_event::unknown_reason;
    if (event == link_event::swap_due)
        out.push_back(report{severity::info, link_name(old.id) + " nears its end; making the next one"});
    else
        out.push_back(report{known ? severity::info : severity::warning,
                             "Slack asks " + link_name(old.id) + " to go (" + std::string{what.words} + ")"});
    replenish(known ? milliseconds{0} : plan_.after_failure(), out);
}

/// A link is no more. Only when too few carry us or are on their way is a new one planned.
void link_session::redial(const link& gone, link_event event, const news& what, link_actions& out) {
    auto why = what.failed != nullptr ? what.failed->sentence() : std::string{what.words};
    if (event == link_event::silent) why = "nothing arrived for " + seconds_of(settings_.dead_after);
    if (event == link_event::hello_overdue) why = "no hello within " + seconds_of(settings_.hello_within);
    auto at_least = milliseconds{0};
    if (what.failed != nullptr) {
        sentence_ = why;
        at_least = what.failed->retry_after.value_or(milliseconds{0});
        if (what.failed->kind() == errc::limited && !what.failed->retry_after)
            at_least = settings_.dialling.limited_wait;
        plan_.hold(clock_, at_least);
    } else if (gone.state == link_state::live) {
        sentence_ = "the link to Slack broke; connecting again";
    }
    auto told = link_name(gone.id) + " ended while " + std::string{to_string(gone.state)} + " (" +
                std::string{to_string(event)} + ")";
    if (!why.empty()) told.append(": ").append(why);
    const bool usual = event == link_event::lost || event == link_event::warning || event == link_event::refresh;
    out.push_back(report{usual ? severity::info : severity::warning, std::move(told)});
    if (stopped_ || lacking() <= 0 || plan_.planned()) return;
    const auto wait = plan_.after_failure(at_least);
    out.push_back(report{severity::info, "the next link is begun in " + seconds_of(wait)});
    plan_.plan(clock_, wait);
}

/// Live links keep serving; only dialling ends, because no repetition can make a wrong token right.
void link_session::give_up(const news& what, link_actions& out) {
    sentence_ = what.failed->sentence();
    stopped_ = true;
    plan_.forget();
    out.push_back(report{severity::error, "Socket Mode stops dialling: " + sentence_});
}

void link_session::wait_for_a_person(const link& closed, link_actions& out) {
    const auto wait = settings_.dialling.disabled_wait;
    sentence_ = "Socket Mode is switched off in the app's settings at api.slack.com; switch it on again";
    out.push_back(report{severity::error, sentence_ + "; the next attempt begins in " + seconds_of(wait)});
    out.push_back(close_link{closed.id, "link disabled"});
    plan_.hold(clock_, wait);
    plan_.plan(clock_, wait);
}

void link_session::wait_for_room(const link& closed, link_actions& out) {
    const auto wait = plan_.after_crowding();
    // Only a link that comes up after this proves that there is room again.
    for (auto& each : links_) each.proven = true;
    sentence_ =
        "Slack refuses another connection: the app has its ten already. Stop other processes with this app token";
    out.push_back(close_link{closed.id, "too many websockets"});
    out.push_back(report{severity::error, sentence_ + "; the next attempt begins in " + seconds_of(wait)});
    plan_.hold(clock_, wait);
    plan_.plan(clock_, wait);
}

void link_session::remark(const link& about, link_event event, const news& what, link_actions& out) {
    auto told = link_name(about.id) + " received ";
    if (event == link_event::unknown_envelope)
        told.append("an envelope of the unknown type \"").append(what.words).append("\"; acknowledged and ignored");
    else
        told.append(what.words).append("; ignored");
    out.push_back(report{event == link_event::binary ? severity::info : severity::warning, std::move(told)});
}

// ── for people ───────────────────────────────────────────────────────────────────────────────────────────────────

link_health link_session::health() const {
    link_health seen;
    for (const auto& each : links_) {
        if (is_open(each.state)) ++seen.held;
        if (!serves(each.state)) continue;
        seen.live = true;
        const auto age = clock_ - each.heard_at;
        seen.transport_age = seen.transport_age ? std::min(*seen.transport_age, age) : age;
    }
    seen.stopped = stopped_;
    seen.sentence = sentence_;
    seen.connections = connections_;
    if (hello_at_) seen.hello_age = clock_ - *hello_at_;
    seen.reconnects = std::max(hellos_ - 1, 0);
    return seen;
}

}  // namespace slipway::slack

#include "bot/sources/sentry_source.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace slipway::bot {
namespace {

constexpr const char* collection = "telemetry";
/// Issues that were written while the last look was read are seen again: counts tell them apart.
constexpr std::chrono::minutes overlap{2};
constexpr milliseconds longest_pause{300'000};  // after failures
constexpr milliseconds turn_poll{5'000};        // how soon somebody sees that it is their turn
constexpr std::string_view turn_kind = "sentry/";

std::string turn_of(const std::string& project) {
    return std::string{turn_kind} + project;
}

std::string document_id(const std::string& project) {
    return "sentry/" + project;
}

/// What stands for errors whose event nobody read: counted, not kept.
telemetry::event bare_event(const sentry::issue& from, instant at) {
    telemetry::event made;
    made.at = at;
    made.level = from.level;
    return made;
}

}  // namespace

sentry_source::sentry_source(executor loop, sentry_source_settings settings, sentry::api& api,
                             telemetry::error_ledger& ledger, store::store& memory, timers& clock)
    : settings_{std::move(settings)}, api_{api}, ledger_{ledger}, memory_{memory}, clock_{clock}, news_{loop} {}

task<result<>> forget_other_turns(store::store& memory, std::vector<std::string> projects) {
    const auto rows = co_await memory.all_work();
    if (!rows) co_return rows.error();
    store::batch changes;
    for (const auto& each : *rows)
        if (each.kind.starts_with(turn_kind) &&
            std::ranges::find(projects, each.kind.substr(turn_kind.size())) == projects.end())
            changes.dropped_work.push_back(each.id);
    if (changes.dropped_work.empty()) co_return result<>{};
    co_return co_await memory.commit(std::move(changes));
}

/// `again`: another bot may have looked since.
task<result<>> sentry_source::load(bool again) {
    if (loaded_ && !again) co_return result<>{};
    const auto kept = co_await memory_.document_of(collection, document_id(settings_.project));
    if (!kept) co_return kept.error();
    if (*kept) seen_ = snapshot_from(**kept);
    loaded_ = true;
    co_return result<>{};
}

/// Sentry counts sessions by the hour and not sooner; what was added to the day's sum since the last look is a sign of
/// life of these minutes.
task<> sentry_source::count_sessions(snapshot& into, instant now) {
    const instant day = std::chrono::floor<std::chrono::days>(now);
    sentry::issue_query where;
    where.project_id = settings_.project_id;
    where.environment = settings_.leads_to.environment;
    const auto sum = co_await api_.sessions(where, day, now);
    if (!sum || !*sum) co_return;  // no denominator: silence stays inconclusive
    const bool same_day = into.session_day == day;
    if (same_day && **sum > into.sessions) {
        telemetry::traffic more;
        more.sessions = **sum - into.sessions;
        ledger_.record(settings_.leads_to, more, now);
    }
    into.session_day = day;
    into.sessions = **sum;
}

task<> sentry_source::record(growth what, instant now, std::size_t& events_read) {
    const auto& issue = *what.issue;
    const auto as = group_for(api_.about().organization, issue);
    const auto last = std::min(issue.last_seen, now);
    // First seen when Sentry says so, not when we looked.
    ledger_.record(settings_.leads_to, bare_event(issue, std::min(issue.first_seen, last)), as, 0);
    auto event = bare_event(issue, last);
    const bool wanted = what.unknown || ledger_.samples(settings_.leads_to, as.hash).empty();
    if (wanted && what.times > 0 && events_read < settings_.most_events) {
        ++events_read;
        auto read = co_await api_.latest_event(issue.id);
        if (read)
            event = std::move(*read);
        else
            spdlog::info("source={} issue={} its event cannot be read: {}", name(), issue.id, read.error().sentence());
    }
    event.at = last;
    event.level = issue.level;
    event.tags.emplace_back(sentry::issue_tag, issue.id);
    ledger_.record(settings_.leads_to, event, as, what.times);
}

task<result<>> sentry_source::look(std::optional<store::work_done> turn) {
    const auto loaded = co_await load(turn.has_value());
    if (!loaded) co_return loaded.error();
    const auto now = clock_.now();
    sentry::issue_query query;
    query.query = settings_.query;
    query.project_id = settings_.project_id;
    query.environment = settings_.leads_to.environment;
    query.seen_since = seen_.is_first() ? now - std::chrono::hours{24} : seen_.taken - overlap;
    const auto issues = co_await api_.issues(query);
    if (!issues) co_return issues.error();
    auto next = next_snapshot(seen_, *issues, now);
    co_await count_sessions(next, now);
    // The snapshot is committed before the ledger counts: a crash in between loses a few counts, and repeats none.
    store::batch changes;
    changes.documents.push_back({collection, document_id(settings_.project), to_json(next)});
    if (turn) changes.finished.push_back(std::move(*turn));
    const auto kept = co_await memory_.commit(std::move(changes));
    if (!kept) co_return kept.error();
    const auto added = growth_between(seen_, *issues);
    seen_ = std::move(next);
    std::size_t events_read = 0;
    for (const auto& each : added) co_await record(each, now, events_read);
    co_return result<>{};
}

void sentry_source::take(const sentry::hook& what) {
    if (what.event && !what.issue_id.empty()) {
        telemetry::group as = telemetry::group_of(*what.event);
        as.hash = hash_for(api_.about().organization, what.issue_id);
        ledger_.record(settings_.leads_to, *what.event, as, 0);  // the look that follows counts it
    }
    woken_ = true;
    news_.cancel();
}

task<> sentry_source::keep_turn(store::work_row row) {
    for (;;) {
        co_await clock_.sleep(settings_.turn / 3);
        const auto kept = co_await memory_.renew(row.id, row.fence, settings_.turn);
        if (!kept && kept.error() == errc::moved) co_return;
    }
}

task<result<bool>> sentry_source::look_under(store::work_row row) {
    using namespace boost::asio::experimental::awaitable_operators;
    store::work_done ended{row.id, row.fence, clock_.now() + settings_.poll};
    const auto outcome = co_await (look(ended) || keep_turn(row));
    const auto* done = std::get_if<0>(&outcome);
    if (done == nullptr || (!*done && done->error() == errc::moved)) co_return false;
    if (*done) co_return true;
    store::batch later;
    ended.again = clock_.now() + pause_;
    later.finished.push_back(std::move(ended));
    static_cast<void>(co_await memory_.commit(std::move(later)));  // else the lease ends by itself
    co_return done->error();
}

task<result<bool>> sentry_source::look_in_turn() {
    if (settings_.owner.empty()) {
        woken_ = false;
        const auto done = co_await look();
        if (!done) co_return done.error();
        co_return true;
    }
    const auto job = turn_of(settings_.project);
    if (!loaded_ || woken_) {
        // At once, whoever's turn it is: while somebody looks, they look once more.
        store::batch wish;
        wish.work.push_back({job, job, {}, clock_.now()});
        const auto asked = co_await memory_.commit(std::move(wish));
        if (!asked) co_return asked.error();
        const auto known = co_await load(/*again=*/false);
        if (!known) co_return known.error();
        woken_ = false;
    }
    const auto rows = co_await memory_.lease_work(settings_.owner, {job}, 1, settings_.turn);
    if (!rows) co_return rows.error();
    if (rows->empty()) co_return false;
    co_return co_await look_under(rows->front());
}

task<> sentry_source::work() {
    while (true) {
        const auto done = co_await look_in_turn();
        if (done) {
            if (trouble_) spdlog::info("source={} works again", name());
            trouble_.reset();
            pause_ = settings_.poll;
        } else {
            if (!trouble_) spdlog::warn("source={} {}", name(), done.error().sentence());
            trouble_ = done.error();
            pause_ = std::max(std::min(pause_ * 2, longest_pause), done.error().retry_after.value_or(milliseconds{0}));
        }
        if (woken_) continue;
        news_.expires_after(settings_.owner.empty() ? pause_ : std::min(pause_, turn_poll));
        boost::system::error_code ended;
        co_await news_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    }
}

std::optional<std::string> sentry_source::problem() const {
    if (!trouble_) return std::nullopt;
    return trouble_->sentence();
}

}  // namespace slipway::bot

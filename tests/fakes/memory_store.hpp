// A store in plain maps that keeps every promise of store.hpp (it passes tests/contracts): quick enough for
// simulations, and able to forget a guard, so that tests can show what the guard is for.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <set>

#include "integrations/async/timers.hpp"
#include "integrations/store/event_chain.hpp"
#include "integrations/store/news_board.hpp"
#include "integrations/store/store.hpp"

namespace slipway::fakes {

namespace json = boost::json;

/// What is in the database; outlives the stores that open it.
struct memory_books {
    struct message {
        store::outbox_row row;
        instant due, leased_until;
        std::int64_t number = 0, tried = 0;
        bool held = false;
        std::string owner;
    };
    struct work {
        store::work_row row;
        std::int64_t number = 0, revision = 1, leased = 0;
    };
    struct letter {
        store::envelope what;
        std::int64_t number = 0;
        bool handled = false;
    };
    std::map<std::string, std::vector<store::stored_event>> streams;
    std::vector<std::string> stream_order;
    std::map<std::string, message> outbox;
    std::map<std::string, work> works;
    std::map<std::pair<std::string, std::string>, letter> inbox;
    std::map<std::pair<std::string, std::string>, json::object> documents;
    std::map<std::string, std::string> claims;
    std::map<std::string, store::member> members;
    std::map<std::string, instant> resting;  ///< lane → until when nobody else gets a row of it
    std::int64_t fence = 0, number = 0;
    bool checks_versions = true;            ///< false: who decided on an old state is believed
    bool checks_fences = true;              ///< false: who lost a lease may write
    bool is_away = false;                   ///< nothing can be committed
    bool is_unreachable = false;            ///< nothing is answered at all
    int calls_left = 0;                     ///< after so many more calls nothing is answered; 0 = that does not happen
    std::function<void()> when_gone;        ///< called at that moment
    std::function<task<>()> before_commit;  ///< awaited first: whoever else is under way gets a turn
    int lost_arrivals = 0;                  ///< so many answers of `receive` are lost, with the envelope stored
};

class memory_store : public store::store {
    using batch = slipway::store::batch;
    using outbox_row = slipway::store::outbox_row;
    using work_row = slipway::store::work_row;
    using envelope = slipway::store::envelope;
    using arrival = slipway::store::arrival;
    using stored_event = slipway::store::stored_event;
    using document = slipway::store::document;
    using member = slipway::store::member;
    using holding = slipway::store::holding;
    using how = slipway::store::outbox_settle::how;
    using topic = slipway::store::topic;
    using heard = slipway::store::heard;

public:
    /// `time` drives wait_for_news; null = the machine's clock.
    memory_store(executor loop, memory_books& books, std::function<instant()> now, timers* time = nullptr)
        : books_{books},
          now_{std::move(now)},
          news_{std::move(loop),
                time != nullptr ? std::shared_ptr<timers>{std::shared_ptr<timers>{}, time} : create_system_timers()} {}

    bool is_cut = false;  ///< this one does not reach the database; others may

    task<result<>> commit(batch changes) override {
        if (no_answer()) co_return away();
        if (is_closed_) co_return closed();
        if (books_.before_commit) co_await books_.before_commit();
        if (books_.is_away) co_return failure{errc::unavailable, "the database is away"};
        if (const auto fine = check(changes); !fine) co_return fine;
        apply(changes);
        raise(slipway::store::tidings_of(changes), heard::from_us);
        co_return result<>{};
    }
    task<result<std::vector<stored_event>>> read(std::string stream, std::int64_t after) override {
        if (no_answer()) co_return away();
        if (is_closed_) co_return closed();
        const auto found = books_.streams.find(stream);
        std::vector<stored_event> all;
        if (found != books_.streams.end() && after < static_cast<std::int64_t>(found->second.size()))
            all.assign(found->second.begin() + after, found->second.end());
        co_return all;
    }
    task<result<std::vector<std::string>>> streams(std::string prefix) override {
        if (no_answer()) co_return away();
        std::vector<std::string> all;
        for (const auto& each : books_.stream_order)
            if (each.starts_with(prefix)) all.push_back(each);
        co_return all;
    }
    task<result<>> verify(std::string stream) override {
        if (no_answer()) co_return away();
        std::string hash;
        std::int64_t version = 0;
        for (const auto& each : books_.streams[stream]) {
            ++version;
            if (each.version != version || each.hash != hash_after(hash, each))
                co_return failure{errc::refused, "event " + std::to_string(version) + " of the journal " + stream +
                                                     " does not fit its hash"};
            hash = each.hash;
        }
        co_return result<>{};
    }
    task<result<arrival>> receive(envelope incoming) override {
        if (no_answer()) co_return away();
        const std::pair key{incoming.source, incoming.id};
        const auto [at, fresh] = books_.inbox.try_emplace(key);
        if (fresh) at->second = {std::move(incoming), ++books_.number, false};
        if (books_.lost_arrivals > 0 && books_.lost_arrivals-- > 0)
            co_return failure{errc::lost, "the answer of the database was lost"};
        co_return fresh ? arrival::fresh : arrival::repeat;
    }
    task<result<std::vector<envelope>>> unhandled(std::string source) override {
        if (no_answer()) co_return away();
        std::map<std::int64_t, envelope> left;
        for (const auto& [key, each] : books_.inbox)
            if (key.first == source && !each.handled) left[each.number] = each.what;
        std::vector<envelope> all;
        for (auto& [number, each] : left) all.push_back(std::move(each));
        co_return all;
    }
    task<result<std::vector<envelope>>> adopt(std::string source, std::string owner) override {
        if (no_answer()) co_return away();
        std::map<std::int64_t, envelope> mine;
        for (auto& [key, each] : books_.inbox) {
            if (key.first != source || each.handled) continue;
            const auto holder = books_.members.find(each.what.owner);
            const bool is_free = holder == books_.members.end() || holder->second.alive_until <= now_();
            if (each.what.owner != owner && is_free) each.what.owner = owner;
            if (each.what.owner == owner) mine[each.number] = each.what;
        }
        std::vector<envelope> all;
        for (auto& [number, each] : mine) all.push_back(std::move(each));
        co_return all;
    }
    task<result<>> announce(std::string name, json::object about, milliseconds lease) override {
        if (no_answer()) co_return away();
        const auto now = now_();
        auto& each = books_.members.try_emplace(name, member{name, {}, now, now, false}).first->second;
        each.about = std::move(about);
        each.alive_until = now + lease;
        std::erase_if(books_.members,
                      [&](const auto& one) { return one.second.alive_until < now - std::chrono::hours{24}; });
        co_return result<>{};
    }
    task<result<>> leave(std::string name) override {
        if (no_answer()) co_return away();
        books_.members.erase(name);
        co_return result<>{};
    }
    task<result<std::vector<member>>> members() override {
        if (no_answer()) co_return away();
        std::map<std::pair<instant, std::string>, member> ordered;
        for (const auto& [name, each] : books_.members) {
            auto& one = ordered[{each.since, name}];
            one = each;
            one.alive = each.alive_until > now_();
        }
        std::vector<member> all;
        for (auto& [order, each] : ordered) all.push_back(std::move(each));
        co_return all;
    }
    task<result<std::vector<holding>>> leases() override {
        if (no_answer()) co_return away();
        std::vector<holding> all;
        for (const auto& [id, each] : books_.works)
            if (!each.row.owner.empty())
                all.push_back({"work", id, each.row.owner, each.row.fence, each.row.leased_until,
                               each.row.leased_until <= now_()});
        for (const auto& [key, each] : books_.outbox)
            if (each.held)
                all.push_back(
                    {"message", key, each.owner, each.row.fence, each.leased_until, each.leased_until <= now_()});
        co_return all;
    }
    task<result<std::vector<slipway::store::claim>>> claims() override {
        if (no_answer()) co_return away();
        std::vector<slipway::store::claim> all;
        for (const auto& [name, holder] : books_.claims) all.push_back({name, holder});
        co_return all;
    }
    task<result<instant>> time() override {
        if (no_answer()) co_return away();
        co_return now_();
    }
    task<result<>> forget_handled(instant before) override {
        if (no_answer()) co_return away();
        std::erase_if(books_.inbox,
                      [&](const auto& each) { return each.second.handled && each.second.what.received < before; });
        co_return result<>{};
    }
    task<result<std::vector<outbox_row>>> lease_outbox(std::string owner, std::size_t limit, milliseconds lease,
                                                       std::vector<std::string> busy) override {
        news_.looks(topic::messages);
        if (no_answer()) co_return away();
        const auto now = now_();
        std::set<std::string> lanes{busy.begin(), busy.end()};
        for (const auto& [lane, until] : books_.resting)
            if (until > now) lanes.insert(lane);
        for (const auto& [key, each] : books_.outbox)
            if (each.held && each.owner != owner && each.leased_until > now) lanes.insert(each.row.lane);
        std::map<std::tuple<int, instant, std::int64_t>, memory_books::message*> due;
        for (auto& [key, each] : books_.outbox)
            if (is_open(each) && each.due <= now && each.leased_until <= now && !lanes.contains(each.row.lane))
                due[{each.row.priority, each.due, each.number}] = &each;
        std::vector<outbox_row> leased;
        for (auto& [order, each] : due) {
            if (leased.size() == limit) break;
            if (!lanes.insert(each->row.lane).second) continue;
            each->row.fence = ++books_.fence;
            each->leased_until = now + lease;
            each->tried = each->row.wanted;
            each->held = true;
            each->owner = owner;
            leased.push_back(each->row);
        }
        co_return leased;
    }
    task<result<>> begin_send(std::string key, std::int64_t fence) override {
        if (no_answer()) co_return away();
        const auto found = books_.outbox.find(key);
        if (found == books_.outbox.end() || !holds(found->second, fence)) co_return gone(key);
        auto& row = found->second.row;
        if (!row.attempted) row.attempted_at = std::max(now_(), from_unix_ms(1));
        row.attempted = true;
        co_return result<>{};
    }
    task<result<std::optional<outbox_row>>> outbox_row_of(std::string key) override {
        if (no_answer()) co_return away();
        const auto found = books_.outbox.find(key);
        if (found == books_.outbox.end()) co_return std::optional<outbox_row>{};
        co_return std::optional{found->second.row};
    }
    task<result<std::size_t>> outbox_depth() override {
        if (no_answer()) co_return away();
        std::size_t open = 0;
        for (const auto& [key, each] : books_.outbox) open += is_open(each) ? 1 : 0;
        co_return open;
    }
    task<result<std::vector<work_row>>> lease_work(std::string owner, std::vector<std::string> kinds, std::size_t limit,
                                                   milliseconds lease) override {
        news_.looks(topic::work);
        if (no_answer()) co_return away();
        const auto now = now_();
        const std::set<std::string> wanted{kinds.begin(), kinds.end()};
        std::map<std::pair<instant, std::int64_t>, memory_books::work*> due;
        for (auto& [id, each] : books_.works)
            if (each.row.due <= now && each.row.leased_until <= now &&
                (wanted.empty() || wanted.contains(each.row.kind)))
                due[{each.row.due, each.number}] = &each;
        std::vector<work_row> leased;
        for (auto& [order, each] : due) {
            if (leased.size() == limit) break;
            each->row.owner = owner;
            each->row.fence = ++books_.fence;
            each->row.leased_until = now + lease;
            each->leased = each->revision;
            leased.push_back(each->row);
        }
        co_return leased;
    }
    task<result<>> renew(std::string id, std::int64_t fence, milliseconds lease) override {
        if (no_answer()) co_return away();
        const auto found = books_.works.find(id);
        if (found == books_.works.end() || !holds(found->second, fence)) co_return gone(id);
        found->second.row.leased_until = now_() + lease;
        co_return result<>{};
    }
    task<result<>> forget_leases() override {
        if (no_answer()) co_return away();
        for (auto& [id, each] : books_.works) free(each);
        for (auto& [key, each] : books_.outbox) free(each);
        books_.members.clear();
        books_.resting.clear();
        raise(slipway::store::all_topics, heard::from_us);
        co_return result<>{};
    }
    task<result<std::vector<work_row>>> all_work() override {
        if (no_answer()) co_return away();
        std::map<std::pair<instant, std::int64_t>, work_row> ordered;
        for (const auto& [id, each] : books_.works) ordered[{each.row.due, each.number}] = each.row;
        std::vector<work_row> all;
        for (auto& [order, each] : ordered) all.push_back(std::move(each));
        co_return all;
    }
    task<result<std::optional<instant>>> next_work_due(std::vector<std::string> kinds) override {
        if (no_answer()) co_return away();
        const std::set<std::string> wanted{kinds.begin(), kinds.end()};
        std::optional<instant> soonest;
        for (const auto& [id, each] : books_.works)
            if (wanted.empty() || wanted.contains(each.row.kind))
                soonest = sooner(soonest, std::max(each.row.due, each.row.leased_until));
        co_return soonest;
    }
    task<result<std::optional<instant>>> next_message_due() override {
        if (no_answer()) co_return away();
        std::optional<instant> soonest;
        for (const auto& [key, each] : books_.outbox)
            if (is_open(each)) soonest = sooner(soonest, std::max(each.due, each.leased_until));
        co_return soonest;
    }
    task<result<std::optional<json::object>>> document_of(std::string collection, std::string id) override {
        if (no_answer()) co_return away();
        const auto found = books_.documents.find({collection, id});
        if (found == books_.documents.end()) co_return std::optional<json::object>{};
        co_return std::optional{found->second};
    }
    task<result<std::vector<document>>> documents_in(std::string collection) override {
        if (no_answer()) co_return away();
        std::vector<document> all;
        for (const auto& [key, body] : books_.documents)
            if (key.first == collection) all.push_back({key.first, key.second, body});
        co_return all;
    }
    task<result<std::optional<std::string>>> holder_of(std::string name) override {
        if (no_answer()) co_return away();
        const auto found = books_.claims.find(name);
        if (found == books_.claims.end()) co_return std::optional<std::string>{};
        co_return std::optional{found->second};
    }
    task<heard> wait_for_news(topic about, milliseconds at_most) override { return news_.wait(about, at_most); }
    /// As a database tells what other processes commit: for tests that have only this one.
    void raise(slipway::store::tidings what, heard from) { news_.raise(what, from); }
    task<> close() override {
        is_closed_ = true;
        co_return;
    }

private:
    static std::optional<instant> sooner(std::optional<instant> known, instant other) {
        return known && *known < other ? known : other;
    }
    bool no_answer() {
        if (books_.calls_left > 0 && --books_.calls_left == 0) {
            books_.is_unreachable = true;
            if (books_.when_gone) books_.when_gone();
        }
        return is_cut || books_.is_unreachable;
    }
    static failure away() { return failure{errc::unavailable, "the database is away"}; }
    static failure gone(const std::string& what) {
        return failure{errc::moved, "the lease on " + what + " went to somebody else"};
    }
    static bool is_open(const memory_books::message& each) {
        return each.row.wanted > each.row.achieved && !each.row.given_up;
    }
    bool holds(const memory_books::message& row, std::int64_t fence) const {
        return !books_.checks_fences || (row.held && row.row.fence == fence);
    }
    bool holds(const memory_books::work& row, std::int64_t fence) const {
        return !books_.checks_fences || (!row.row.owner.empty() && row.row.fence == fence);
    }
    static void free(memory_books::message& row) {
        row.held = false;
        row.leased_until = {};
    }
    static void free(memory_books::work& row) {
        row.row.owner.clear();
        row.row.leased_until = {};
    }
    static std::string hash_after(const std::string& previous, const stored_event& each) {
        const auto data = slipway::store::canonical(each.event.data);
        return slipway::store::hash_of({previous, each.stream, each.version, each.event.type, data, each.event.actor,
                                        each.event.cause, each.event.at});
    }

    result<> check(const batch& changes) const {
        std::map<std::string, std::int64_t> versions;
        for (const auto& each : changes.appends) {
            const auto known = books_.streams.find(each.stream);
            auto [at, fresh] = versions.try_emplace(
                each.stream, known != books_.streams.end() ? static_cast<std::int64_t>(known->second.size()) : 0);
            if (books_.checks_versions && at->second != each.expected_version)
                return failure{errc::moved, "the journal " + each.stream + " stands at version " +
                                                std::to_string(at->second) + ", expected " +
                                                std::to_string(each.expected_version)};
            at->second += static_cast<std::int64_t>(each.events.size());
        }
        std::set<std::string> ended;
        for (const auto& each : changes.settled) {
            const auto found = books_.outbox.find(each.key);
            if (found == books_.outbox.end() || !holds(found->second, each.fence) || !ended.insert(each.key).second)
                return gone(each.key);
        }
        ended.clear();
        for (const auto& each : changes.finished) {
            const auto found = books_.works.find(each.id);
            const bool there = found != books_.works.end();
            if ((!there && books_.checks_fences) || (there && !holds(found->second, each.fence)) ||
                !ended.insert(each.id).second)
                return gone(each.id);
        }
        auto claims = books_.claims;
        for (const auto& each : changes.released)
            if (const auto held = claims.find(each.name); held != claims.end() && held->second == each.holder)
                claims.erase(held);
        for (const auto& each : changes.claims) {
            const auto holder = claims.try_emplace(each.name, each.holder).first->second;
            if (holder == each.holder) continue;
            failure held{errc::exists, "the name " + each.name + " is held by " + holder + " already"};
            held.code = holder;
            return held;
        }
        return {};
    }
    void apply(batch& changes) {
        for (auto& each : changes.appends) append(each);
        for (auto& each : changes.settled) settle(each);
        for (const auto& each : changes.finished) finish(each);
        for (const auto& each : changes.dropped_work) books_.works.erase(each);
        for (const auto& each : changes.released)
            if (const auto held = books_.claims.find(each.name);
                held != books_.claims.end() && held->second == each.holder)
                books_.claims.erase(held);
        for (const auto& each : changes.forgotten) books_.documents.erase({each.collection, each.id});
        for (const auto& each : changes.handled)
            if (const auto found = books_.inbox.find({each.collection, each.id}); found != books_.inbox.end())
                found->second.handled = true;
        for (const auto& each : changes.claims) books_.claims[each.name] = each.holder;
        for (auto& each : changes.outbox) put(each);
        for (auto& each : changes.work) put(each);
        for (auto& each : changes.documents) books_.documents[{each.collection, each.id}] = std::move(each.body);
    }
    void append(slipway::store::append& part) {
        if (part.events.empty()) return;
        auto [at, fresh] = books_.streams.try_emplace(part.stream);
        if (fresh) books_.stream_order.push_back(part.stream);
        for (auto& each : part.events) {
            stored_event made{part.stream, static_cast<std::int64_t>(at->second.size()) + 1, std::move(each), {}};
            made.hash = hash_after(at->second.empty() ? std::string{} : at->second.back().hash, made);
            at->second.push_back(std::move(made));
        }
    }
    void settle(slipway::store::outbox_settle& outcome) {
        auto& each = books_.outbox[outcome.key];
        free(each);
        auto& row = each.row;
        if (outcome.lane_rest > milliseconds{0}) books_.resting[row.lane] = now_() + outcome.lane_rest;
        if (outcome.verdict == how::sent) {
            row.achieved = std::max(row.achieved, outcome.achieved);
            for (const auto& [name, value] : outcome.receipt) row.receipt[name] = value;
            row.attempted = false;
            row.attempted_at = {};
            row.attempts = 0;
            row.last_error.clear();
            return;
        }
        row.last_error = outcome.error;
        if (outcome.verdict == how::retry) {
            each.due = std::max(each.due, outcome.due.value_or(now_()));
            ++row.attempts;
            if (outcome.surely_not_sent) row.attempted = false;
            if (outcome.surely_not_sent) row.attempted_at = {};
            return;
        }
        row.given_up = row.wanted <= each.tried;
        row.attempts = row.given_up ? row.attempts + 1 : 0;
    }
    void finish(const slipway::store::work_done& done) {
        const auto found = books_.works.find(done.id);
        if (found == books_.works.end()) return;
        auto& each = found->second;
        const bool put_again = each.revision > each.leased;
        free(each);
        if (put_again && done.again)
            each.row.due = std::min(each.row.due, *done.again);
        else if (done.again && !put_again)
            each.row.due = *done.again;
        else if (!put_again)
            books_.works.erase(found);
    }
    void put(slipway::store::outbox_put& wanted) {
        const auto due = wanted.due.value_or(now_());
        const auto [at, fresh] = books_.outbox.try_emplace(wanted.key);
        auto& each = at->second;
        auto& row = each.row;
        const bool changed = fresh || row.body != wanted.body;
        if (fresh) {
            row.key = wanted.key;
            each.number = ++books_.number;
            each.due = due;
        } else {
            const bool keeps_waiting = row.attempts > 0 && !(row.given_up && changed);
            each.due = keeps_waiting ? std::max(each.due, due) : due;
            row.wanted += changed || (wanted.again && row.achieved >= row.wanted) ? 1 : 0;
            if (row.given_up && changed) row.attempts = 0;
            row.given_up = row.given_up && !changed;
        }
        row.lane = wanted.lane;
        row.priority = wanted.priority;
        row.body = std::move(wanted.body);
    }
    void put(slipway::store::work_put& wanted) {
        const auto [at, fresh] = books_.works.try_emplace(wanted.id);
        auto& each = at->second;
        if (fresh) {
            each.row.id = wanted.id;
            each.number = ++books_.number;
        } else {
            ++each.revision;
        }
        each.row.kind = wanted.kind;
        each.row.payload = std::move(wanted.payload);
        each.row.due = wanted.due;
    }

    static failure closed() { return failure{errc::cancelled, "the store is closed"}; }

    bool is_closed_ = false;
    memory_books& books_;
    std::function<instant()> now_;
    slipway::store::news_board news_;
};

}  // namespace slipway::fakes

// The durable memory of the bot: streams of events, an inbox, an outbox, work rows, documents, claims; committed
// together. It knows nothing of releases or Slack: bodies are JSON that it keeps byte for byte in meaning.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"

namespace slipway::store {

namespace json = boost::json;

// ── streams: the journal ──────────────────────────────────────────────────────────────────────────────────────────

struct new_event {
    std::string type;
    json::object data;
    std::string actor;  ///< who: "T1/U2", or "slipway"
    std::string cause;  ///< what led here: an envelope id, a step key, "timer"
    instant at;
};

struct stored_event {
    std::string stream;
    std::int64_t version = 0;  ///< 1, 2, 3 … without gaps within a stream
    new_event event;
    std::string hash;  ///< hex SHA-256 over the previous event's hash and this event's canonical form
};

/// Appends when the stream stands at `expected_version` (0 = it does not exist yet), else errc::moved.
struct append {
    std::string stream;
    std::int64_t expected_version = 0;
    std::vector<new_event> events;
};

// ── inbox: what came in, stored before it is acknowledged ────────────────────────────────────────────────────────

struct envelope {
    std::string id;      ///< unique for ever within `source`; a repeat is recognised by it
    std::string source;  ///< "slack"
    json::object payload;
    instant received;
    std::string owner;  ///< the member that is to handle it; "" = whoever adopts it first
};

enum class arrival { fresh, repeat };

// ── outbox: messages as they shall be ────────────────────────────────────────────────────────────────────────────
// A row is one message for its whole life. Putting it again changes what it shall look like; the sender makes the
// outside world match, so updates coalesce to the newest by themselves.

struct outbox_put {
    std::string key;             ///< names the message for ever; its id in the outside world's metadata
    std::string lane;            ///< pacing group, e.g. the channel
    int priority = 5;            ///< lower goes first
    json::object body;           ///< the desired state
    std::optional<instant> due;  ///< not before; nullopt = now
    /// Sent once more although it shows this already: somebody may have removed it while nobody listened.
    bool again = false;
};

struct outbox_row {
    std::string key;
    std::string lane;
    int priority = 5;
    json::object body;
    std::int64_t wanted = 1;    ///< revision of `body`: grows with every put that changes it
    std::int64_t achieved = 0;  ///< revision the outside world is known to show; 0 = never sent
    /// A first send was begun and its outcome is not recorded: look it up before sending again.
    bool attempted = false;
    instant attempted_at;  ///< when the oldest such send was begun; only with `attempted`
    int attempts = 0;      ///< failures in a row
    json::object receipt;  ///< what the outside world answered (channel, ts …); empty = not there yet
    std::string last_error;
    bool given_up = false;   ///< refused for good; kept for people to see
    std::int64_t fence = 0;  ///< of the lease that was handed out with this row
};

struct outbox_settle {
    std::string key;
    std::int64_t fence = 0;  ///< errc::moved when the lease went to somebody else
    enum class how { sent, retry, give_up } verdict = how::sent;
    std::int64_t achieved = 0;   ///< with `sent`: the revision that was sent
    json::object receipt;        ///< with `sent`; merged over the old one
    std::string error;           ///< with `retry` and `give_up`
    std::optional<instant> due;  ///< with `retry`: not before
    /// With `retry`: a definite refusal (429, not reached), so that a first send needs no looking up next time.
    bool surely_not_sent = false;
    /// Nobody else gets a row of this lane for so long: the pacing of one sender holds for all.
    milliseconds lane_rest{0};
};

// ── work: what is to be done, by whoever gets the lease ──────────────────────────────────────────────────────────

struct work_put {
    std::string id;  ///< putting an id again replaces kind, payload and due (the lease stays)
    std::string kind;
    json::object payload;
    instant due;
};

struct work_row {
    std::string id;
    std::string kind;
    json::object payload;
    instant due;
    std::string owner;       ///< who holds the lease; "" = nobody
    std::int64_t fence = 0;  ///< grows with every lease: a later holder has a higher number
    instant leased_until;
};

/// Ends a leased work row; the whole batch fails with errc::moved when `fence` is no longer the newest (R5.6).
/// A row that was put again since the lease stays, due as that put said: nobody's wish is lost.
struct work_done {
    std::string id;
    std::int64_t fence = 0;
    std::optional<instant> again;  ///< set: keep the row, due then; unset: delete it
};

// ── documents and claims ─────────────────────────────────────────────────────────────────────────────────────────

struct document {
    std::string collection;
    std::string id;
    json::object body;
};
struct document_key {
    std::string collection;
    std::string id;
};

/// A name that one holder at a time may have (a unique index, R4.1). Taking a held one fails the batch with
/// errc::exists and the holder in `failure::code`. Taking it again as the same holder is fine.
struct claim {
    std::string name;
    std::string holder;
};

// ── members: which processes share this database ────────────────────────────────────────────────────────────────

/// One process while it lives. What it is responsible for is free for others once `alive_until` has passed.
struct member {
    std::string name;
    json::object about;  ///< for people: version, machine
    instant since;
    instant alive_until;
    bool alive = false;  ///< by the store's clock, when it was asked
};

/// Who holds what, for people to see.
struct holding {
    std::string what;  ///< "work", "message"
    std::string id;
    std::string owner;
    std::int64_t fence = 0;
    instant until;
    bool over = false;  ///< it has ended, and nobody has taken the row since
};

// ── news: what whoever leases is woken by ────────────────────────────────────────────────────────────────────────

/// Which rows they are about: each kind of leaser waits for its own.
enum class topic { work, messages };
/// Who committed them. Both at once counts as `us`.
enum class heard { nothing, from_us, from_others };

/// Everything in one transaction, or nothing. What ends (settled, finished, dropped, released, forgotten, handled) is
/// applied before what begins, so one batch may finish a row and put it again, or hand a name over.
struct batch {
    std::vector<append> appends;
    std::vector<outbox_put> outbox;
    std::vector<outbox_settle> settled;
    std::vector<work_put> work;
    std::vector<work_done> finished;
    std::vector<std::string> dropped_work;  ///< work ids removed whoever holds them
    std::vector<document> documents;        ///< inserted or replaced
    std::vector<document_key> forgotten;    ///< documents removed
    std::vector<claim> claims;
    std::vector<claim> released;        ///< only when held by that holder
    std::vector<document_key> handled;  ///< inbox envelopes (source, id) that are now dealt with
};

/// One store for one database. Loop thread only; blocking work happens elsewhere. Failures: moved, exists (above),
/// unavailable (surely not committed: disk full, read-only, gone), lost (commit outcome unknown).
class store {
public:
    virtual ~store() = default;

    virtual task<result<>> commit(batch changes) = 0;

    /// Events of a stream after `version`, in order.
    virtual task<result<std::vector<stored_event>>> read(std::string stream, std::int64_t after_version = 0) = 0;
    /// Names of all streams that begin with `prefix`, oldest first.
    virtual task<result<std::vector<std::string>>> streams(std::string prefix) = 0;
    /// Recomputes every hash of the stream; errc::refused names the first event that does not fit.
    virtual task<result<>> verify(std::string stream) = 0;

    /// The store's own clock: leases and due times follow it. The database's where several processes share one, so that
    /// no machine's clock decides who is late (R5.15).
    virtual task<result<instant>> time() = 0;

    /// Stores the envelope durably; `repeat` when its (source, id) is known.
    virtual task<result<arrival>> receive(envelope incoming) = 0;
    /// Gives `owner` the unhandled envelopes that no living member is to handle; returns all that `owner` is to handle,
    /// oldest first, also those it knows already.
    virtual task<result<std::vector<envelope>>> adopt(std::string source, std::string owner) = 0;
    /// Envelopes not yet handled, oldest first: what a crash left behind.
    virtual task<result<std::vector<envelope>>> unhandled(std::string source) = 0;
    /// Forgets handled envelopes received before `before`.
    virtual task<result<>> forget_handled(instant before) = 0;

    /// Leases up to `limit` rows that are due and whose wanted revision is not achieved, best priority first, the best
    /// of each lane. `busy_lanes` are left alone, and so are lanes in which another owner holds a row or rests.
    virtual task<result<std::vector<outbox_row>>> lease_outbox(std::string owner, std::size_t limit, milliseconds lease,
                                                               std::vector<std::string> busy_lanes) = 0;
    /// Marks, durably, that a first send of the row begins (see outbox_row::attempted).
    virtual task<result<>> begin_send(std::string key, std::int64_t fence) = 0;
    virtual task<result<std::optional<outbox_row>>> outbox_row_of(std::string key) = 0;
    /// Rows not yet achieved nor given up: the depth that health shows.
    virtual task<result<std::size_t>> outbox_depth() = 0;

    /// Leases up to `limit` due rows of the kinds (empty = all), the longest due first.
    virtual task<result<std::vector<work_row>>> lease_work(std::string owner, std::vector<std::string> kinds,
                                                           std::size_t limit, milliseconds lease) = 0;
    /// Extends a lease; errc::moved when it is gone.
    virtual task<result<>> renew(std::string work_id, std::int64_t fence, milliseconds lease) = 0;
    /// Says that this process lives, and will for `lease` at least; again and again, well before it ends.
    virtual task<result<>> announce(std::string name, json::object about, milliseconds lease) = 0;
    /// The process goes: what it was responsible for is free at once.
    virtual task<result<>> leave(std::string name) = 0;
    /// Everybody who announced themselves and did not leave, the oldest first; the dead are forgotten after a day.
    virtual task<result<std::vector<member>>> members() = 0;
    /// All leases of work and messages that nobody gave back, by what and id.
    virtual task<result<std::vector<holding>>> leases() = 0;
    /// All names that are held, in order.
    virtual task<result<std::vector<claim>>> claims() = 0;
    /// Ends every lease and membership at once. Only for a caller that knows nobody else uses this database
    /// (an embedded one under its process lock): what a killed bot held goes on without waiting. Fences keep growing.
    virtual task<result<>> forget_leases() = 0;
    /// All work rows, for `slipway check` and for tests.
    virtual task<result<std::vector<work_row>>> all_work() = 0;
    /// When the next work row of the kinds (empty = all) becomes due, or its lease ends; nullopt = none is planned.
    virtual task<result<std::optional<instant>>> next_work_due(std::vector<std::string> kinds) = 0;
    /// The same of the messages that do not show yet what they shall.
    virtual task<result<std::optional<instant>>> next_message_due() = 0;

    virtual task<result<std::optional<json::object>>> document_of(std::string collection, std::string id) = 0;
    virtual task<result<std::vector<document>>> documents_in(std::string collection) = 0;
    virtual task<result<std::optional<std::string>>> holder_of(std::string claim_name) = 0;

    /// Call it after `lease_…` found nothing and `next_…_due` was asked. Resumes at the next commit that put rows of
    /// that topic, or ended work (also those of other processes where the database can tell, many of them as one), or
    /// after `at_most`; at once when there was such a commit since the last `lease_…` of the topic began. For one who
    /// leases of each topic.
    virtual task<heard> wait_for_news(topic about, milliseconds at_most) = 0;

    /// Closes after the running work; nothing may be called afterwards.
    virtual task<> close() = 0;
};

/// Opens or creates the file (WAL, synchronous=FULL) and brings its schema up to date; refuses a newer schema.
/// `now` is the store's clock: leases and due times follow it; it is asked on the loop thread. ":memory:" gives a
/// database that dies with the store. Blocks while it opens. Destroy the store before the loop's context.
result<std::unique_ptr<store>> open_sqlite(executor loop, std::string file, std::function<instant()> now);

/// Copies a SQLite store to `target` while it is in use: one consistent moment, complete in one file, readable by its
/// owner only. errc::exists when `target` is there already. Blocks until it is done.
result<> back_up_sqlite(std::string file, std::string target);

struct postgres_settings {
    /// What libpq takes: postgresql://user@host/name?sslmode=verify-full, or "host=… dbname=…"; secrets better in
    /// PGPASSWORD, PGPASSFILE or a service file, TLS by sslmode and its companions.
    std::string address;
    std::size_t connections = 4;  ///< at most, beside the one that listens for news; opened when they are needed
    milliseconds connect_within{5'000};
    milliseconds answer_within{15'000};  ///< one statement; afterwards the connection is given up
    /// How long the outcome of a commit whose answer was lost is looked for before errc::lost is said.
    milliseconds find_out_within{10'000};
    std::function<instant()> now;  ///< only for tests: in place of the database's clock
};

/// Connects once, blocking, and brings the schema up to date; refuses a newer schema and a database of other programs.
/// Afterwards everything runs on the loop, and a lost connection is made again when it is next needed. Destroy the
/// store before the loop's context.
result<std::unique_ptr<store>> open_postgres(executor loop, postgres_settings settings);

}  // namespace slipway::store

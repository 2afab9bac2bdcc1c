// One contract for everything that runs somewhere for a while: a program, a pipeline, a job of Salt, a service behind
// HTTP, any tool behind a small driver program. It is started once, named by a reference that survives the bot, and
// asked how far it is.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/base/untrusted.hpp"

namespace slipway::runner {

namespace json = boost::json;

/// `timed_out` and `lost` are no failures: the thing may still run, and only people can say what it did.
enum class state { running, succeeded, failed, cancelled, timed_out, lost };
BOOST_DESCRIBE_ENUM(state, running, succeeded, failed, cancelled, timed_out, lost)
std::string to_words(state what);

/// What a step wants done, with every word filled in. `params` are the step's own, over those of the runner's settings.
struct order {
    std::string key;  ///< idempotency key of the intent: hex digits, the same on any machine after any restart
    json::object params;
    std::map<std::string, std::string> words;  ///< "{version}" → "1.4.0", for the runner's own settings
    std::string log_file;                      ///< full output is appended there, masked; "" = nowhere
};

/// What a start would do: for the dry run, the board and the journal. Holds no secret.
struct planned {
    std::string words;  ///< "run `scripts/smoke 1.4.0`"
    json::object request;
};

/// One host's part of the result, where the tool knows hosts.
struct row {
    std::string host;
    bool ok = false;
    bool changed = false;
    untrusted text;
};

/// What happened since a cursor. Lines come at least once; the same cursor gives the same lines again.
struct progress {
    runner::state state = runner::state::running;
    std::vector<std::string> lines;  ///< valid UTF-8 without control characters, masked; text from outside
    std::string cursor;              ///< where the next poll goes on; opaque
    std::vector<row> rows;           ///< all that are known, not only the new ones
    std::optional<double> fraction;  ///< 0…1, when the tool tells
    std::string text;                ///< how it ended, one sentence; or what it is doing
    bool warned = false;             ///< it succeeded with one of the codes that mean "look at it"
    std::string own_ref;             ///< the tool's own name for what it began, when it differs from ours
};

/// How hard to end it. Tools that know one way only take any of them for that.
enum class pressure { interrupt, terminate, kill };
enum class cancel_answer { requested, unsupported };
enum class attachment { running, finished, unknown };

/// What a program's exit code means: data, because every tool has its own. A code that is nowhere is a failure.
struct exit_codes {
    std::vector<int> ok{0};
    std::vector<int> warn;         ///< done, but people shall look at it
    std::vector<int> unreachable;  ///< the way there broke (ssh: 255): what was begun may go on, so it is `lost`
};

/// One tool, with its settings. Failures: invalid, refused, unauthorised, not_found, unavailable = surely nothing
/// happened; timed_out, lost = it may have.
class driver {
public:
    virtual ~driver() = default;

    virtual result<planned> plan(const order& what) const = 0;
    /// The reference of what runs now. The same key twice starts once, wherever the tool can tell.
    virtual task<result<std::string>> start(order what) = 0;
    /// What was started under this key; nullopt = surely nothing; a failure = the tool cannot tell.
    virtual task<result<std::optional<std::string>>> find(order what) = 0;
    /// errc::not_found = the tool no longer knows the reference.
    virtual task<result<progress>> poll(std::string ref, std::string cursor) = 0;
    /// Asks it to end; what became of it shows the next poll.
    virtual task<result<cancel_answer>> cancel(std::string ref, pressure how) = 0;
    /// After a restart: is it still there?
    virtual task<result<attachment>> attach(std::string ref) = 0;
    /// The only place from which `find` sees what was started; "" = every bot sees the same.
    virtual std::string place() const { return {}; }
    /// True when the driver itself writes the whole output to `order.log_file`.
    virtual bool writes_log() const { return false; }
};

/// "ab12", 8–128 characters of [0-9a-z-]: what can be a key, a file name and a header at once.
bool is_key(std::string_view text) noexcept;
/// Fills `{version}` and friends; each argument stays one argument.
std::string filled(std::string text, const std::map<std::string, std::string>& words);
std::vector<std::string> filled(std::vector<std::string> texts, const std::map<std::string, std::string>& words);
/// Every text inside, however deep.
json::value filled(const json::value& from, const std::map<std::string, std::string>& words);
/// `succeeded` (perhaps warned), `failed` or `lost`, with the sentence.
void judge_exit(const exit_codes& codes, int code, progress& into);

}  // namespace slipway::runner

// What `salt --out=json` printed, read row by row: pure, tolerant, never fooled by an exit code.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/json.hpp"
#include "integrations/base/untrusted.hpp"

namespace slipway::salt {

/// What one host said, in the end.
enum class reply {
    ok,       ///< true, or every state true
    would,    ///< dry run: nothing false, something would change
    failed,   ///< false, a failed state, a compile error, an exception
    busy,     ///< another state run holds the lock there
    missing,  ///< no answer: the job may still be running there
};
std::string_view to_string(reply what) noexcept;

/// What was asked: it decides what a value means.
enum class question {
    ping,      ///< only `true` is an answer
    state,     ///< only state results are: "true" or an empty object would be a run of nothing
    function,  ///< false and error texts are failures, everything else is a value
};

/// One state of state.sls, as executed.
struct state_row {
    std::string id, name, function, sls;  ///< function = "file.managed"
    std::optional<bool> result;           ///< nullopt = dry run: would change
    untrusted comment;
    json::object changes;
    std::int64_t order = 0;  ///< __run_num__
    double duration_ms = 0;
    bool follower = false;  ///< failed only because something it requires failed
};

struct host_row {
    std::string host;
    reply what = reply::missing;
    bool expected = true;           ///< false: a host answered that nobody asked for
    json::value value;              ///< as returned (for functions other than states), size-capped
    untrusted text;                 ///< why, for failed, busy and missing
    std::vector<state_row> states;  ///< by order; empty when the row is not a state run

    /// The first state that failed by itself; nullptr when none did.
    const state_row* cause() const noexcept;
    std::size_t changed() const noexcept;  ///< states that changed, or would
};

/// Everything one run of salt said.
struct salt_rows {
    std::map<std::string, host_row> hosts;  ///< by name: the expected ones, and unexpected ones that answered
    std::vector<untrusted> chatter;         ///< lines that are no rows, in order, capped: evidence
    std::string job;                        ///< job id, when chatter told it
    int exit_code = 0;
    std::optional<untrusted> complaint;  ///< a whole-run error: nothing matched, authentication failed …

    std::vector<std::string> of(reply what) const;
    std::vector<std::string> unexpected() const;
    /// There are hosts, every one is ok (or `would`) and expected, there is no complaint, the exit code is 0.
    bool all_well() const noexcept;
    /// One sentence: "3 of 5 hosts ok; web4 failed; web5 did not answer (may still be running)".
    std::string summary() const;
};

/// What a run of salt left behind.
struct printed {
    std::string_view out, err;
    int exit_code = 0;
};

/// `expected` empty: every host that shows up counts as expected (ping). Rows may stand on one line or many, in one
/// object or several, between any chatter; a host that printed twice counts by its worse answer.
salt_rows read_rows(question asked, const printed& from, const std::vector<std::string>& expected);

/// Hash over (host, state key, result) of a dry run, the pinned hosts and the release's commit: what people approve.
std::string dry_run_fingerprint(const salt_rows& dry, const std::vector<std::string>& hosts, std::string_view commit);

/// The same for each host alone: what a host would be made to do, whoever else is there.
std::map<std::string, std::string> host_fingerprints(const salt_rows& dry, std::string_view commit);

/// What a fresh dry run says about what people approved.
struct dry_run_news {
    std::vector<std::string> same;     ///< as approved: to be run
    std::vector<std::string> settled;  ///< nothing is left to change there, though something was: it has happened
    std::vector<std::string> changed;  ///< something else would happen now
};
/// `approved`: host → fingerprint. Every host of `now` is in exactly one of the three; unknown hosts are `changed`.
dry_run_news compare_dry_runs(const std::map<std::string, std::string>& approved, const salt_rows& now,
                              std::string_view commit);

}  // namespace slipway::salt

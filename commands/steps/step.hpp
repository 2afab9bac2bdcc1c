// The contract of a step kind. A kind knows how; when, in which order and how often is the conductor's business alone.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "commands/release/project.hpp"
#include "commands/release/rules.hpp"
#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/runner/drivers.hpp"

namespace slipway {
class timers;
namespace git {
class transport;
}  // namespace git
namespace gitlab {
class api;
}
namespace salt {
class salt_client;
class job_client;
}  // namespace salt
namespace net {
class http_client;
class page_probe;
}  // namespace net
namespace store {
class store;
}
namespace telemetry {
class error_ledger;
}
namespace sentry {
class api;
}
namespace slack {
class web_api;
}
}  // namespace slipway

namespace slipway::steps {

namespace json = boost::json;

class local_clone;
class clone_shelf;

/// The clients of one project. All outlive every step; a null one is not configured for this project.
struct services {
    timers* time = nullptr;
    local_clone* clone = nullptr;         ///< the bot's own bare clone
    clone_shelf* dependencies = nullptr;  ///< clones of what it depends on
    git::transport* transport = nullptr;  ///< the git program: fetch, push, checkout
    gitlab::api* gitlab = nullptr;
    salt::salt_client* salt = nullptr;
    salt::job_client* salt_jobs = nullptr;                        ///< runs of Salt that outlive us
    std::map<std::string, runner::driver*, std::less<>> runners;  ///< for `job` steps, by name
    runner::machine programs;                                     ///< where programs run that go on when the bot ends
    process::runner* processes = nullptr;
    net::http_client* http = nullptr;
    net::page_probe* pages = nullptr;  ///< the website, as visitors see it
    store::store* store = nullptr;     ///< documents and receipts; never the journal
    telemetry::error_ledger* errors = nullptr;
    sentry::api* sentry = nullptr;    ///< the project's Sentry: releases and deploys are reported to it
    slack::web_api* slack = nullptr;  ///< who somebody is; messages go through the outbox alone
    std::string work_directory;       ///< private to this project: checkouts, logs
};

/// What a step sees: the release as it was when the step began. Copies, so nothing can move under it.
struct context {
    std::shared_ptr<const release::release_state> state;
    release::step_rule rule;
    release::step_state step;
    std::shared_ptr<const release::project_settings> project;
    services with;
    std::string log_file;  ///< of this attempt; full output goes there
    std::function<void(std::string line)>
        log;  ///< a line for the thread; text from outside is allowed, it is escaped later
    /// Is the release being aborted? Kinds that end by themselves ask this while they wait.
    std::function<task<bool>()> is_aborting;
};

/// The committed intent that a perform or probe is about.
struct act {
    std::string key;           ///< idempotency key
    instant intended;          ///< pinned date of what is made
    std::string item, choice;  ///< set when a person pressed an item's button
    release::person_id by;
    std::string reason;
};

/// A file that is too much for a message: uploaded into a thread of the release, once for its name.
struct attachment {
    std::string name;  ///< "tests.log"
    std::string title;
    std::string content;
    std::string thread;   ///< what begins the thread, as release_view names it ("errors"); "" = the board
    bool binary = false;  ///< `content` is bytes, such as a picture
};

/// What a look found; see release::look_finished.
struct look_outcome {
    release::look_state found;  ///< `at` and an empty fingerprint are filled in by the conductor
    bool complete = false;
    std::vector<release::item_state> items;
    json::object data, facts;
    std::vector<attachment> files;
};

/// How an act ended when there was an answer. `ok` false = somebody or something said no.
struct outcome {
    bool ok = true;
    std::string text;    ///< one sentence
    std::string detail;  ///< tail of output, evidence
    json::object data, facts;
    std::vector<attachment> files;
};

enum class answer { done, not_done, different, cannot_tell };

struct probe_outcome {
    answer what = answer::not_done;
    std::string text;  ///< the evidence as a sentence
    json::object data, facts;
};

/// One kind, for all projects; stateless. A failure as value says why; its kind decides between "failed" (said no) and
/// "errored" (could not know). An exception is a bug.
class step_kind {
public:
    virtual ~step_kind() = default;
    virtual release::kind_facts facts() const = 0;
    /// What it would do, in words, without touching anything: `slipway plan`, the dry run, the gate card.
    virtual std::string plan(const release::step_rule& rule, const release::project_settings& project,
                             const std::string& version) const = 0;
    /// Reads and judges; changes nothing. Called when facts().looks. Also run again after each item.
    virtual task<result<look_outcome>> look(context here);
    /// Did the intent already take effect? Changes nothing. Called before every perform when facts().has_probe.
    virtual task<result<probe_outcome>> probe(context here, act intent);
    /// Does it, once.
    virtual task<result<outcome>> perform(context here, act intent);
};

/// "Platform {version}" with {version}, {milestone}, {milestone_url}, {project}, {candidate} … filled from the release.
std::string fill(std::string text, const release::release_state& state);

/// Every kind there is, by name. Adding one is one file and one line in kinds.cpp.
const std::map<std::string, std::unique_ptr<step_kind>, std::less<>>& all_kinds();
/// The facts of all kinds, as the rules and the checklist reader want them.
const release::kinds& kind_table();

}  // namespace slipway::steps

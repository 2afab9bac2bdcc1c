#include "bot/app.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "bot/gateway/catch_up.hpp"
#include "bot/gateway/dispatcher.hpp"
#include "bot/gateway/http_mode.hpp"
#include "bot/gateway/inbox.hpp"
#include "bot/gateway/socket_mode.hpp"
#include "bot/http/health.hpp"
#include "bot/http/ingest.hpp"
#include "bot/http/webhooks.hpp"
#include "bot/kill_points.hpp"
#include "bot/ledger_keeper.hpp"
#include "bot/logging.hpp"
#include "bot/membership.hpp"
#include "bot/memory.hpp"
#include "bot/outbox/sender.hpp"
#include "bot/policy.hpp"
#include "bot/policy_keeper.hpp"
#include "bot/projects.hpp"
#include "bot/role_directory.hpp"
#include "bot/sources/sentry_source.hpp"
#include "bot/state_lock.hpp"
#include "bot/version_keeper.hpp"
#include "bot/vital_signs.hpp"
#include "bot/whereabouts.hpp"
#include "commands/conductor/conductor.hpp"
#include "commands/slash/homes.hpp"
#include "commands/slash/slash.hpp"
#include "commands/slash/starting.hpp"
#include "commands/steps/pins.hpp"
#include "commands/windows/calendar.hpp"
#include "integrations/async/deadline.hpp"
#include "integrations/async/heap.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/net/http.hpp"
#include "integrations/net/page_probe.hpp"
#include "integrations/net/server.hpp"
#include "integrations/process/process.hpp"
#include "integrations/runner/job_sweep.hpp"
#include "integrations/slack/web_api.hpp"
#include "integrations/telemetry/ledger.hpp"

namespace slipway::bot {
namespace {

constexpr milliseconds grace{4'000};

struct gitlab_part {
    std::unique_ptr<net::http_client> http;
    std::unique_ptr<gitlab::api> api;
};

result<gitlab_part> create_gitlab(executor loop, const settings& from, timers& time) {
    gitlab_part made;
    if (from.gitlab.url.empty()) return made;
    made.http = net::create_http_client(loop, {.ca_file = from.gitlab.ca_file}, from.proxy());
    auto api =
        gitlab::create_api(*made.http, time, create_chance(), {.url = from.gitlab.url, .token = from.gitlab.token});
    if (!api) return api.error();
    made.api = std::move(*api);
    return made;
}

ingest_settings ingest_of(const projects& all) {
    ingest_settings ingest;
    for (const auto& name : all.names()) {
        const auto project = all.find(name);
        if (project->ingest.public_key.empty()) continue;
        ingest.keys.push_back(
            {project->ingest.project_number, project->ingest.public_key, {project->name, project->ingest.environment}});
    }
    return ingest;
}

/// What this project's issues in Sentry are watched with; nullptr when it has none, or does not read them.
std::unique_ptr<sentry_source> create_source(executor loop, const projects& all, const std::string& name,
                                             telemetry::error_ledger& errors, store::store& memory, timers& time,
                                             const std::string& owner) {
    const auto project = all.find(name);
    const auto* services = all.services(name);
    if (services == nullptr || services->sentry == nullptr || !project->sentry.reads) return nullptr;
    sentry_source_settings with;
    with.project = name;
    with.leads_to = {name, project->ingest.environment};
    with.query = project->sentry.query;
    with.project_id = project->sentry.project_id;
    with.poll = project->sentry.poll;
    with.owner = owner;
    return std::make_unique<sentry_source>(loop, std::move(with), *services->sentry, errors, memory, time);
}

/// Everything that runs, in the order it is built; destruction goes backwards.
class application {
public:
    application(asio::io_context& loop, const settings& from)
        : loop_{loop}, from_{from}, signals_{loop, SIGINT, SIGTERM}, reload_{loop, SIGHUP} {}

    result<> build();
    task<int> serve();

private:
    result<> build_way_in();
    result<> build_listeners();
    /// Slack may come in from here on.
    result<> open_way_in();
    organs vitals() const;
    task<> stop();
    task<result<>> join_database();
    /// On each SIGHUP: the files as they are now.
    task<> reload_on_signal();
    task<> reload();
    bool take_settings(std::shared_ptr<const policy_tree> branch);
    std::unique_ptr<policy_keeper> create_policy_keeper();
    telemetry::error_ledger& received() { return from_.shares_database() ? received_apart_ : errors_; }
    std::vector<health_check> checks();
    std::unique_ptr<gitlab::api> gitlab_with(const std::string& token);

    asio::io_context& loop_;
    const settings& from_;
    asio::signal_set signals_;
    asio::signal_set reload_;
    asio::thread_pool git_pool_{2};
    std::unique_ptr<timers> machine_ = create_system_timers();
    std::unique_ptr<shared_clock> time_ = std::make_unique<shared_clock>(*machine_);  // asks only a shared database
    instant started_ = machine_->now();
    std::unique_ptr<store::store> memory_;
    std::unique_ptr<membership> member_;
    std::unique_ptr<net::http_client> http_;
    std::unique_ptr<net::page_probe> pages_;
    std::unique_ptr<net::http_client> slack_http_;
    std::unique_ptr<net::http_client> sentry_http_;
    std::unique_ptr<slack::web_api> slack_;
    std::unique_ptr<process::runner> processes_;
    gitlab_part gitlab_;
    telemetry::error_ledger errors_;
    telemetry::error_ledger received_apart_;  ///< of this bot, when it shares a database
    std::unique_ptr<ledger_keeper> keeper_;
    std::unique_ptr<git::transport> policy_transport_;
    std::unique_ptr<policy_keeper> policy_;
    std::unique_ptr<projects> projects_;
    std::unique_ptr<role_directory> roles_;
    std::unique_ptr<conductor::journal> releases_;
    std::unique_ptr<version_keeper> versions_;
    std::unique_ptr<conductor::conductor> conductor_;
    std::unique_ptr<slash::desk> desk_;
    std::unique_ptr<gateway::inbox> inbox_;
    std::unique_ptr<gateway::socket_mode> link_;  // one of these two
    std::unique_ptr<gateway::http_mode> requests_;
    std::unique_ptr<gateway::catch_up> missed_;
    std::unique_ptr<net::http_server> request_server_;
    std::unique_ptr<outbox::sender> sender_;
    std::unique_ptr<ingest> ingest_;
    std::vector<std::unique_ptr<sentry_source>> monitors_;
    std::unique_ptr<webhooks> webhooks_;
    std::unique_ptr<net::http_server> webhook_server_;
    std::unique_ptr<net::http_server> ingest_server_;
    std::unique_ptr<net::http_server> health_server_;
    std::unique_ptr<task_group> tasks_;  // last: uses everything above
};

result<> application::build() {
    const executor loop = loop_.get_executor();
    const auto owner = "slipway-" + std::to_string(::getpid()) + "-" + random_hex(4);

    // Memory.
    auto opened = open_memory(loop, from_, [time = machine_.get()] { return time->now(); });
    if (!opened) return opened.error();
    memory_ = std::move(*opened);
    member_ = std::make_unique<membership>(*memory_, *time_, owner);

    // Clients of the outside world.
    const auto through = from_.proxy();
    if (through) spdlog::info("proxy={} exceptions={}", through->shown(), through->except.size());
    http_ = net::create_http_client(loop, {}, through);
    pages_ = net::create_page_probe(loop, {}, through);
    slack_http_ = net::create_http_client(loop, {.ca_file = from_.slack.ca_file}, through);
    slack_ = slack::create_web_api(
        *slack_http_, *time_,
        {.api_url = from_.slack.api_url, .bot_token = from_.slack.bot_token, .app_token = from_.slack.app_token},
        create_chance());
    processes_ = process::create_runner(loop);
    sentry_http_ = net::create_http_client(loop, {.ca_file = from_.sentry.ca_file}, through);
    auto gitlab = create_gitlab(loop, from_, *time_);
    if (!gitlab) return gitlab.error();
    gitlab_ = std::move(*gitlab);
    keeper_ = std::make_unique<ledger_keeper>(received(), errors_, *memory_, *time_,
                                              from_.shares_database() ? owner : std::string{});

    // Projects, and what drives their releases.
    policy_transport_ =
        git::create_transport(*processes_, {.secret = from_.gitlab.token, .ca_file = from_.gitlab.ca_file});
    policy_ = create_policy_keeper();
    projects_ = std::make_unique<projects>(
        from_, shared_clients{*time_, *memory_, *http_, *pages_, *processes_, gitlab_.api.get(), sentry_http_.get(),
                              slack_.get(), errors_, git_pool_,
                              [this](const std::string& token) { return gitlab_with(token); }});
    const auto find = [this](const std::string& name) { return projects_->find(name); };
    const auto services = [this](const std::string& name) { return projects_->services(name); };
    releases_ = std::make_unique<conductor::journal>(
        *memory_, *time_, find, conductor::render_release, steps::kind_table(),
        [](const release::project_settings& project, bool by_robot, instant now) {
            const auto who = by_robot ? windows::starter::robot : windows::starter::person;
            return windows::open_freeze(project, who, now);
        });
    auto deaths = kill_points(from_);
    if (!deaths) return deaths.error();
    releases_->at_moments(std::move(*deaths));
    versions_ = std::make_unique<version_keeper>(*releases_, *memory_, *time_, *http_, find,
                                                 [this] { return projects_->names(); });
    conductor::conductor_settings driving;
    driving.owner = owner;
    driving.shares_work = from_.shares_database();
    driving.log_directory = from_.state_directory + "/logs";
    driving.promote = [this](std::string project) { return slash::promote(*desk_, std::move(project)); };
    roles_ = std::make_unique<role_directory>(*slack_, gitlab_.api.get(), *memory_, *time_);
    const auto members = [this](std::string name) -> task<std::map<std::string, std::vector<std::string>>> {
        const auto project = projects_->find(name);
        if (!project) co_return std::map<std::string, std::vector<std::string>>{};
        co_return co_await roles_->members(project);
    };
    driving.members = members;
    conductor_ = std::make_unique<conductor::conductor>(loop, *releases_, *memory_, *time_, create_chance(),
                                                        steps::all_kinds(), find, services, steps::find_drift, driving);

    // Slack: in through the inbox, out through the outbox.
    desk_ = std::make_unique<slash::desk>(
        slash::desk{*releases_, *memory_, *time_, *slack_, steps::all_kinds(), steps::kind_table(), find, services,
                    [this] { return projects_->names(); },
                    [this](const std::string& name) { return projects_->why_disabled(name); },
                    [this](const release::project_settings& project) { return projects_->checklist(project); },
                    [this](const release::project_settings& project, const std::string& kind) {
                        return projects_->way_back(project, kind);
                    },
                    [this](slash::project_pointer project, std::string team, std::string user) {
                        return roles_->actor_of(std::move(project), std::move(team), std::move(user));
                    },
                    members, [this] { return policy_->follow(); }});
    const auto handle = [this](slack::payload what, std::string inbox_id) {
        return slash::handle(*desk_, std::move(what), std::move(inbox_id));
    };
    gateway::inbox_settings receiving;
    receiving.owner = owner;
    inbox_ = std::make_unique<gateway::inbox>(loop, *memory_, *time_, gateway::dispatch_to(handle), receiving);
    const auto way_in = build_way_in();
    if (!way_in) return way_in.error();
    const auto listening = [this] { return link_ ? link_->health().live : request_server_ != nullptr; };
    missed_ = std::make_unique<gateway::catch_up>(*memory_, *slack_, *inbox_, *time_, whereabouts(*desk_, listening));
    outbox::sender_settings sending;
    sending.owner = owner;
    if (from_.shares_database()) sending = outbox::among_others(owner);
    sender_ = std::make_unique<outbox::sender>(loop, *memory_, *slack_, *time_, create_chance(), sending);

    tasks_ = std::make_unique<task_group>(loop);
    return build_listeners();
}

/// A link that we make, or requests that Slack makes; the same inbox and handlers behind both.
result<> application::build_way_in() {
    auto answer = [this](const slack::payload& what) { return slash::acknowledgement_of(*desk_, what); };
    if (from_.slack.listen) {
        gateway::http_mode_settings receiving;
        receiving.acknowledge_within = from_.slack.acknowledge_within;
        auto made =
            gateway::http_mode::create(from_.slack.signing_secret, *inbox_, *time_, std::move(answer), receiving);
        if (!made) return made.error();
        requests_ = std::move(*made);
        return {};
    }
    net::websocket_settings socket;
    socket.client.ca_file = from_.slack.ca_file;
    gateway::socket_mode_settings linking;
    linking.acknowledge_within = from_.slack.acknowledge_within;
    linking.link.links = from_.slack.links;
    link_ = std::make_unique<gateway::socket_mode>(loop_.get_executor(), *slack_, *inbox_, *time_,
                                                   gateway::connect_over_network(socket, from_.proxy()),
                                                   std::move(answer), create_chance(), linking);
    return {};
}

result<> application::open_way_in() {
    if (link_) {
        link_->start();
        return {};
    }
    net::server_settings listen;
    listen.address = from_.slack.listen->address;
    listen.port = from_.slack.listen->port;
    auto server = net::create_http_server(loop_.get_executor(), listen, [this](net::server_request asked) {
        return requests_->handle(std::move(asked));
    });
    if (!server) return server.error().within("Slack's requests");
    request_server_ = std::move(*server);
    spdlog::info("listener=slack address={} port={} path={}", listen.address, request_server_->port(),
                 gateway::http_mode_settings{}.path);
    return {};
}

result<> application::build_listeners() {
    const executor loop = loop_.get_executor();
    ingest_ = std::make_unique<ingest>(loop, ingest_of(*projects_), received(), *time_);
    if (from_.ingest) {
        net::server_settings listen;
        listen.address = from_.ingest->address;
        listen.port = from_.ingest->port;
        auto server = net::create_http_server(
            loop, listen, [this](net::server_request asked) { return ingest_->handle(std::move(asked)); });
        if (!server) return server.error().within("the error ingest");
        ingest_server_ = std::move(*server);
        spdlog::info("listener=ingest address={} port={}", listen.address, ingest_server_->port());
    }
    std::map<std::string, webhooks::taker> takers;
    for (const auto& name : projects_->names())
        if (auto source = create_source(loop, *projects_, name, received(), *memory_, *time_,
                                        from_.shares_database() ? member_->name() : std::string{})) {
            takers[name] = [monitor = source.get()](const sentry::hook& what) { monitor->take(what); };
            monitors_.push_back(std::move(source));
        }
    if (from_.webhooks) {
        webhooks_ = std::make_unique<webhooks>(from_.sentry.client_secret, std::move(takers), *memory_, *time_);
        net::server_settings listen;
        listen.address = from_.webhooks->address;
        listen.port = from_.webhooks->port;
        auto server = net::create_http_server(
            loop, listen, [this](net::server_request asked) { return webhooks_->handle(std::move(asked)); });
        if (!server) return server.error().within("the webhooks");
        webhook_server_ = std::move(*server);
        spdlog::info("listener=webhooks address={} port={}", listen.address, webhook_server_->port());
    }
    if (from_.health) {
        net::server_settings listen;
        listen.address = from_.health->address;
        listen.port = from_.health->port;
        auto server = net::create_http_server(loop, listen,
                                              health_handler(checks(), [of = vitals()] { return vital_figures(of); }));
        if (!server) return server.error().within("the health page");
        health_server_ = std::move(*server);
        spdlog::info("listener=health address={} port={}", listen.address, health_server_->port());
    }
    return {};
}

organs application::vitals() const {
    return {link_.get(), requests_.get(), inbox_.get(), sender_.get(), memory_.get(), time_.get(), started_};
}

std::vector<health_check> application::checks() {
    auto all = vital_checks(vitals());
    for (const auto& each : monitors_)
        all.push_back({each->name(), [source = each.get()] { return source->problem(); }, false});
    return all;
}

/// The first link is up by then.
task<> settle(timers& clock) {
    co_await clock.sleep(milliseconds{1'000});
    let_go_of_start_code();
}

task<int> application::serve() {
    const auto joined = co_await join_database();
    if (!joined) {
        spdlog::error("the store cannot be used: {}", joined.error().sentence());
        co_return 1;
    }
    co_await keeper_->load();
    const auto left = co_await inbox_->recover();
    if (!left) {
        // Starting without them would leave clicks unanswered until the next start.
        spdlog::error("envelopes of before cannot be read: {}", left.error().sentence());
        co_return 1;
    }
    tasks_->spawn("membership", member_->run());
    if (from_.shares_database()) {
        tasks_->spawn("clock", time_->follow(*memory_));
        tasks_->spawn("adoption", inbox_->adopt([this] { return member_->may_adopt(); }));
    }
    tasks_->spawn("conductor", conductor_->run());
    tasks_->spawn("ingest", ingest_->work());
    for (const auto& each : monitors_) tasks_->spawn(each->name(), each->work());
    if (webhooks_) {
        const auto taken = co_await webhooks_->recover();
        if (!taken) spdlog::error("hooks of before cannot be read: {}", taken.error().sentence());
    }
    tasks_->spawn("ledger", keeper_->run());
    tasks_->spawn("inbox sweep", inbox_->sweep());
    tasks_->spawn("job sweep", runner::keep_sweeping_jobs(*time_, from_.state_directory + "/projects"));
    tasks_->spawn("versions", versions_->run());
    tasks_->spawn("homes", slash::keep_homes(*desk_));
    tasks_->spawn("reload signals", reload_on_signal());
    sender_->start();
    const auto open = open_way_in();
    if (!open) {
        spdlog::error("cannot start: {}", open.error().sentence());
        co_await stop();
        co_return 1;
    }
    tasks_->spawn("catch-up", missed_->run());
    tasks_->spawn("settling", settle(*machine_));
    spdlog::info("started version={} projects={} state={} database=\"{}\"", SLIPWAY_VERSION, projects_->names().size(),
                 from_.state_directory, place_of(from_));
    const int signal = co_await signals_.async_wait(asio::use_awaitable);
    spdlog::info("stopping signal={}", signal);
    co_await stop();
    co_return 0;
}

/// Alone with its database a bot knows that whoever held something is dead; among others it takes only what is free.
task<result<>> application::join_database() {
    if (from_.shares_database()) {
        const auto told = co_await time_->ask(*memory_);
        if (!told) co_return told.error();
        std::vector<std::string> watched;
        for (const auto& each : monitors_) watched.push_back(each->settings().project);
        const auto forgotten = co_await forget_other_turns(*memory_, std::move(watched));
        if (!forgotten) co_return forgotten.error();
    } else {
        const auto forgotten = co_await memory_->forget_leases();
        if (!forgotten) co_return forgotten.error();
    }
    auto joined = co_await member_->join();
    co_return joined;
}

/// Each reading is a task of its own: one that breaks off is logged there, and the next signal is heard all the same.
task<> application::reload_on_signal() {
    for (;;) {
        static_cast<void>(co_await reload_.async_wait(asio::use_awaitable));
        tasks_->spawn("reload", reload());
    }
}

/// A fault in the bot's own file keeps everything as it was; one in a project's file switches off that project.
task<> application::reload() {
    if (take_settings(policy_->files())) static_cast<void>(co_await policy_->follow());
}

std::unique_ptr<policy_keeper> application::create_policy_keeper() {
    auto at_branch = [this](policy_settings where) {
        auto from = from_;
        from.policy = std::move(where);
        return read_policy(std::move(from), *policy_transport_, git_pool_, gitlab_.api.get());
    };
    auto newer = [this](policy_keeper::branch_pointer branch) { static_cast<void>(take_settings(std::move(branch))); };
    return std::make_unique<policy_keeper>(loop_.get_executor(), from_.policy, from_.policy_files, std::move(at_branch),
                                           std::move(newer));
}

bool application::take_settings(std::shared_ptr<const policy_tree> branch) {
    const auto fresh = load_settings(from_.file, process_environment(), std::move(branch));
    auto problems = fresh.problems;
    if (!fresh.value.policy_problem.empty()) problems.push_back({from_.file, 0, fresh.value.policy_problem});
    if (fresh.value.policy.is_configured() != from_.policy.is_configured())
        problems.push_back({from_.file, 0, "`policy` came or went; start the bot again for that"});
    for (const auto& each : problems) spdlog::error("the settings were not read again: {}", each.text());
    if (!problems.empty()) return false;
    start_logging(fresh.value.log_level, masker{fresh.value.secrets()});
    policy_->counts(fresh.value.policy, fresh.value.policy_files);
    projects_->reload(fresh.value);
    for (const auto& key : ingest_of(*projects_).keys) ingest_->open(key);
    spdlog::info("settings read again projects={} policy={}", projects_->names().size(),
                 policy_->files() ? policy_->files()->commit : std::string{"files"});
    return true;
}

std::unique_ptr<gitlab::api> application::gitlab_with(const std::string& token) {
    if (gitlab_.http == nullptr) return nullptr;
    auto made = gitlab::create_api(*gitlab_.http, *time_, create_chance(), {.url = from_.gitlab.url, .token = token});
    if (made) return std::move(*made);
    spdlog::error("a project's own GitLab token cannot be used: {}", made.error().sentence());
    return nullptr;
}

/// No new envelopes, no new leases; then what runs; then the store.
task<> application::stop() {
    if (link_) co_await link_->stop(grace);
    if (request_server_) co_await request_server_->stop(grace);
    if (ingest_server_) co_await ingest_server_->stop(grace);
    if (webhook_server_) co_await webhook_server_->stop(grace);
    if (health_server_) co_await health_server_->stop(grace);
    co_await inbox_->stop(grace);
    tasks_->cancel();
    co_await tasks_->join();
    co_await conductor_->hand_over(grace);
    co_await sender_->stop(grace);
    co_await keeper_->save();
    co_await member_->leave();
    co_await memory_->close();
}

}  // namespace

int run(const settings& from) {
    const auto missing = from.missing_for_run();
    for (const auto& each : missing) spdlog::error("cannot start: {}", each);
    if (!missing.empty()) return 2;
    const auto lock = state_lock::take(from.state_directory);
    if (!lock) {
        spdlog::error("cannot start: {}", lock.error().sentence());
        return 2;
    }
    std::optional<state_lock> of_file;
    if (!from.shares_database() && from.database != ":memory:") {
        auto taken = state_lock::take_database(from.database);
        if (!taken) {
            spdlog::error("cannot start: {}", taken.error().sentence());
            return 2;
        }
        of_file.emplace(std::move(*taken));
    }
    keep_freed_memory();
    asio::io_context loop{1};
    application app{loop, from};
    const auto built = app.build();
    if (!built) {
        spdlog::error("cannot start: {}", built.error().sentence());
        return 2;
    }
    int code = 1;
    asio::co_spawn(loop, app.serve(), [&](const std::exception_ptr& failed, int ended) {
        code = ended;
        if (!failed) return;
        try {
            std::rethrow_exception(failed);
        } catch (const std::exception& bug) {
            spdlog::critical("ended by a bug: {}", bug.what());
        }
        loop.stop();
    });
    loop.run();
    return code;
}

}  // namespace slipway::bot

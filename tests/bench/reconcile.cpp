// What it costs to compare a milestone of 500 merge requests with what landed: the reconcile step's look, over HTTP
// against the sandbox's GitLab and a real clone. The sandbox runs in the same process, so its time is in the figures.
// Prints one JSON line.   bench_reconcile [REQUESTS] [RUNS]
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include "commands/steps/common.hpp"
#include "deploy/sandbox/gitlab/server.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/net/http.hpp"
#include "integrations/net/server.hpp"
#include "integrations/process/process.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace {

using namespace slipway;

template <class T>
T must(result<T> made) {
    if (!made) throw std::runtime_error{made.error().sentence()};
    return std::move(*made);
}
void must(result<> made) {
    if (!made) throw std::runtime_error{made.error().sentence()};
}

template <class T>
T run(boost::asio::io_context& loop, task<T> work) {
    std::optional<T> outcome;
    boost::asio::co_spawn(loop, std::move(work), [&](const std::exception_ptr& thrown, T value) {
        if (thrown) std::rethrow_exception(thrown);
        outcome = std::move(value);
    });
    loop.restart();
    while (!outcome) loop.run_one();
    return std::move(*outcome);
}

/// A shop whose milestone has `count` merged requests; of each hundred one has no milestone, and one commit was pushed
/// directly.
struct shop {
    shop(const std::string& folder, std::int64_t count) {
        auto records = std::make_unique<sandbox::gitlab::hosted_project>(sandbox::gitlab::project{},
                                                                         must(sandbox::repository::create(folder)));
        auto& in = *records;
        in.records.id = 42;
        in.records.path = "cig/shop";
        in.records.milestones.push_back({325, 25, "1.4.0"});
        in.records.milestones.push_back({326, 26, "1.5.0"});
        base = commit(in, "", {}, "start", "start");
        head = base;
        must(in.git.set_ref("refs/tags/1.3.0", base));
        must(in.git.set_ref("refs/heads/stable", base));
        for (std::int64_t iid = 1; iid <= count; ++iid) land(in, iid);
        must(in.git.set_ref("refs/heads/master", head));
        sandbox::gitlab::user bot{1, "slipway", "Slipway", "slipway@shop.test", "token"};
        bot.access = 40;
        of.users.push_back(bot);
        of.version = "18.2.1";
        of.projects.push_back(std::move(records));
    }

    std::string commit(sandbox::gitlab::hosted_project& in, const std::string& from, std::vector<std::string> parents,
                       const std::string& file, const std::string& message) {
        const sandbox::signature who{"Ben", "ben@shop.test", at};
        at += std::chrono::seconds{60};
        const auto tree = must(in.git.tree_with(from, {{file, message, false}}));
        return must(in.git.create_commit(tree, parents, who, who, message + "\n"));
    }
    void land(sandbox::gitlab::hosted_project& in, std::int64_t iid) {
        const auto number = std::to_string(iid);
        if (iid % 100 == 50) head = commit(in, head, {head}, "direct" + number, "Pushed directly " + number);
        const auto parent = head;
        const auto side = commit(in, head, {head}, "file" + number, "Change " + number);
        const auto merge = commit(in, side, {head, side}, "file" + number, "Change " + number);
        const sandbox::signature who{"Ben", "ben@shop.test", at};
        head = must(in.git.create_commit(must(in.git.tree_with(merge, {})), {head, side}, who, who,
                                         "Merge branch 'b" + number + "' into 'master'\n\nChange " + number +
                                             "\n\nSee merge request cig/shop!" + number));
        sandbox::gitlab::merge_request made;
        made.id = 1000 + iid;
        made.iid = iid;
        made.title = "Change " + number;
        made.state = "merged";
        made.author = "slipway";
        made.milestone_id = iid % 100 == 0 ? 0 : 325;
        made.base_sha = parent;
        made.sha = side;
        made.merge_commit_sha = head;
        made.merged_at = at;
        made.updated_at = at;
        in.records.merge_requests.push_back(std::move(made));
    }

    sandbox::gitlab::instance of;
    std::string base, head;
    instant at = *from_iso("2026-10-01T08:00:00Z");
};

struct figures {
    std::vector<double> wall_s;
    double cpu_s = 0;
    std::size_t requests = 0, pages = 0, rows = 0;
};

double cpu_now() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& of) {
        return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

steps::context question(const shop& on, steps::services with) {
    auto state = std::make_shared<release::release_state>();
    state->version = "1.4.0";
    state->facts = {{"gitlab_project", 42},       {"milestone_id", 325},    {"milestone_project", 42},
                    {"milestone_title", "1.4.0"}, {"candidate", on.head},   {"previous_commit", on.base},
                    {"previous_tag", "1.3.0"},    {"stable_head", on.base}, {"trunk_head", on.head}};
    auto project = std::make_shared<release::project_settings>();
    project->gitlab.project = "cig/shop";
    project->version.file = "version";
    steps::context here;
    here.state = std::move(state);
    here.project = std::move(project);
    here.rule.id = "reconcile";
    here.with = with;
    return here;
}

figures measure(std::int64_t count, int runs) {
    const fakes::temporary_folder folder;
    shop on{folder.file("origin.git"), count};
    boost::asio::io_context loop;
    boost::asio::thread_pool pool{1};
    const auto clock = create_system_timers();
    sandbox::gitlab::server gitlab{on.of, *clock};
    const auto server = must(net::create_http_server(
        loop.get_executor(), {}, [&](net::server_request asked) { return gitlab.handle(std::move(asked)); }));
    const auto http = net::create_http_client(loop.get_executor(), {});
    slipway::gitlab::settings with;
    with.url = "http://127.0.0.1:" + std::to_string(server->port()) + "/gitlab";
    with.token = "token";
    const auto api = must(slipway::gitlab::create_api(*http, *clock, create_chance(), with));
    const auto runner = process::create_runner(loop.get_executor());
    const auto transport = git::create_transport(*runner, {});
    steps::local_clone clone{pool, *transport, folder.file("origin.git"), folder.file("clone.git")};
    must(run(loop, clone.ready()));
    steps::services services;
    services.time = clock.get();
    services.clone = &clone;
    services.transport = transport.get();
    services.gitlab = api.get();
    figures made;
    auto& kind = *steps::all_kinds().at("reconcile");
    for (int each = 0; each < runs; ++each) {
        const auto before = gitlab.calls().size();
        const auto began = std::chrono::steady_clock::now();
        const auto cpu = cpu_now();
        const auto seen = must(run(loop, kind.look(question(on, services))));
        made.wall_s.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
        made.cpu_s += (cpu_now() - cpu) / runs;
        made.rows = seen.items.size();
        made.requests = gitlab.calls().size() - before;
        made.pages = 0;
        for (auto at = before; at < gitlab.calls().size(); ++at)
            made.pages += gitlab.calls()[at].path == "projects/42/merge_requests" ? 1 : 0;
    }
    run(loop, [](net::http_server& stopping) -> task<bool> {
        co_await stopping.stop(milliseconds{0});
        co_return true;
    }(*server));
    pool.join();
    return made;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto count = argc > 1 ? std::atoll(argv[1]) : 500;
        auto seen = measure(count, argc > 2 ? std::atoi(argv[2]) : 5);
        std::ranges::sort(seen.wall_s);
        rusage used{};
        getrusage(RUSAGE_SELF, &used);
        boost::json::object line{{"bench", "reconcile"},
                                 {"merge_requests", count},
                                 {"rows", seen.rows},
                                 {"requests", seen.requests},
                                 {"requests_beyond_paging", seen.requests - seen.pages},
                                 {"wall_s", seen.wall_s[seen.wall_s.size() / 2]},
                                 {"cpu_s", seen.cpu_s},
                                 {"peak_mib", static_cast<double>(used.ru_maxrss) / 1024.0}};
        std::cout << line << std::endl;
        return 0;
    } catch (const std::exception& failed) {
        std::cerr << "bench_reconcile: " << failed.what() << "\n";
        return 1;
    }
}

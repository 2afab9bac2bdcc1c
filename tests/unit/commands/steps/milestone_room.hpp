// Step kinds in front of the sandbox's GitLab and its real repositories, without a socket in between: an independent
// reading of the same protocol. What people write there is written straight into its records.
#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>

#include "commands/steps/common.hpp"
#include "commands/steps/pins.hpp"
#include "deploy/sandbox/company/company.hpp"
#include "deploy/sandbox/gitlab/server.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/git/transport.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/process/process.hpp"
#include "tests/fakes/jumping_timers.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace slipway::steps::test {

/// Hands every request to the sandbox's GitLab. `before` may change the world first; `after` may lose the answer.
class wire final : public net::http_client {
public:
    explicit wire(sandbox::gitlab::server& to) : to_{to} {}
    task<result<net::response>> send(net::request asked) override {
        net::server_request made;
        made.method = asked.method;
        const auto target = asked.url.substr(asked.url.find('/', asked.url.find("://") + 3));
        made.path = target.substr(0, target.find('?'));
        if (target.find('?') != std::string::npos) made.query = target.substr(target.find('?') + 1);
        made.headers = asked.headers;
        made.headers.add("Host", "127.0.0.1");
        made.body = asked.body;
        const auto call = asked.method + " " + made.path.substr(std::string{"/gitlab/api/v4"}.size());
        seen.push_back(call);
        if (before) before(call);
        const auto said = co_await to_.handle(std::move(made));
        if (after) {
            const auto lost = after(call);
            if (lost) co_return *lost;
        }
        net::response got;
        got.status = said.status;
        got.headers = said.headers;
        got.body = said.body;
        co_return got;
    }
    std::size_t writes() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(seen, [](const std::string& each) { return !each.starts_with("GET "); }));
    }
    std::vector<std::string> seen;
    std::function<void(const std::string& call)> before;
    std::function<std::optional<failure>(const std::string& call)> after;

private:
    sandbox::gitlab::server& to_;
};

/// Release 1.4.0 of the sandbox's product, at a step.
class milestone_room {
public:
    milestone_room() : project_{read_example()} {
        gitlab::settings there;
        there.url = "http://127.0.0.1/gitlab";
        there.token = "sandbox-gitlab-token";
        api_ = gitlab::create_api(to_gitlab, time, [] { return 0.5; }, there).value();
        processes = process::create_runner(loop.get_executor());
        transport = git::create_transport(*processes, {});
        project_.dependencies.url = "file://" + company.folder + "/git/{path}.git";
        state_.id = "core-1.4.0-1";
        state_.project = "rsi-website";
        state_.version = "1.4.0";
        state_.team = "T1";
        services only_gitlab;
        only_gitlab.gitlab = api_.get();
        state_.facts =
            run(read_pins(only_gitlab, std::make_shared<const release::project_settings>(project_), "1.4.0")).value();
    }
    ~milestone_room() {
        shelf_.reset();
        pool.join();
    }
    milestone_room(const milestone_room&) = delete;
    milestone_room& operator=(const milestone_room&) = delete;

    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }

    /// A kind's surroundings now: what settings, facts and items are at this moment.
    context at(const std::string& kind) {
        if (!shelf_) shelf_ = std::make_unique<clone_shelf>(pool, *transport, folder.file("clones"));
        context here;
        here.state = std::make_shared<const release::release_state>(state_);
        here.project = std::make_shared<const release::project_settings>(project_);
        here.rule.id = here.rule.kind = kind;
        here.rule.with = with;
        here.step = step;
        here.with.time = clock;
        here.with.gitlab = api_.get();
        here.with.processes = processes.get();
        here.with.transport = transport.get();
        here.with.dependencies = shelf_.get();
        here.with.store = store;
        here.with.salt = salt;
        here.with.salt_jobs = salt_jobs;
        here.with.programs = programs;
        here.log = [this](const std::string& line) { log.push_back(line); };
        return here;
    }
    step_kind& kind(const std::string& name) { return *all_kinds().at(name); }

    result<look_outcome> look(const std::string& name) {
        auto seen = run(kind(name).look(at(name)));
        if (seen) {
            // As the rules keep them: decided items stay decided while they show the same.
            for (auto& each : seen->items)
                if (const auto* old = step.item(each.id); old != nullptr && each.status == release::item_status::open) {
                    each.chosen = old->chosen;
                    each.decided = old->decided;
                    if (old->status == release::item_status::done && each.bound && old->fingerprint == each.fingerprint)
                        each.status = old->status;
                }
            step.items = seen->items;
            step.look = seen->found;
            for (const auto& each : seen->facts) state_.facts[each.key()] = each.value();
        }
        return seen;
    }
    /// A click: the kind's act on one item, and what the rules make of its outcome.
    result<outcome> choose(const std::string& name, const std::string& item, const std::string& choice,
                           const std::string& reason = "") {
        auto done = run(kind(name).perform(at(name), intent(item, choice, reason)));
        for (auto& each : step.items)
            if (each.id == item && done) {
                each.chosen = choice;
                each.status = done->ok ? release::item_status::done : release::item_status::failed;
                each.text = done->text;
                each.decided = each.fingerprint;
                ++each.attempt;
                for (const auto& added : done->data) each.data[added.key()] = added.value();
            }
        if (done)
            for (const auto& each : done->facts) state_.facts[each.key()] = each.value();
        return done;
    }
    result<outcome> perform(const std::string& name) { return run(kind(name).perform(at(name), intent("", ""))); }
    result<probe_outcome> probe(const std::string& name, const std::string& item = "", const std::string& choice = "") {
        return run(kind(name).probe(at(name), intent(item, choice)));
    }
    static act intent(const std::string& item, const std::string& choice, const std::string& reason = "") {
        act made;
        made.key = fingerprint({"intent", item, choice});
        made.intended = *from_iso("2026-11-24T09:30:00Z");
        made.item = item;
        made.choice = choice;
        made.reason = reason;
        return made;
    }
    const release::item_state& item(const std::string& id) const {
        const auto* found = step.item(id);
        if (found == nullptr) FAIL("there is no item " << id);
        return *found;
    }

    sandbox::gitlab::project& records(std::size_t which = 0) { return company.gitlab.projects.at(which)->records; }
    sandbox::gitlab::issue& issue(std::int64_t iid) {
        return *std::ranges::find(records().issues, iid, &sandbox::gitlab::issue::iid);
    }
    std::string& description() {
        return std::ranges::find(records().milestones, std::string{"1.4.0"}, &sandbox::gitlab::milestone::title)
            ->description;
    }
    void remove_issues_labelled(const std::string& label) {
        std::erase_if(records().issues, [&](const sandbox::gitlab::issue& each) {
            return std::ranges::find(each.labels, label) != each.labels.end();
        });
    }

    fakes::temporary_folder folder;
    asio::io_context loop;
    asio::thread_pool pool{1};
    fakes::jumping_timers time;
    timers* clock = &time;  ///< of the steps; real programs need a real one
    sandbox::built_company company = build(folder);
    sandbox::gitlab::server gitlab_server{company.gitlab, time};
    wire to_gitlab{gitlab_server};
    std::unique_ptr<process::runner> processes;
    std::unique_ptr<git::transport> transport;
    release::step_state step;
    std::vector<std::string> log;
    json::object with;  ///< the step's own settings
    store::store* store = nullptr;
    salt::salt_client* salt = nullptr;
    salt::job_client* salt_jobs = nullptr;
    runner::machine programs;
    release::project_settings project_;
    release::release_state state_;

private:
    static sandbox::built_company build(const fakes::temporary_folder& in) {
        const auto scenario = sandbox::load_scenario(SLIPWAY_SOURCE_DIR "/deploy/sandbox/scenario.yaml");
        if (!scenario) FAIL(scenario.error().sentence());
        auto made = sandbox::build_company(*scenario, in.file("company"), "");
        if (!made) FAIL(made.error().sentence());
        return std::move(*made);
    }
    static release::project_settings read_example();

    std::unique_ptr<gitlab::api> api_;
    std::unique_ptr<clone_shelf> shelf_;
};

std::string text_of(const std::string& file);

inline release::project_settings milestone_room::read_example() {
    return release::read_project(text_of("deploy/example/projects/rsi-website.yaml"), "x.yaml").settings;
}

}  // namespace slipway::steps::test

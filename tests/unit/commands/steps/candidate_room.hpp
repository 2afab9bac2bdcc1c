// From trunk to tag with real git and no GitLab: a bare remote, the bot's clone of it, and the kinds in their order.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <catch2/catch.hpp>
#include <memory>

#include "commands/steps/common.hpp"
#include "integrations/git/transport.hpp"
#include "integrations/process/process.hpp"
#include "tests/fakes/jumping_timers.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/integrations/git/support.hpp"

namespace slipway::steps::test {

using git::test::history;
using git::test::temporary_folder;

/// A project with trunk, stable and the tag 1.3.0 on a bare remote, and a release of 1.4.0 that walks through the
/// kinds.
class candidate_room {
public:
    candidate_room() : work{folder.path("work")} {
        work.commit("Root", {{"app.properties", "# app\r\nversion=1.3.0\r\n"},
                             {"CHANGELOG.md", "# Changelog\n\n## 1.3.0\n\n- Old\n"},
                             {"make.conf", "trunk\n"},
                             {"src/a.txt", "1\n"}});
        work.git({"branch", "-m", "master"});
        work.git({"checkout", "-q", "-b", "stable"});
        work.commit("Stable's own settings", {{"make.conf", "stable\n"}});
        work.git({"tag", "-a", "-m", "Release 1.3.0", "1.3.0"});
        work.git({"checkout", "-q", "master"});
        work.git({"checkout", "-q", "-b", "login"});
        work.commit("Login page", {{"src/login.txt", "l\n"}});
        work.git({"checkout", "-q", "master"});
        work.merge("login", "Merge branch 'login' into 'master'\n\nLogin page\n\nSee merge request web/shop!12");
        work.git({"clone", "-q", "--bare", work.directory(), folder.path("remote.git")});
        clone = std::make_unique<local_clone>(pool, *transport, "file://" + folder.path("remote.git"),
                                              folder.path("state/repository.git"));
        project.name = "shop";
        project.gitlab.project = "web/shop";
        project.version.file = "app.properties";
        project.version.key = "version";
        project.people = {{"UBEN", "ben", "Ben Carter", {"test@example.org"}}};
        state.id = "shop-1.4.0-1";
        state.project = "shop";
        state.version = "1.4.0";
    }

    context at(const std::string& kind) {
        context here;
        here.state = std::make_shared<const release::release_state>(state);
        here.rule.id = kind;
        here.rule.kind = kind;
        here.project = std::make_shared<const release::project_settings>(project);
        here.with.clone = clone.get();
        here.with.transport = transport.get();
        here.with.dependencies = shelf.get();
        return here;
    }
    act intent() const { return {"key", *from_iso(day + "T12:00:00Z"), "", "", {}, ""}; }
    /// `run` with one of the project's programs.
    result<outcome> perform_program(const std::string& program) {
        auto here = at("run");
        here.rule.with["program"] = program;
        here.rule.title = program;
        here.with.processes = runner.get();
        here.with.time = &time;
        here.with.work_directory = folder.path("work-trees");
        here.log_file = folder.path("log");
        return run(all_kinds().find("run")->second->perform(here, intent()));
    }
    void run_program_step(const std::string& program) {
        const auto done = perform_program(program);
        INFO((done ? done->text + done->detail : done.error().sentence()));
        REQUIRE(done);
        REQUIRE(done->ok);
        for (const auto& each : done->facts) state.facts[each.key()] = each.value();
    }

    result<outcome> perform(const std::string& kind) {
        auto done = run(all_kinds().find(kind)->second->perform(at(kind), intent()));
        if (done && done->ok)
            for (const auto& each : done->facts) state.facts[each.key()] = each.value();
        return done;
    }
    probe_outcome probe(const std::string& kind) {
        return run(all_kinds().find(kind)->second->probe(at(kind), intent())).value();
    }
    void go(const std::vector<std::string>& kinds) {
        for (const auto& each : kinds) {
            const auto done = perform(each);
            INFO(each << ": " << (done ? done->text : done.error().sentence()));
            REQUIRE(done);
            REQUIRE(done->ok);
        }
    }
    void go_to_merge() { go({"git_pull", "tag_check", "changelog", "version_bump", "git_commit", "git_merge"}); }
    std::string remote(const std::vector<std::string>& arguments) {
        std::vector<std::string> all{"--git-dir", folder.path("remote.git")};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return work.git(all);
    }
    std::string in_clone(const std::vector<std::string>& arguments) {
        std::vector<std::string> all{"--git-dir", folder.path("state/repository.git")};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return work.git(all);
    }
    template <class T>
    T run(task<T> work_to_do) {
        return fakes::run_on(loop, std::move(work_to_do));
    }

    std::string day = "2026-11-23";
    fakes::jumping_timers time;
    temporary_folder folder;
    history work;
    asio::io_context loop;
    asio::thread_pool pool{2};
    std::unique_ptr<process::runner> runner = process::create_runner(loop.get_executor());
    std::unique_ptr<git::transport> transport = git::create_transport(*runner, {});
    std::unique_ptr<local_clone> clone;
    std::unique_ptr<clone_shelf> shelf;  ///< null = a project without dependencies
    release::project_settings project;
    release::release_state state;
};

}  // namespace slipway::steps::test

// From the pulled trunk to the pushed tag, with real git and a GitLab that remembers.
#include <boost/asio/thread_pool.hpp>
#include <catch2/catch.hpp>
#include <memory>

#include "commands/steps/common.hpp"
#include "commands/views/changelog_text.hpp"
#include "integrations/git/transport.hpp"
#include "integrations/process/process.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/integrations/git/support.hpp"

namespace slipway::steps {
namespace {

using git::test::history;
using git::test::temporary_folder;

/// A project with trunk, stable and the tag 1.3.0 on a bare remote, and a release of 1.4.0 that walks through the
/// kinds.
class bench {
public:
    bench() : work{folder.path("work")} {
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
        return here;
    }
    act intent() const { return {"key", *from_iso("2026-11-23T12:00:00Z"), "", "", {}, ""}; }

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

    temporary_folder folder;
    history work;
    asio::io_context loop;
    asio::thread_pool pool{2};
    std::unique_ptr<process::runner> runner = process::create_runner(loop.get_executor());
    std::unique_ptr<git::transport> transport = git::create_transport(*runner, {});
    std::unique_ptr<local_clone> clone;
    release::project_settings project;
    release::release_state state;
};

std::string why(const result<outcome>& ended) {
    return ended ? ended->text : ended.error().sentence();
}

}  // namespace

TEST_CASE("P17 the release commit is one commit with changelog and version, byte for byte", "[steps][candidate]") {
    bench all;
    all.go({"git_pull", "tag_check", "changelog", "version_bump"});
    CHECK(all.state.fact("previous_tag") == "1.3.0");
    // A note that comes after the draft is in the commit all the same.
    all.state.notes.push_back({{"T", "UBEN"}, untrusted{"Clear the cache"}, {}});
    all.go({"git_commit"});
    const auto commit = all.state.fact("commit");
    CHECK(all.in_clone({"rev-list", "--count", all.state.fact("trunk_head") + ".." + commit}) == "1");
    CHECK(all.in_clone({"diff", "--name-only", commit + "^", commit}) == "CHANGELOG.md\napp.properties");
    CHECK(all.in_clone({"log", "-1", "--format=%B", commit})
              .starts_with("Build and increment version to 1.4.0\n\nRelease-Id: shop-1.4.0-1"));
    CHECK(all.in_clone({"show", commit + ":app.properties"}) == "# app\r\nversion=1.4.0\r");
    CHECK(all.in_clone({"show", commit + ":CHANGELOG.md"}) ==
          "# Changelog\n\n## 1.4.0 - 2026-11-23\n\n- Login page (!12)\n- Clear the cache\n\nContributors: " +
              all.in_clone({"log", "-1", "--format=%an", all.state.fact("trunk_head") + "^2"}) +
              "\n\n## 1.3.0\n\n- Old");
    CHECK(views::entry_now(all.state) == all.state.fact("changelog"));
    all.state.facts["candidate"] = all.state.facts["trunk_head"];  // as before the outcome was known
    CHECK(all.probe("git_commit").what == answer::done);
}

TEST_CASE("P18 a merge that is built again is the same object, and stable keeps its own files", "[steps][candidate]") {
    bench all;
    all.go_to_merge();
    const auto merge = all.state.fact("stable_commit");
    CHECK(all.probe("git_merge").what == answer::done);
    CHECK(all.in_clone({"show", merge + ":make.conf"}) == "stable");
    all.go({"stable_diff"});
    // The same intent again, after a crash that lost the reference.
    all.in_clone({"update-ref", "refs/heads/stable", all.state.fact("base"), merge});
    all.state.facts["stable_commit"] = nullptr;
    all.go({"git_merge"});
    CHECK(all.state.fact("stable_commit") == merge);
}

TEST_CASE("P18 a conflict names the files, both sides' changes and who made them", "[steps][candidate]") {
    bench all;
    all.work.git({"checkout", "-q", "stable"});
    all.work.commit("Hotfix of the login", {{"src/a.txt", "hot\n"}});
    all.work.git({"checkout", "-q", "master"});
    all.work.commit("Cart total (!15)", {{"src/a.txt", "cart\n"}});
    all.work.git({"push", "-q", all.folder.path("remote.git"), "stable", "master"});
    all.go({"git_pull", "tag_check", "changelog", "version_bump", "git_commit"});
    const auto refused = all.perform("git_merge");
    REQUIRE(refused);
    CHECK_FALSE(refused->ok);
    CHECK_THAT(refused->text, Catch::Contains("src/a.txt") && Catch::Contains("/release retry pull"));
    CHECK_THAT(refused->detail, Catch::Contains("on master: !15 “Cart total (!15)” by ") &&
                                    Catch::Contains("“Hotfix of the login” by "));
    CHECK(all.in_clone({"rev-parse", "refs/heads/stable"}) == all.state.fact("base"));
}

TEST_CASE("P19 a stable that lost its own make.conf, or its mode, is refused", "[steps][candidate]") {
    bench all;
    all.go_to_merge();
    const auto merge = all.state.fact("stable_commit");
    all.go({"stable_diff"});
    // What an "ours" merge would have left: trunk's make.conf on stable.
    const auto trunk_tree = all.in_clone({"rev-parse", all.state.fact("commit") + "^{tree}"});
    all.state.facts["stable_commit"] =
        all.in_clone({"-c", "user.name=x", "-c", "user.email=x", "commit-tree", "-p", merge, "-m", "x", trunk_tree});
    CHECK_THAT(why(all.perform("stable_diff")), Catch::Contains("make.conf") && Catch::Contains("its own version"));
    all.state.facts["stable_commit"] = merge;
    all.project.stable_differs.clear();
    CHECK_THAT(why(all.perform("stable_diff")), Catch::Contains("make.conf"));
}

TEST_CASE("P7 the tag check says what is wrong and the way out, each in its own sentence", "[steps][candidate]") {
    bench all;
    all.go({"git_pull"});
    SECTION("a version that skips one") {
        all.state.version = "1.6.0";
        CHECK_THAT(why(all.perform("tag_check")), Catch::Contains("does not follow") && Catch::Contains("1.3.1"));
    }
    SECTION("taken on the remote") {
        all.remote({"tag", "1.4.0", "master"});
        CHECK_THAT(why(all.perform("tag_check")), Catch::Contains("already on the remote"));
    }
    SECTION("left in the clone") {
        all.in_clone({"tag", "1.4.0", "master"});
        CHECK_THAT(why(all.perform("tag_check")), Catch::Contains("/release retry pull"));
        all.go({"git_pull", "tag_check"});
    }
    SECTION("the last tag is gone from the remote, or moved there") {
        all.remote({"tag", "-d", "1.3.0"});
        CHECK_THAT(why(all.perform("tag_check")), Catch::Contains("deleted a published tag"));
        all.remote({"-c", "user.name=x", "-c", "user.email=x", "tag", "-a", "-m", "again", "1.3.0", "stable"});
        CHECK_THAT(why(all.perform("tag_check")), Catch::Contains("moved a published tag"));
    }
    SECTION("the last tag is lightweight") {
        for (const auto& where : {std::string{"remote"}, std::string{"clone"}}) {
            auto in = [&](std::vector<std::string> what) {
                return where == "remote" ? all.remote(what) : all.in_clone(what);
            };
            in({"tag", "-f", "1.3.0", "1.3.0^{commit}"});
        }
        CHECK_THAT(why(all.perform("tag_check")), Catch::Contains("version.lightweight_tags"));
        all.project.version.lightweight_tags = true;
        all.go({"tag_check"});
    }
    SECTION("tags with a prefix of their own") {
        all.project.version.tag_prefix = "v";
        all.state.facts["tag_name"] = "v1.4.0";
        CHECK_THAT(why(all.perform("tag_check")), Catch::Contains("v1.4.0") && Catch::Contains("first release"));
    }
}

TEST_CASE("P22 R5.4 one of three references present: the push finishes the others when it matches, else stops",
          "[steps][candidate]") {
    bench all;
    all.go_to_merge();
    all.go({"stable_diff", "branch_check", "git_tag"});
    const auto clone = all.folder.path("state/repository.git");
    const auto stable = all.state.fact("stable_commit");
    SECTION("nothing there yet") {
        CHECK(all.probe("git_push").what == answer::not_done);
    }
    SECTION("stable is there already, as ours") {
        all.remote({"fetch", "-q", "--no-tags", clone, stable + ":refs/heads/stable"});
        CHECK(all.probe("git_push").what == answer::not_done);
    }
    SECTION("the tag alone is there, as ours") {
        all.remote({"fetch", "-q", "--no-tags", clone, "refs/tags/1.4.0:refs/tags/1.4.0"});
        CHECK(all.probe("git_push").what == answer::not_done);
    }
    SECTION("stable is there, but trunk is somebody else's") {
        all.remote({"fetch", "-q", "--no-tags", clone, stable + ":refs/heads/stable"});
        all.work.commit("Quick fix", {{"src/a.txt", "2\n"}});
        all.work.git({"push", "-q", all.folder.path("remote.git"), "master"});
        CHECK(all.probe("git_push").what == answer::different);
        const auto refused = all.perform("git_push");
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::moved);
        CHECK(all.remote({"tag", "--list", "1.4.0"}).empty());
        return;
    }
    all.go({"git_push"});
    CHECK(all.probe("git_push").what == answer::done);
    CHECK(all.remote({"rev-parse", "refs/heads/stable"}) == stable);
    CHECK(all.remote({"rev-parse", "refs/heads/master"}) == all.state.fact("commit"));
    CHECK(all.remote({"rev-parse", "refs/tags/1.4.0"}) == all.state.fact("tag_object"));
}

TEST_CASE("P20 somebody who pushed after the pull is seen before the tag", "[steps][candidate]") {
    bench all;
    all.go_to_merge();
    all.go({"branch_check"});
    all.work.commit("Quick fix", {{"src/a.txt", "2\n"}});
    all.work.git({"push", "-q", all.folder.path("remote.git"), "master"});
    const auto refused = all.perform("branch_check");
    REQUIRE(refused);
    CHECK_FALSE(refused->ok);
    CHECK_THAT(refused->text, Catch::Contains("somebody pushed") && Catch::Contains("/release retry pull"));
}

}  // namespace slipway::steps

// From the pulled trunk to the pushed tag, with real git and a GitLab that remembers.
#include <catch2/catch.hpp>

#include "commands/views/changelog_text.hpp"
#include "tests/unit/commands/steps/candidate_room.hpp"

namespace slipway::steps {
namespace {

using bench = test::candidate_room;

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

TEST_CASE("P8 P9 a step of the draft that is repeated writes anew instead of meeting its own words",
          "[steps][candidate]") {
    bench all;
    all.go({"git_pull", "tag_check", "changelog", "version_bump"});
    const auto first = all.state.fact("draft");
    all.state.notes.push_back({{"T", "UBEN"}, untrusted{"Clear the cache"}, {}});
    all.day = "2026-11-24";
    all.go({"changelog"});
    CHECK_THAT(all.in_clone({"show", all.state.fact("draft") + ":CHANGELOG.md"}),
               Catch::StartsWith("# Changelog\n\n## 1.4.0 - 2026-11-24\n\n- Login page (!12)\n- Clear the cache\n"));
    CHECK(all.in_clone({"show", all.state.fact("draft") + ":app.properties"}) == "# app\r\nversion=1.3.0\r");
    all.go({"version_bump", "version_bump"});
    CHECK(all.in_clone({"show", all.state.fact("draft") + ":app.properties"}) == "# app\r\nversion=1.4.0\r");
    CHECK(all.in_clone({"rev-list", "--count", all.state.fact("trunk_head") + ".." + all.state.fact("draft")}) == "2");
    CHECK(all.state.fact("draft") != first);
    all.go({"git_commit"});
}

TEST_CASE("P15 P16 P17 the asset build's own files are committed, and anything else it touched stops the release",
          "[steps][candidate]") {
    bench all;
    all.project.asset_paths = {"public/build/"};
    all.project.assets.argv = {"sh", "-c", "mkdir -p public/build && echo built > public/build/app.js"};
    all.go({"git_pull", "tag_check", "changelog", "version_bump"});
    SECTION("only assets") {
        all.run_program_step("assets");
        const auto shown = all.perform("assets_diff");
        REQUIRE(shown);
        CHECK(shown->detail == "added public/build/app.js\n");
        all.go({"git_commit"});
        const auto commit = all.state.fact("commit");
        CHECK(all.in_clone({"show", commit + ":public/build/app.js"}) == "built");
        CHECK(all.in_clone({"diff", "--name-only", commit + "^", commit}) ==
              "CHANGELOG.md\napp.properties\npublic/build/app.js");
    }
    SECTION("and somebody's source") {
        all.project.assets.argv.back() += " && echo more >> src/a.txt";
        all.run_program_step("assets");
        const auto refused = all.perform("assets_diff");
        REQUIRE(refused);
        CHECK_FALSE(refused->ok);
        CHECK(refused->detail == "modified src/a.txt\n");
    }
    SECTION("and it fails") {
        all.project.assets.argv.back() = "echo no such module >&2; exit 3";
        const auto failed = all.perform_program("assets");
        REQUIRE(failed);
        CHECK_FALSE(failed->ok);
        CHECK_THAT(failed->text, Catch::Contains("exit code 3"));
        CHECK_THAT(failed->detail, Catch::Contains("no such module"));
    }
}

TEST_CASE("P11 a test run is bound to the tree that was tested", "[steps][candidate]") {
    bench all;
    all.project.tests.argv = {"sh", "-c", "grep -q 1.4.0 app.properties"};
    all.go({"git_pull", "tag_check", "changelog", "version_bump"});
    const auto done = all.perform_program("tests");
    REQUIRE(done);
    CHECK(done->ok);
    CHECK(text_at(done->data, "tree") == all.in_clone({"rev-parse", all.state.fact("draft") + "^{tree}"}));
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

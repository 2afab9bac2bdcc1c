// A release that moves a submodule: the change is in the submodule's own repository. Real git, no GitLab.
#include <catch2/catch.hpp>

#include "commands/steps/dependencies/submodules.hpp"
#include "tests/unit/commands/steps/candidate_room.hpp"

namespace slipway::steps::test {
namespace {

/// The candidate room with `vendor/money`, a submodule at the first commit of web/money, released with 1.3.0.
struct room_with_submodule : candidate_room {
    room_with_submodule() : library{folder.path("money-work")} {
        first = library.commit("Root", {{"money.c", "1\n"}});
        library.git({"branch", "-m", "master"});
        library.git({"checkout", "-q", "-b", "cents"});
        library.commit("Work", {{"cents.c", "c\n"}});
        library.git({"checkout", "-q", "master"});
        second = library.merge("cents",
                               "Merge branch 'cents' into 'master'\n\nRound to cents\n\n"
                               "See merge request web/money!7");
        third = library.commit("Typing error", {{"money.c", "2\n"}});
        // It was a submodule before: 1.3.0 is said again, with it.
        work.git({"checkout", "-q", "stable"});
        put(first, "Vendor money");
        work.git({"tag", "-f", "-a", "-m", "Release 1.3.0", "1.3.0"});
        work.git({"checkout", "-q", "-f", "master"});
        work.git(
            {"merge", "-q", "--no-ff", "-s", "recursive", "-X", "theirs", "-m", "Merge branch 'stable'", "stable"});
        work.write("make.conf", "trunk\n");
        work.git({"commit", "-q", "-a", "-m", "Trunk's own settings (!13)"});
        work.git({"push", "-q", "-f", "--tags", folder.path("remote.git"), "master", "stable"});
        project.dependencies.group = "web";
        project.dependencies.url = "file://" + folder.path("shelf/{path}.git");
        shelf = std::make_unique<clone_shelf>(pool, *transport, folder.path("state/dependencies"));
    }
    ~room_with_submodule() { shelf.reset(); }

    /// A merge request !`iid` that moves the submodule.
    void bump(const std::string& to, int iid = 15) {
        work.git({"checkout", "-q", "-f", "-b", "bump" + std::to_string(iid)});
        put(to, "Newer money");
        work.git({"checkout", "-q", "-f", "master"});
        work.merge("bump" + std::to_string(iid),
                   "Merge branch 'bump' into 'master'\n\nNewer money\n\nSee merge request "
                   "web/shop!" +
                       std::to_string(iid));
        work.git({"push", "-q", folder.path("remote.git"), "master"});
    }
    void put(const std::string& id, const std::string& message) {
        work.write(".gitmodules", "[submodule \"money\"]\n\tpath = vendor/money\n\turl = " + address + "\n");
        work.git({"add", ".gitmodules"});
        std::filesystem::create_directories(work.directory() + "/vendor/money");
        work.git({"update-index", "--add", "--cacheinfo", "160000," + id + ",vendor/money"});
        work.git({"commit", "-q", "-m", message});
    }
    void publish_library() {
        work.git({"clone", "-q", "--bare", library.directory(), folder.path("shelf/web/money.git")});
    }
    /// What the whole release says about the submodule.
    std::string said() {
        go({"git_pull", "tag_check"});
        const auto open = run(clone->ready()).value();
        const auto all = run(read_submodules(at("changelog"), open, state.fact("previous_commit"),
                                             state.fact("trunk_head"), submodule_scope::whole_range));
        if (!all) return "failed: " + all.error().sentence();
        std::string text;
        for (const auto& each : *all) text += changelog::words_of(each) + "\n";
        return text;
    }

    history library;
    std::string first, second, third;
    std::string address = "../money.git";
};

}  // namespace

TEST_CASE("P8 P10 P12 a submodule that moves brings the merge requests of its own project", "[steps][submodules]") {
    room_with_submodule all;
    all.publish_library();
    all.bump(all.third);
    all.go({"git_pull", "tag_check", "changelog", "version_bump"});
    CHECK_THAT(all.state.fact("changelog"), Catch::Contains("- Newer money (!15)\n") &&
                                                Catch::Contains("- Round to cents (web/money!7)\n") &&
                                                !Catch::Contains("Typing error"));
    const auto done = all.perform("diff");
    REQUIRE(done);
    const auto& rows = array_at(done->data, "table");
    const auto row =
        std::ranges::find_if(rows, [](const json::value& each) { return text_at(each.as_object(), "name") == "!15"; });
    REQUIRE(row != rows.end());
    const auto& moved = array_at(row->as_object(), "submodules");
    REQUIRE(moved.size() == 1);
    CHECK(text_at(moved.front().as_object(), "text") == "moves vendor/money (web/money) from " +
                                                            all.first.substr(0, 10) + " to " + all.third.substr(0, 10) +
                                                            ": 1 merge request, 1 commit without one");
    CHECK(text_at(moved.front().as_object(), "lines.0.name") == "web/money!7");
    CHECK(text_at(moved.front().as_object(), "lines.0.title") == "Round to cents");
    CHECK(text_at(moved.front().as_object(), "lines.1.name") == "commit " + all.third.substr(0, 10));
    CHECK_THAT(done->files.front().content, Catch::Contains("\n      web/money!7  Round to cents\n"));
    const auto read = all.run(all_kinds().find("reading")->second->look(all.at("reading")));
    REQUIRE(read);
    CHECK_THAT(json::serialize(json::value_from(read->found.lines)), Catch::Contains("web/money!7  Round to cents"));
}

TEST_CASE("P8 P10 each merge request that moves a submodule has its own part of it beneath, the entry all of it once",
          "[steps][submodules]") {
    room_with_submodule all;
    all.publish_library();
    all.bump(all.second, 15);
    all.bump(all.third, 16);
    all.go({"git_pull", "tag_check", "changelog", "version_bump"});
    const auto entry = all.state.fact("changelog");
    CHECK(entry.find("web/money!7") == entry.rfind("web/money!7"));
    const auto text = all.perform("diff")->files.front().content;
    const auto fifteen = text.find("!15 ");
    const auto sixteen = text.find("!16 ");
    REQUIRE(sixteen != std::string::npos);
    CHECK((text.find("web/money!7") > fifteen && text.find("web/money!7") < sixteen));
    CHECK(text.find("Typing error") > sixteen);
}

TEST_CASE("a submodule whose project is not configured is said, and nothing is cloned from where .gitmodules points",
          "[steps][submodules]") {
    room_with_submodule all;
    all.publish_library();
    SECTION("another group") {
        all.address = "https://git.example/other/money.git";
    }
    SECTION("an address that is an option") {
        all.address = "--upload-pack=touch pwned";
    }
    SECTION("an absolute path to what would work") {
        all.address = "file://" + all.folder.path("money-work");
    }
    all.bump(all.third);
    CHECK(all.said() == "moves vendor/money from " + all.first.substr(0, 10) + " to " + all.third.substr(0, 10) +
                            ", whose project is not configured under `dependencies`: its changes were not read\n");
    CHECK_FALSE(std::filesystem::exists(all.folder.path("state/dependencies")));
    // The step says so too, and writes its entry.
    const auto done = all.perform("changelog");
    REQUIRE(done);
    CHECK_THAT(done->text, Catch::Contains("is not configured under `dependencies`"));
}

TEST_CASE("a submodule that goes back, sideways or to nowhere is told as that", "[steps][submodules]") {
    room_with_submodule all;
    const auto between = all.first.substr(0, 10) + " to ";
    SECTION("back") {
        all.library.git({"checkout", "-q", "--orphan", "old"});
        const auto older = all.library.commit("Older", {{"money.c", "0\n"}});
        all.library.git({"checkout", "-q", "master"});
        all.publish_library();
        all.bump(all.third, 15);
        all.go({"git_pull", "tag_check"});
        const auto open = all.run(all.clone->ready()).value();
        all.bump(all.second, 16);
        all.bump(older, 17);
        all.go({"git_pull"});
        const auto steps = all.run(read_submodules(all.at("diff"), open, all.state.fact("previous_commit"),
                                                   all.state.fact("trunk_head"), submodule_scope::each_step));
        REQUIRE(steps);
        REQUIRE(steps->size() == 3);
        CHECK_THAT(changelog::words_of(steps->at(0)), Catch::Contains("which have no common history in web/money"));
        CHECK(changelog::words_of(steps->at(1)) == "moves vendor/money (web/money) back from " +
                                                       all.third.substr(0, 10) + " to " + all.second.substr(0, 10) +
                                                       ": 1 commit is gone");
        CHECK(steps->at(2).way == changelog::submodule_way::forward);
    }
    SECTION("sideways") {
        all.library.git({"checkout", "-q", "-b", "hot", all.first});
        const auto hot = all.library.commit("Hot fix (!9)", {{"hot.c", "h\n"}});
        all.library.git({"checkout", "-q", "master"});
        all.publish_library();
        all.bump(all.third, 15);
        all.bump(hot, 16);
        all.go({"git_pull", "tag_check"});
        const auto open = all.run(all.clone->ready()).value();
        const auto steps = all.run(read_submodules(all.at("diff"), open, all.state.fact("previous_commit"),
                                                   all.state.fact("trunk_head"), submodule_scope::each_step));
        REQUIRE(steps);
        CHECK_THAT(changelog::words_of(steps->at(0)), Catch::Contains(": 1 merge request; 3 commits of the old one"));
        CHECK(steps->at(0).items.front().iid == 9);
    }
    SECTION("a commit that was never pushed") {
        all.publish_library();
        const auto unpushed = all.library.commit("Forgotten", {{"money.c", "3\n"}});
        all.bump(unpushed);
        CHECK(all.said() == "moves vendor/money (web/money) from " + between + unpushed.substr(0, 10) +
                                ", but web/money has no commit " + unpushed.substr(0, 10) +
                                " in any branch (was it pushed?): its changes were not read\n");
        // Pushed meanwhile: the next look fetches it.
        all.library.git({"push", "-q", all.folder.path("shelf/web/money.git"), "master"});
        CHECK_THAT(all.said(), Catch::Contains(": 1 merge request, 2 commits without one"));
    }
    SECTION("a repository that is not there") {
        all.bump(all.third);
        CHECK_THAT(all.said(), Catch::Contains("web/money"));
        CHECK_FALSE(all.state.facts.contains("changelog"));
    }
}

TEST_CASE("a release that moves no submodule asks nobody about one", "[steps][submodules]") {
    room_with_submodule all;
    all.project.dependencies.url = "file:///nowhere/{path}.git";
    CHECK(all.said().empty());
}

}  // namespace slipway::steps::test

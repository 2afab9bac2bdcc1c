// What suspects are found by: several windows at once, who touched a file, whose name is whose.
#include "tests/unit/integrations/git/support.hpp"

using namespace slipway;
using namespace slipway::git;
using namespace slipway::git::test;

namespace {

struct room {
    temporary_folder folder;
    history repo{folder.path("repo")};
    asio::thread_pool pool{1};
    std::unique_ptr<repository> git;
    ~room() { pool.join(); }
    void open() { git = run(open_repository(pool, folder.path("repo"))).value(); }
};

}  // namespace

TEST_CASE("windows of several files are blamed in one go, as one by one", "[git][blame]") {
    room here;
    const auto base = here.repo.commit("base", {{"a", "1\n2\n3\n4\n5\n"}, {"b", "x\ny\nz\n"}});
    const auto second = here.repo.commit("second", {{"a", "1\n2\nthree\n4\n5\n"}});
    const auto third = here.repo.commit("third", {{"b", "x\nY\nz\n"}, {"a", "1\n2\nthree\n4\nfive\n"}});
    here.open();
    blame_questions asked;
    asked.newest = third;
    asked.oldest = base;
    asked.windows = {{"a", 2, 3}, {"b", 1, 0}, {"missing", 1, 3}, {"a", 5, 9}, {"a", 50, 60}};
    const auto found = run(here.git->blame_all(asked)).value();
    REQUIRE(found.size() == 5);
    REQUIRE(found[0].size() == 2);
    CHECK_FALSE(found[0][0].in_range);
    CHECK(found[0][1].commit == second);
    REQUIRE(found[1].size() == 3);
    CHECK(found[1][1].commit == third);
    CHECK(found[2].empty());
    REQUIRE(found[3].size() == 1);
    CHECK(found[3][0].commit == third);
    CHECK(found[4].empty());
}

TEST_CASE("a line that was only indented keeps its author when white space is ignored", "[git][blame]") {
    room here;
    const auto base = here.repo.commit("base", {{"a", "one\n"}});
    const auto written = here.repo.commit("written", {{"a", "one\ntwo = 2\n"}});
    const auto indented = here.repo.commit("indented", {{"a", "one\n    two  =  2\n"}});
    here.open();
    blame_questions asked;
    asked.newest = indented;
    asked.oldest = base;
    asked.windows = {{"a", 2, 2}};
    CHECK(run(here.git->blame_all(asked)).value().at(0).at(0).commit == indented);
    asked.ignore_white_space = true;
    CHECK(run(here.git->blame_all(asked)).value().at(0).at(0).commit == written);
}

TEST_CASE("who touched a file in a range: newest first, merges only when they differ from every parent", "[git]") {
    room here;
    const auto base = here.repo.commit("base", {{"a", "1\n"}, {"b", "1\n"}});
    const auto trunk = here.repo.id("HEAD");
    here.repo.git({"checkout", "-q", "-b", "side"});
    const auto side = here.repo.commit("side", {{"a", "2\n"}});
    here.repo.git({"checkout", "-q", "-"});
    const auto other = here.repo.commit("other", {{"b", "2\n"}});
    const auto merged = here.repo.merge("side", "merge");
    const auto last = here.repo.commit("last", {{"a", "3\n"}});
    here.open();
    const auto found = run(here.git->commits_touching({"a", "b", "missing"}, base, last)).value();
    CHECK(found[0] == std::vector<object_id>{last, side});
    CHECK(found[1] == std::vector<object_id>{other});
    CHECK(found[2].empty());
    CHECK(run(here.git->files_changed({last, merged, base})).value() == std::vector<std::size_t>{1, 0, 2});
    CHECK(trunk == base);
}

TEST_CASE("names follow the .mailmap of that commit", "[git]") {
    room here;
    const auto without = here.repo.commit("base", {{"a", "1\n"}});
    const auto with = here.repo.commit("map", {{".mailmap", "Ana Reyes <ana@harbour.test> <ana@old.test>\n"}});
    here.open();
    signature old;
    old.name = "ana";
    old.email = "ana@old.test";
    const auto mapped = run(here.git->proper_names(with, {old})).value();
    CHECK(mapped.at(0).name == "Ana Reyes");
    CHECK(mapped.at(0).email == "ana@harbour.test");
    CHECK(run(here.git->proper_names(without, {old})).value().at(0).email == "ana@old.test");
}

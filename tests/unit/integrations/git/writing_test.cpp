// Writing: pinned objects, merges in memory, references under compare-and-swap.
#include "support.hpp"

namespace slipway::git::test {
namespace {

new_commit edit_of(const std::string& parent, edits changes) {
    new_commit wanted;
    wanted.parents = {parent};
    wanted.edits = std::move(changes);
    wanted.author = pinned();
    wanted.committer = pinned();
    wanted.message = "Build and increment version to 1.4.0";
    return wanted;
}

}  // namespace

TEST_CASE("R5.2 a commit and a tag built twice are the same objects", "[git][write]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    const auto head = repo.commit("Head", {{"version", "1.3.0\n"}});
    opened git{repo.directory()};
    const auto wanted = edit_of(head, {{"version", {"1.4.0\n", {}}}});
    const auto once = run(git->create_commit(wanted)).value();
    CHECK(run(git->create_commit(wanted)).value() == once);
    auto later = wanted;
    ++later.committer.time;
    CHECK(run(git->create_commit(later)).value() != once);

    const new_tag tag{"1.4.0", once, pinned(), "Release 1.4.0"};
    const auto tag_once = run(git->create_tag(tag)).value();
    CHECK(run(git->create_tag(tag)).value() == tag_once);
    CHECK(repo.git({"cat-file", "-p", tag_once}) ==
          "object " + once +
              "\ntype commit\ntag 1.4.0\ntagger Slipway <slipway@example.org> 1700100000 +0000\n\nRelease 1.4.0");
    CHECK(repo.git({"fsck", "--strict"}).find("error") == std::string::npos);
    CHECK(repo.git({"tag", "--list"}).empty());  // an object, not yet a name
}

TEST_CASE("an edit changes only its path and keeps modes", "[git][write]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    repo.write("bin/run", "#!/bin/sh\n");
    std::filesystem::permissions(folder.path("app/bin/run"), std::filesystem::perms::owner_all);
    const auto head = repo.commit("Head", {{"a", "1\n"}, {"gone/only", "x\n"}});
    opened git{repo.directory()};
    const auto made = run(git->create_commit(edit_of(head, {{"bin/run", {"#!/bin/sh\nexit 0\n", {}}},
                                                            {"gone/only", {}},
                                                            {"new/file", {"crlf\r\n", {}}},
                                                            {"a", {{}, file_mode::executable}}})))
                          .value();
    CHECK(repo.git({"diff", "--raw", "--no-abbrev", "--no-renames", head, made}).find("100755 100755") !=
          std::string::npos);
    CHECK(run(git->read_file(made, "new/file")).value() == "crlf\r\n");
    const auto deltas = run(git->diff(head, made, {})).value();
    REQUIRE(deltas.size() == 4);
    CHECK(deltas[0].kind == change_kind::mode_only);
    CHECK(repo.git({"ls-tree", "-r", "--name-only", made}) == "a\nbin/run\nnew/file");
}

TEST_CASE("R8.5 an edit cannot leave the tree or enter .git", "[git][write]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    const auto head = repo.commit("Head", {{"a", "1\n"}});
    opened git{repo.directory()};
    for (const char* bad : {"../x", "/etc/x", ".git/config", "a/.GIT/x", "a//b", "./a", ""}) {
        INFO(bad);
        CHECK(run(git->create_commit(edit_of(head, {{bad, {"x", {}}}}))).error() == errc::invalid);
    }
    CHECK(run(git->create_commit(edit_of(head, {{"missing", {}}}))).error() == errc::not_found);
}

TEST_CASE("P19 files that stable keeps for itself come out of the merge as stable has them", "[git][merge]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    repo.commit("Root", {{"a", "1\n"}, {"make.conf", "root\n"}, {"only.trunk", "x\n"}});
    repo.git({"checkout", "-q", "-b", "stable"});
    repo.git({"rm", "-q", "only.trunk"});
    repo.write("make.conf", "stable\n");
    std::filesystem::permissions(folder.path("app/make.conf"), std::filesystem::perms::owner_all);
    const auto stable = repo.commit("Stable's own", {{"own.stable", "s\n"}});
    repo.git({"checkout", "-q", "main"});
    // Trunk took stable over with "ours": its make.conf looks merged, and a plain merge would carry it to stable.
    repo.git({"merge", "-q", "-s", "ours", "-m", "Merge stable", "stable"});
    const auto trunk = repo.commit("Trunk's", {{"a", "2\n"}, {"make.conf", "trunk\n"}});
    opened git{repo.directory()};

    const auto plain = run(git->merge(stable, trunk)).value();  // negative control
    REQUIRE(plain.clean());
    CHECK(run(git->read_file(plain.tree, "make.conf")).value() == "trunk\n");

    const auto kept = run(git->merge(stable, trunk, {"make.conf", "only.trunk", "own.stable", "nowhere"})).value();
    REQUIRE(kept.clean());
    CHECK(run(git->diff(stable, kept.tree, {.paths = {"make.conf", "only.trunk", "own.stable"}})).value().empty());
    CHECK(run(git->read_file(kept.tree, "a")).value() == "2\n");
}

TEST_CASE("a conflict only in files that stable keeps is none", "[git][merge]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    repo.commit("Root", {{"a", "1\n"}, {"make.conf", "root\n"}});
    repo.git({"checkout", "-q", "-b", "stable"});
    const auto stable = repo.commit("Stable's", {{"make.conf", "stable\n"}});
    repo.git({"checkout", "-q", "main"});
    const auto trunk = repo.commit("Trunk's", {{"a", "2\n"}, {"make.conf", "trunk\n"}});
    opened git{repo.directory()};
    CHECK(run(git->merge(stable, trunk)).value().conflicts == std::vector<std::string>{"make.conf"});
    const auto kept = run(git->merge(stable, trunk, {"make.conf"})).value();
    REQUIRE(kept.clean());
    CHECK(run(git->read_file(kept.tree, "make.conf")).value() == "stable\n");
}

TEST_CASE("a clean merge is made in memory and is the same when made again", "[git][merge]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    repo.commit("Base", {{"a", "1\n"}, {"make.conf", "trunk\n"}});
    repo.git({"checkout", "--quiet", "-b", "stable"});
    const auto stable = repo.commit("Stable settings", {{"make.conf", "stable\n"}});
    repo.git({"checkout", "--quiet", "main"});
    const auto trunk = repo.commit("Trunk", {{"a", "2\n"}});
    opened git{repo.directory()};
    const auto merged = run(git->merge(stable, trunk)).value();
    REQUIRE(merged.clean());
    new_commit wanted = edit_of(stable, {});
    wanted.parents = {stable, trunk};
    wanted.base_tree = merged.tree;
    const auto merge = run(git->create_commit(wanted)).value();
    CHECK(run(git->create_commit(wanted)).value() == merge);
    CHECK(run(git->read_file(merge, "make.conf")).value() == "stable\n");
    CHECK(run(git->read_file(merge, "a")).value() == "2\n");
    const auto against_trunk = run(git->diff(trunk, merge, {})).value();
    REQUIRE(against_trunk.size() == 1);
    CHECK(against_trunk[0].new_path == "make.conf");
    CHECK(repo.git({"status", "--porcelain"}).empty());
    CHECK(repo.id("stable") == stable);
}

TEST_CASE("a conflict names its files and writes nothing", "[git][merge]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    repo.commit("Base", {{"a", "1\n"}, {"b", "1\n"}, {"c", "1\n"}});
    repo.git({"checkout", "--quiet", "-b", "stable"});
    const auto stable = repo.commit("Stable", {{"a", "stable\n"}, {"b", "stable\n"}});
    repo.git({"checkout", "--quiet", "main"});
    std::filesystem::remove(folder.path("app/b"));
    const auto trunk = repo.commit("Trunk", {{"a", "trunk\n"}, {"c", "2\n"}});
    opened git{repo.directory()};
    const auto merged = run(git->merge(stable, trunk)).value();
    CHECK_FALSE(merged.clean());
    CHECK(merged.tree.empty());
    CHECK(merged.conflicts == std::vector<std::string>{"a", "b"});
}

TEST_CASE("unrelated histories are not merged file by file", "[git][merge]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    const auto one = repo.commit("One", {{"a", "1\n"}});
    repo.git({"checkout", "--quiet", "--orphan", "other"});
    const auto two = repo.commit("Two", {{"b", "1\n"}});
    opened git{repo.directory()};
    CHECK(run(git->merge(one, two)).error() == errc::not_found);
}

TEST_CASE("a reference moves only from where the caller saw it", "[git][refs]") {
    temporary_folder folder;
    history repo{folder.path("app"), /*bare=*/false};
    const auto one = repo.commit("One", {{"a", "1\n"}});
    const auto two = repo.commit("Two", {{"a", "2\n"}});
    const auto three = repo.commit("Three", {{"a", "3\n"}});
    opened git{repo.directory()};
    REQUIRE(run(git->move_ref("refs/heads/stable", one, "")));
    CHECK(run(git->move_ref("refs/heads/stable", one, "")));  // repeated after a crash: already so
    CHECK(run(git->move_ref("refs/heads/stable", two, "")).error() == errc::exists);
    REQUIRE(run(git->move_ref("refs/heads/stable", two, one)));
    const auto stale = run(git->move_ref("refs/heads/stable", three, one));
    REQUIRE(stale.has_error());
    CHECK(stale.error() == errc::moved);
    CHECK_THAT(stale.error().sentence(), Catch::Contains(two));
    CHECK(repo.id("stable") == two);
    CHECK(run(git->remove_ref("refs/heads/stable", one)).error() == errc::moved);
    CHECK(run(git->remove_ref("refs/heads/stable", two)));
    CHECK(run(git->remove_ref("refs/heads/stable", two)));
    CHECK(run(git->move_ref("stable", one, "")).error() == errc::invalid);
    CHECK(run(git->move_ref("refs/tags/-x", one, "")).error() == errc::invalid);
    CHECK(run(git->move_ref("refs/heads/x", std::string(40, 'a'), "")).has_error());
}

TEST_CASE("a lock left behind by another program is named", "[git][refs]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    const auto one = repo.commit("One", {{"a", "1\n"}});
    repo.write(".git/refs/heads/stable.lock", "");
    opened git{repo.directory()};
    const auto locked = run(git->move_ref("refs/heads/stable", one, ""));
    REQUIRE(locked.has_error());
    CHECK(locked.error() == errc::refused);
    CHECK_THAT(locked.error().sentence(), Catch::Contains("lock"));
}

}  // namespace slipway::git::test

namespace slipway::git::test {

TEST_CASE("a pick takes what one commit or merge changed, and names the files where it does not fit", "[git][write]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    const auto base = repo.commit("Base", {{"a", "1\n"}, {"b", "1\n"}});
    repo.git({"branch", "-m", "master"});
    repo.commit("Unrelated", {{"b", "2\n"}});
    repo.git({"checkout", "-q", "-b", "fix"});
    repo.commit("Fix", {{"a", "2\n"}});
    repo.git({"checkout", "-q", "master"});
    const auto merge = repo.merge("fix", "Merge branch 'fix'");
    const auto clash = repo.commit("Clash", {{"b", "3\n"}});
    opened git{repo.directory()};
    const auto picked = run(git->pick(merge, base)).value();
    REQUIRE(picked.clean());
    CHECK(run(git->read_file(picked.tree, "a")).value() == "2\n");
    CHECK(run(git->read_file(picked.tree, "b")).value() == "1\n");  // what lay in between stays out
    const auto conflict = run(git->pick(clash, base)).value();
    CHECK_FALSE(conflict.clean());
    CHECK(conflict.conflicts == std::vector<std::string>{"b"});
}

}  // namespace slipway::git::test

// The git program against real remotes: local bare repositories, whose hooks run.
#include "integrations/git/transport.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "integrations/process/process.hpp"
#include "support.hpp"
#include "tests/fakes/show_result.hpp"

namespace slipway::git::test {
namespace {

/// A remote, a clone of it made by the transport, and somebody else's clone.
struct bench {
    /// Runs on a loop of its own, which outlives the runner.
    template <class Ask>
    auto on(Ask ask) {
        asio::io_context loop;
        const auto runner = process::create_runner(loop.get_executor());
        const auto git = create_transport(*runner, settings);
        return fakes::run_on(loop, ask(*git));
    }
    bench() {
        const auto remote_path = folder.path("remote.git");
        history{remote_path, /*bare=*/true};
        seed.git({"remote", "add", "origin", remote_path});
        first = seed.commit("First", {{"a", "1\n"}});
        seed.git({"push", "--quiet", "origin", "main", "main:stable"});
        url = remote_path;
        REQUIRE(on([&](transport& git) { return git.clone_bare(url, local); }));
    }
    result<push_report> push(std::vector<push_ref> refs) {
        return on([&](transport& git) { return git.push(local, url, refs); });
    }
    result<fetched> fetch() {
        return on([&](transport& git) { return git.fetch(local, url); });
    }
    /// A commit and a tag object that only the local repository has.
    std::string build(const std::string& parent, const std::string& message) {
        new_commit wanted;
        wanted.parents = {parent};
        wanted.edits["version"] = {message, {}};
        wanted.author = pinned();
        wanted.committer = pinned();
        wanted.message = message;
        opened repo{local};
        return run(repo->create_commit(wanted)).value();
    }
    std::string tag(const std::string& name, const std::string& target) {
        opened repo{local};
        const new_tag wanted{name, target, pinned(), "Release " + name};
        return run(repo->create_tag(wanted)).value();
    }
    /// One of the two succeeds, and the other one is told that it was not first.
    template <class Ask>
    void make_twice_at_once(Ask ask) {
        asio::io_context loop;
        const auto runner = process::create_runner(loop.get_executor());
        const auto git = create_transport(*runner, settings);
        std::vector<result<>> ends;
        const auto keep = [&](std::exception_ptr bug, result<> end) {
            CHECK(bug == nullptr);
            ends.push_back(std::move(end));
        };
        for (int each = 0; each < 2; ++each) asio::co_spawn(loop, ask(*git), keep);
        loop.run();
        REQUIRE(ends.size() == 2);
        CHECK(std::ranges::count_if(ends, [](const auto& end) { return end.has_value(); }) == 1);
        CHECK(std::ranges::count_if(ends, [](const auto& end) { return !end && end.error() == errc::exists; }) == 1);
    }
    bool has_partial_clones() {
        return std::ranges::any_of(std::filesystem::directory_iterator{folder.path("")}, [](const auto& each) {
            return each.path().filename().string().find(".partial") != std::string::npos;
        });
    }
    std::string remote_id(const std::string& name) {
        const auto refs = on([&](transport& git) { return git.list_remote(url); }).value();
        for (const auto& each : refs) {
            if (each.name == name) return each.target;
        }
        return "";
    }
    void install_hook(const std::string& name, const std::string& script) const {
        const auto path = folder.path("remote.git/hooks/" + name);
        std::ofstream{path} << "#!/bin/sh\n" << script;
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    }

    temporary_folder folder;
    history seed{folder.path("seed")};
    std::string local = folder.path("local.git");
    std::string url;
    std::string first;
    transport_settings settings;
};

}  // namespace

TEST_CASE("a clone is whole or absent", "[git][transport]") {
    bench it;
    CHECK(it.on([&](transport& git) { return git.clone_bare(it.url, it.local); }).error() == errc::exists);
    const auto missing =
        it.on([&](transport& git) { return git.clone_bare(it.folder.path("nowhere"), it.folder.path("x.git")); });
    REQUIRE(missing.has_error());
    CHECK(missing.error() == errc::not_found);
    CHECK_FALSE(std::filesystem::exists(it.folder.path("x.git")));
    CHECK_FALSE(it.has_partial_clones());
}

TEST_CASE("two who clone at once get one clone, and what a killed clone left is gone", "[git][transport]") {
    bench it;
    const auto target = it.folder.path("x.git");
    std::filesystem::create_directories(it.folder.path("x.git.partial7/objects"));
    it.make_twice_at_once([&](transport& git) { return git.clone_bare(it.url, target); });
    CHECK_FALSE(it.has_partial_clones());
    opened made{target};
    CHECK(run(made->resolve("main")));
}

TEST_CASE("R5.2 two who make one work tree at once get one, whole: a killed bot's git may still be at it",
          "[git][work_tree]") {
    bench it;
    const auto tree = it.folder.path("build");
    it.make_twice_at_once([&](transport& git) { return git.checkout(it.local, it.first, tree); });
    CHECK_FALSE(it.has_partial_clones());
    opened repo{it.local};
    CHECK(run(repo->work_tree_changes(tree, it.first)).value().empty());
}

TEST_CASE("a fetch brings branches and new tags, forgets deleted branches, and keeps local ones", "[git][transport]") {
    bench it;
    const auto second = it.seed.commit("Second", {{"a", "2\n"}});
    it.seed.git({"tag", "--annotate", "--message", "one", "1.0.0"});
    it.seed.git({"push", "--quiet", "origin", "main", "1.0.0", "main:gone"});
    const auto got = it.fetch();
    REQUIRE(got);
    CHECK(got->moved_tags.empty());
    opened repo{it.local};
    CHECK(run(repo->resolve("refs/remotes/origin/main")).value() == second);
    CHECK(run(repo->resolve("refs/heads/main")).value() == it.first);  // the caller fast-forwards
    CHECK(run(repo->resolve("1.0.0")).value() == second);
    it.seed.git({"push", "--quiet", "origin", ":gone"});
    REQUIRE(it.fetch());
    CHECK(run(repo->resolve("refs/remotes/origin/gone")).error() == errc::not_found);
}

TEST_CASE("a tag that moved on the remote is reported and not overwritten", "[git][transport]") {
    bench it;
    it.seed.git({"tag", "1.0.0"});
    it.seed.git({"push", "--quiet", "origin", "1.0.0"});
    REQUIRE(it.fetch());
    const auto second = it.seed.commit("Second", {{"a", "2\n"}});
    it.seed.git({"tag", "--force", "1.0.0"});
    it.seed.git({"push", "--quiet", "--force", "origin", "1.0.0", "main"});
    const auto got = it.fetch().value();
    REQUIRE(got.moved_tags.size() == 1);
    CHECK(got.moved_tags[0].name == "refs/tags/1.0.0");
    CHECK(got.moved_tags[0].here == it.first);
    CHECK(got.moved_tags[0].there == second);
    opened repo{it.local};
    CHECK(run(repo->resolve("1.0.0")).value() == it.first);
    CHECK(run(repo->resolve("refs/remotes/origin/main")).value() == second);
}

TEST_CASE("R5.2 branch and tag are pushed together, and again without harm", "[git][push]") {
    bench it;
    const auto release = it.build(it.first, "Release");
    const auto tag = it.tag("1.4.0", release);
    const std::vector<push_ref> refs{{"refs/heads/stable", release, it.first}, {"refs/tags/1.4.0", tag, ""}};
    const auto once = it.push(refs);
    REQUIRE(once);
    CHECK(once->refs.at("refs/heads/stable") == push_report::state::updated);
    CHECK(once->refs.at("refs/tags/1.4.0") == push_report::state::created);
    CHECK(it.remote_id("refs/heads/stable") == release);
    CHECK(it.remote_id("refs/tags/1.4.0") == tag);
    const auto again = it.push({{"refs/heads/stable", it.build(it.first, "Release"), it.first},
                                {"refs/tags/1.4.0", it.tag("1.4.0", release), ""}});
    REQUIRE(again);  // rebuilt objects are the same objects
    CHECK(again->refs.at("refs/heads/stable") == push_report::state::up_to_date);
    CHECK(again->refs.at("refs/tags/1.4.0") == push_report::state::up_to_date);
}

TEST_CASE("R5.2 a tag that is there already stops the whole push, without --atomic it would not", "[git][push]") {
    bench it;
    it.seed.git({"tag", "1.4.0"});
    it.seed.git({"push", "--quiet", "origin", "1.4.0"});
    const auto release = it.build(it.first, "Release");
    const auto refused =
        it.push({{"refs/heads/stable", release, it.first}, {"refs/tags/1.4.0", it.tag("1.4.0", release), ""}});
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::exists);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("1.4.0"));
    CHECK(it.remote_id("refs/heads/stable") == it.first);

    history local{it.local, /*bare=*/true};  // the negative control
    const auto half =
        local.try_git({"push", it.url, release + ":refs/heads/stable", it.tag("1.4.0", release) + ":refs/tags/1.4.0"});
    CHECK(half.code == 1);
    CHECK(it.remote_id("refs/heads/stable") == release);
}

TEST_CASE("a hook that refuses one reference stops both, in its own words", "[git][push]") {
    bench it;
    it.install_hook("update", "case \"$1\" in refs/tags/*) echo 'tags need a ticket'; exit 1;; esac\nexit 0\n");
    const auto release = it.build(it.first, "Release");
    const auto refused =
        it.push({{"refs/heads/stable", release, it.first}, {"refs/tags/1.4.0", it.tag("1.4.0", release), ""}});
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::refused);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("tags need a ticket"));
    CHECK(it.remote_id("refs/heads/stable") == it.first);
    CHECK(it.remote_id("refs/tags/1.4.0").empty());
}

TEST_CASE("a branch that somebody moved is not pushed over", "[git][push]") {
    bench it;
    const auto theirs = it.seed.commit("Theirs", {{"b", "1\n"}});
    it.seed.git({"push", "--quiet", "origin", "main:stable"});
    const auto ours = it.build(it.first, "Ours");
    const auto stale = it.push({{"refs/heads/stable", ours, it.first}, {"refs/tags/1.4.0", it.tag("1.4.0", ours), ""}});
    REQUIRE(stale.has_error());
    CHECK(stale.error() == errc::moved);
    CHECK(it.remote_id("refs/heads/stable") == theirs);
    CHECK(it.remote_id("refs/tags/1.4.0").empty());
}

TEST_CASE("a branch only ever moves forward, a tag not at all", "[git][push]") {
    bench it;
    const auto forward = it.build(it.first, "Forward");
    REQUIRE(it.push({{"refs/heads/stable", forward, it.first}}));
    const auto sideways = it.build(it.first, "Sideways");
    const auto lost = it.push({{"refs/heads/stable", sideways, forward}});  // the lease holds, history would be lost
    REQUIRE(lost.has_error());
    CHECK(lost.error() == errc::refused);
    CHECK(it.push({{"refs/heads/stable", it.first, forward}}).error() == errc::refused);
    CHECK(it.push({{"refs/tags/1.0.0", sideways, forward}}).error() == errc::refused);
    CHECK(it.push({{"refs/heads/stable", forward, std::string(40, 'e')}}).error() == errc::not_found);
    CHECK(it.remote_id("refs/heads/stable") == forward);
}

TEST_CASE("R8.5 nothing that could be an option reaches git", "[git][push]") {
    bench it;
    CHECK(it.push({}).error() == errc::invalid);
    CHECK(it.push({{"--receive-pack=touch x", it.first, ""}}).error() == errc::invalid);
    CHECK(it.push({{"refs/heads/x", "HEAD", ""}}).error() == errc::invalid);
    CHECK(it.on([&](transport& git) { return git.list_remote("--upload-pack=touch /tmp/x"); }).error() ==
          errc::invalid);
    CHECK(it.on([&](transport& git) { return git.fetch(it.local, "ext::sh -c id"); }).error() == errc::invalid);
    CHECK(it.on([&](transport& git) { return git.checkout(it.local, "--orphan", it.folder.path("w")); }).error() ==
          errc::invalid);
}

TEST_CASE("a private work tree shows what a build changed, and its files become a commit", "[git][work_tree]") {
    bench it;
    it.seed.write("bin/tool", "#!/bin/sh\n");
    std::filesystem::permissions(it.folder.path("seed/bin/tool"), std::filesystem::perms::owner_all);
    const auto head = it.seed.commit(
        "Files",
        {{"public/app.js", "old\n"}, {"public/gone.js", "x\n"}, {"src/a.c", "x\n"}, {".gitignore", "*.log\n"}});
    it.seed.git({"push", "--quiet", "origin", "main"});
    REQUIRE(it.fetch());
    const auto tree = it.folder.path("build");
    REQUIRE(it.on([&](transport& git) { return git.checkout(it.local, head, tree); }));
    opened repo{it.local};
    CHECK(run(repo->work_tree_changes(tree, head)).value().empty());

    history build{tree};
    build.write("public/app.js", "new\n");
    build.write("public/new dir/ü.js", "added\n");
    build.write("noise.log", "ignored\n");
    build.write("run", "#!/bin/sh\n");
    std::filesystem::permissions(tree + "/run", std::filesystem::perms::owner_all);
    std::filesystem::create_symlink("app.js", tree + "/public/link.js");
    std::filesystem::remove(tree + "/public/gone.js");
    std::filesystem::permissions(tree + "/bin/tool",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto changes = run(repo->work_tree_changes(tree, head)).value();
    std::map<std::string, change_kind> kinds;
    std::vector<std::string> paths;
    for (const auto& each : changes) {
        kinds[each.path] = each.kind;
        paths.push_back(each.path);
    }
    CHECK(kinds == std::map<std::string, change_kind>{{"bin/tool", change_kind::mode_only},
                                                      {"public/app.js", change_kind::modified},
                                                      {"public/gone.js", change_kind::removed},
                                                      {"public/link.js", change_kind::added},
                                                      {"public/new dir/ü.js", change_kind::added},
                                                      {"run", change_kind::added}});

    new_commit wanted;
    wanted.parents = {head};
    wanted.edits = run(repo->read_work_tree(tree, paths)).value();
    wanted.author = pinned();
    wanted.committer = pinned();
    wanted.message = "Build";
    const auto built = run(repo->create_commit(wanted)).value();
    CHECK(run(repo->create_commit(wanted)).value() == built);
    history local{it.local, /*bare=*/true};
    const auto raw = local.git({"-c", "core.quotePath=false", "ls-tree", "-r", built});
    CHECK_THAT(raw,
               Catch::Contains("120000") && Catch::Contains("public/new dir/ü.js") && Catch::Contains("100755 blob"));
    CHECK(raw.find("gone.js") == std::string::npos);
    CHECK(run(repo->read_file(built, "public/app.js")).value() == "new\n");
    CHECK(it.on([&](transport& git) { return git.checkout(it.local, head, tree); }).error() == errc::exists);
}

TEST_CASE("R8.5 a link cannot lead the reading of a work tree outside", "[git][work_tree]") {
    bench it;
    const auto tree = it.folder.path("build");
    REQUIRE(it.on([&](transport& git) { return git.checkout(it.local, it.first, tree); }));
    std::filesystem::create_directory(it.folder.path("outside"));
    std::ofstream{it.folder.path("outside/secret")} << "s3cret";
    std::filesystem::create_directory_symlink(it.folder.path("outside"), tree + "/dir");
    opened repo{it.local};
    CHECK(run(repo->read_work_tree(tree, {"dir/secret"})).error() == errc::refused);
    CHECK(run(repo->read_work_tree(tree, {"../outside/secret"})).error() == errc::invalid);
    const auto link = run(repo->read_work_tree(tree, {"dir"})).value();
    CHECK(link.at("dir").mode == file_mode::symlink);
}

}  // namespace slipway::git::test

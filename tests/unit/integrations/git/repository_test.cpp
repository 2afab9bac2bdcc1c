// Reading: names, relations, ranges, differences.
#include <algorithm>

#include "support.hpp"

namespace slipway::git::test {
namespace {

std::vector<std::string> ids(const std::vector<commit>& commits) {
    std::vector<std::string> all;
    for (const auto& each : commits) all.push_back(each.id);
    return all;
}

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> all;
    std::istringstream from{text};
    for (std::string line; std::getline(from, line);) all.push_back(line);
    return all;
}

}  // namespace

TEST_CASE("a revision is a branch, a tag, an id or the beginning of one", "[git][resolve]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    const auto first = repo.commit("First", {{"a", "1\n"}});
    repo.git({"tag", "--annotate", "--message", "one", "1.0.0"});
    const auto second = repo.commit("Second", {{"a", "2\n"}});
    opened git{repo.directory()};

    CHECK(run(git->resolve("main")).value() == second);
    CHECK(run(git->resolve("refs/heads/main")).value() == second);
    CHECK(run(git->resolve("1.0.0")).value() == first);
    CHECK(run(git->resolve(first)).value() == first);
    CHECK(run(git->resolve(first.substr(0, 9))).value() == first);
    CHECK(run(git->resolve("nowhere")).error() == errc::not_found);
}

TEST_CASE("R8.5 a revision can be no option, path or expression", "[git][resolve]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    repo.commit("First", {{"a", "1\n"}});
    opened git{repo.directory()};
    for (const char* bad :
         {"--upload-pack=x", "main~1", "main..x", "a b", "../main", "main\n", "", "@{-1}", ":/First", "x;rm"}) {
        INFO(bad);
        CHECK(run(git->resolve(bad)).error() == errc::invalid);
    }
}

TEST_CASE("tags are listed with the commit behind them", "[git][references]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    const auto first = repo.commit("First", {{"a", "1\n"}});
    repo.git({"tag", "0.9.0"});
    repo.git({"tag", "--annotate", "--message", "one", "1.0.0"});
    opened git{repo.directory()};
    const auto tags = run(git->references("refs/tags/")).value();
    REQUIRE(tags.size() == 2);
    CHECK(tags[0].name == "refs/tags/0.9.0");
    CHECK_FALSE(tags[0].annotated);
    CHECK(tags[0].target == first);
    CHECK(tags[1].annotated);
    CHECK(tags[1].target == repo.id("1.0.0"));
    CHECK(tags[1].commit == first);
}

TEST_CASE("a shallow clone is refused, because its history ends early", "[git][open]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    repo.commit("First", {{"a", "1\n"}});
    repo.commit("Second", {{"a", "2\n"}});
    repo.git({"clone", "--quiet", "--depth=1", "file://" + repo.directory(), folder.path("shallow")});
    asio::thread_pool pool{1};
    const auto refused = run(open_repository(pool, folder.path("shallow")));
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::refused);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("--unshallow"));
    CHECK(run(open_repository(pool, folder.path("missing"))).error() == errc::not_found);
}

TEST_CASE("ranges, distances and merge bases agree with git", "[git][walk]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    const auto base = repo.commit("Base", {{"a", "1\n"}});
    repo.git({"checkout", "--quiet", "-b", "feature"});
    repo.commit("Feature 1", {{"b", "1\n"}});
    const auto feature = repo.commit("Feature 2", {{"b", "2\n"}});
    repo.git({"checkout", "--quiet", "main"});
    const auto direct = repo.commit("Direct", {{"c", "1\n"}});
    const auto merge = repo.merge("feature", "Merge branch 'feature' into 'main'");
    opened git{repo.directory()};

    CHECK(ids(run(git->range(base, merge)).value()) ==
          lines(repo.git({"rev-list", "--date-order", "main", "^" + base})));
    CHECK(run(git->merge_base(feature, direct)).value() == base);
    CHECK(run(git->is_ancestor(base, merge)).value());
    CHECK(run(git->is_ancestor(base, base)).value());
    CHECK_FALSE(run(git->is_ancestor(merge, base)).value());
    const auto apart = run(git->compare(direct, feature)).value();
    CHECK(apart.ahead == 1);
    CHECK(apart.behind == 2);

    const auto landed = run(git->landings(base, merge)).value();
    REQUIRE(landed.size() == 2);
    CHECK(landed[0].tip.id == merge);
    CHECK(landed[0].tip.subject().raw() == "Merge branch 'feature' into 'main'");
    CHECK(ids(landed[0].brought) ==
          std::vector<std::string>{feature, run(git->read_commit(feature)).value().parents[0]});
    CHECK(landed[1].tip.id == direct);
    CHECK(landed[1].brought.empty());
    CHECK(landed[1].tip.author.email == "ada@example.org");
}

TEST_CASE("a commit's landing is the first-parent step that brought it", "[git][walk]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    const auto root = repo.commit("Root", {{"a", "0\n"}});
    std::vector<std::string> sides;
    std::vector<std::string> merges;
    for (int each = 0; each < 9; ++each) {
        repo.git({"checkout", "--quiet", "-b", "side" + std::to_string(each)});
        sides.push_back(repo.commit("Side", {{"s" + std::to_string(each), "x\n"}}));
        repo.git({"checkout", "--quiet", "main"});
        merges.push_back(repo.merge("side" + std::to_string(each), "Merge " + std::to_string(each)));
    }
    repo.git({"checkout", "--quiet", "-b", "never"});
    const auto never = repo.commit("Never merged", {{"n", "x\n"}});
    opened git{repo.directory()};
    for (std::size_t each = 0; each < sides.size(); ++each) {
        CHECK(run(git->landing_of(sides[each], merges.back())).value() == merges[each]);
        CHECK(run(git->landing_of(merges[each], merges.back())).value() == merges[each]);
    }
    CHECK(run(git->landing_of(root, merges.back())).value() == root);
    CHECK(run(git->landing_of(root, root)).value() == root);
    CHECK(run(git->landing_of(never, merges.back())).error() == errc::not_found);
}

TEST_CASE("a difference tells paths, modes and lines", "[git][diff]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    const std::string text = "1\n2\n3\n4\n5\n6\n7\n8\n";
    const auto before =
        repo.commit("Before", {{"keep", "x\n"}, {"old", text}, {"run.sh", "#!/bin/sh\n"}, {"gone", "1\n2\n"}});
    std::filesystem::permissions(folder.path("app/run.sh"), std::filesystem::perms::owner_all);
    std::filesystem::rename(folder.path("app/old"), folder.path("app/new"));
    std::filesystem::remove(folder.path("app/gone"));
    const auto after =
        repo.commit("After", {{"keep", "x\ny\n"}, {"dir/added", "1\n"}, {"bin", std::string{"a\0b", 3}}});
    opened git{repo.directory()};

    const auto plain = run(git->diff(before, after, {})).value();
    std::map<std::string, delta> by_path;
    for (const auto& each : plain) by_path[each.new_path] = each;
    CHECK(by_path.size() == 7);
    CHECK(by_path["keep"].added == 1);
    CHECK(by_path["keep"].removed == 0);
    CHECK(by_path["keep"].kind == change_kind::modified);
    CHECK(by_path["run.sh"].kind == change_kind::mode_only);
    CHECK(by_path["run.sh"].new_mode == file_mode::executable);
    CHECK(by_path["gone"].kind == change_kind::removed);
    CHECK(by_path["gone"].removed == 2);
    CHECK(by_path["dir/added"].kind == change_kind::added);
    CHECK(by_path["bin"].binary);

    diff_options with_renames;
    with_renames.renames = renames::found;
    with_renames.paths = {"old", "new"};
    const auto renamed = run(git->diff(before, after, with_renames)).value();
    REQUIRE(renamed.size() == 1);
    CHECK(renamed[0].kind == change_kind::renamed);
    CHECK(renamed[0].old_path == "old");

    const auto whole = run(git->patch(before, after, "keep", 10'000)).value();
    CHECK_THAT(whole.text.raw(), Catch::Contains("+y\n"));
    CHECK_FALSE(whole.cut);
    const auto beginning = run(git->patch(before, after, "", 60)).value();
    CHECK(beginning.cut);
    CHECK(beginning.text.raw().size() <= 60);
}

TEST_CASE("a file is read at a commit, byte for byte", "[git][read]") {
    temporary_folder folder;
    history repo{folder.path("app")};
    const std::string bytes{"a\r\n\0\xff", 5};
    const auto head = repo.commit("Bytes", {{"dir/data", bytes}});
    opened git{repo.directory()};
    CHECK(run(git->read_file(head, "dir/data")).value() == bytes);
    const auto missing = run(git->read_file(head, "dir/other"));
    REQUIRE(missing.has_error());
    CHECK(missing.error() == errc::not_found);
    CHECK_THAT(missing.error().sentence(), Catch::Contains("dir/other"));
    CHECK(run(git->read_file(head, "dir")).error() == errc::not_found);
    CHECK(run(git->read_file(head, "../app/dir/data")).error() == errc::invalid);
}

}  // namespace slipway::git::test

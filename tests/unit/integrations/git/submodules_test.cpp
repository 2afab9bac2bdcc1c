// Submodules that a range moves, read from trees that git itself wrote.
#include "tests/unit/integrations/git/support.hpp"

using namespace slipway;
using namespace slipway::git;
using namespace slipway::git::test;

namespace {

const std::string first_place(40, 'a');
const std::string second_place(40, 'b');
const std::string third_place(40, 'c');

/// `vendor/lib` put at `id`, committed.
std::string put_link(history& made, const std::string& id, const std::string& path = "vendor/lib") {
    std::error_code there;  // git takes a submodule without a folder for one that was deleted
    std::filesystem::create_directories(made.directory() + "/" + path, there);
    made.git({"update-index", "--add", "--cacheinfo", "160000," + id + "," + path});
    made.git({"commit", "-q", "-m", "Move " + path});
    return made.id("HEAD");
}

}  // namespace

TEST_CASE("each first-parent step that moved a submodule is told with both commits, newest first",
          "[git][submodules]") {
    const temporary_folder folder;
    history made{folder.path()};
    made.commit("root", {{"a.txt", "1\n"}});
    const auto base = put_link(made, first_place);
    made.git({"branch", "-m", "main"});
    made.git({"checkout", "-q", "-b", "bump"});
    put_link(made, third_place);  // on the way, seen by nobody
    put_link(made, second_place);
    made.git({"checkout", "-q", "-f", "main"});
    const auto merge = made.merge("bump", "Merge bump");
    const auto direct = put_link(made, third_place);
    const auto other = made.commit("nothing of it", {{"a.txt", "2\n"}});
    opened repository{folder.path()};
    const auto found = run(repository->submodule_moves(base, other));
    REQUIRE(found);
    CHECK(*found == std::vector<submodule_move>{{"vendor/lib", direct, second_place, third_place},
                                                {"vendor/lib", merge, first_place, second_place}});
    CHECK(run(repository->submodule_moves(direct, other)).value().empty());
}

TEST_CASE("a submodule may come, go, and take the place of a file", "[git][submodules]") {
    const temporary_folder folder;
    history made{folder.path()};
    const auto root = made.commit("root", {{"a.txt", "1\n"}, {"vendor/file", "f\n"}});
    const auto came = put_link(made, first_place);
    made.git({"rm", "-q", "--cached", "vendor/file"});
    const auto replaced = put_link(made, second_place, "vendor/file");
    made.git({"rm", "-q", "--cached", "vendor/lib"});
    made.git({"commit", "-q", "-m", "gone"});
    const auto gone = made.id("HEAD");
    opened repository{folder.path()};
    CHECK(run(repository->submodule_moves(root, came)).value() ==
          std::vector<submodule_move>{{"vendor/lib", came, "", first_place}});
    CHECK(run(repository->submodule_moves(came, gone)).value() ==
          std::vector<submodule_move>{{"vendor/lib", gone, first_place, ""},
                                      {"vendor/file", replaced, "", second_place}});
    CHECK(run(repository->submodule_moves("", came)).value() ==
          std::vector<submodule_move>{{"vendor/lib", came, "", first_place}});
    // It came and went again: between these two nothing is different.
    CHECK(run(repository->submodule_moves(root, gone)).value() ==
          std::vector<submodule_move>{{"vendor/file", replaced, "", second_place}});
}

#include "commands/changelog/submodules.hpp"

#include <catch2/catch.hpp>

namespace slipway::changelog {
namespace {

submodule_change moved(submodule_way way) {
    submodule_change made;
    made.path = "vendor/money";
    made.project = "cig/money";
    made.from = std::string(40, 'a');
    made.to = std::string(40, 'b');
    made.way = way;
    return made;
}

}  // namespace

TEST_CASE("a .gitmodules says which address belongs to which path, whatever else stands in it",
          "[changelog][submodules]") {
    const auto found = submodule_addresses(
        "[submodule \"money\"]\r\n\tpath = vendor/money\r\n\turl = https://git.example/cig/money.git\r\n"
        "; a remark = no\n[core]\n\tpath = not/this\n\turl = ../nor-this\n"
        "[submodule \"half\"]\n\tpath = vendor/half\n"
        "[submodule \"quoted\"]\n\turl = \"../maths.git\"\n\tpath = \"vendor/two words\"\n\tbranch = main\n");
    CHECK(found == std::map<std::string, std::string>{{"vendor/money", "https://git.example/cig/money.git"},
                                                      {"vendor/two words", "../maths.git"}});
    CHECK(submodule_addresses("").empty());
    CHECK(submodule_addresses("[submodule").empty());
}

TEST_CASE("an address names a project by how it ends, and only one of the configured group",
          "[changelog][submodules]") {
    const auto named = [](std::string_view address) { return project_of_address(address, "cig/web", "cig"); };
    CHECK(named("https://git.example/cig/money.git") == "cig/money");
    CHECK(named("https://git.example/gitlab/cig/libs/money/") == "cig/libs/money");
    CHECK(named("ssh://git@git.example:2222/cig/money") == "cig/money");
    CHECK(named("git@git.example:cig/money.git") == "cig/money");
    CHECK(named("../money.git") == "cig/money");
    CHECK(named("../../cig/money") == "cig/money");
    CHECK(named("/srv/git/cig/money.git") == "cig/money");
    for (const auto* address : {"https://git.example/other/money.git", "../../other/money.git", "../../../cig/money",
                                "https://git.example", "https://git.example/cig", "https://git.example/cig/../root/x",
                                "https://git.example/cigar/money", "--upload-pack=touch /tmp/x", ""})
        CHECK(named(address).empty());
    CHECK(project_of_address("https://git.example/a/b/money.git", "a/b/web", "a/b") == "a/b/money");
    CHECK(project_of_address("https://git.example/cig/money.git", "cig/web", "").empty());
}

TEST_CASE("what a submodule's move means is one sentence", "[changelog][submodules]") {
    auto change = moved(submodule_way::forward);
    CHECK(words_of(change) ==
          "moves vendor/money (cig/money) from aaaaaaaaaa to bbbbbbbbbb: no merge request and no commit of its own");
    change.items = {{7, untrusted{"Cents"}, {}, "cig/money", ""}};
    change.lines = {{"cig/money!7", untrusted{"Cents"}, "ben", ""}, {"commit 1", untrusted{"x"}, "", ""}};
    CHECK(words_of(change) ==
          "moves vendor/money (cig/money) from aaaaaaaaaa to bbbbbbbbbb: 1 merge request, 1 commit without one");
    CHECK_FALSE(is_noteworthy(change));
    change.way = submodule_way::sideways;
    change.commits_lost = 2;
    CHECK(words_of(change).ends_with("1 commit without one; 2 commits of the old one are gone"));
    change.way = submodule_way::back;
    change.commits_lost = 1;
    CHECK(words_of(change) == "moves vendor/money (cig/money) back from aaaaaaaaaa to bbbbbbbbbb: 1 commit is gone");
    CHECK(is_noteworthy(change));
    change = moved(submodule_way::unread);
    change.project.clear();
    change.why = "whose project is not configured under `dependencies`";
    CHECK(words_of(change) ==
          "moves vendor/money from aaaaaaaaaa to bbbbbbbbbb, whose project is not configured under `dependencies`: "
          "its changes were not read");
    CHECK(words_of(moved(submodule_way::added)).starts_with("adds vendor/money (cig/money) at bbbbbbbbbb"));
    CHECK(words_of(moved(submodule_way::removed)) == "removes vendor/money (cig/money), which stood at aaaaaaaaaa");
}

TEST_CASE("a dependency's requests stand in the entry under their own project's name, each once",
          "[changelog][submodules]") {
    auto one = moved(submodule_way::forward);
    one.items = {
        {7, untrusted{"Cents (!7)"}, {"feature"}, "cig/money", "https://git.example/cig/money/-/merge_requests/7"},
        {8, untrusted{"Euros"}, {}, "cig/money", ""}};
    entry_plan plan;
    plan.version = "1.4.0";
    plan.request_url = "https://git.example/cig/web/-/merge_requests/";
    plan.groups = {{"feature", "New"}};
    plan.items = {{7, untrusted{"Ours (!7)"}, {}, {}, {}}};
    for (auto& each : entry_items({one, one})) plan.items.push_back(each);
    CHECK(entry_text(plan) ==
          "## 1.4.0\n\n- Ours ([!7](https://git.example/cig/web/-/merge_requests/7))\n- Euros (cig/money!8)\n\n"
          "### New\n\n- Cents ([cig/money!7](https://git.example/cig/money/-/merge_requests/7))\n");
    CHECK(entry_text(plan_from_json(to_json(plan))) == entry_text(plan));
}

}  // namespace slipway::changelog

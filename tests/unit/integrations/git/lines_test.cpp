// The lines of a difference, and where words stand in a tree.
#include "tests/unit/integrations/git/support.hpp"

using namespace slipway;
using namespace slipway::git;
using namespace slipway::git::test;

TEST_CASE("a difference gives every line that changed, with its number on its own side", "[git][lines]") {
    const temporary_folder folder;
    history made{folder.path()};
    const auto before = made.commit("first", {{"a.txt", "one\ntwo\nthree\nfour\n"}, {"b.txt", "same\n"}});
    const auto after = made.commit("second", {{"a.txt", "one\r\n2\nthree\nfour\nfive"}, {"c.txt", "new\n"}});
    opened repository{folder.path()};
    const auto found = run(repository->changed_lines(before, after, {}));
    REQUIRE(found);
    REQUIRE(found->size() == 2);
    const auto& changed = found->front();
    CHECK(changed.what.new_path == "a.txt");
    CHECK(changed.what.added == 3);
    CHECK(changed.what.removed == 2);
    REQUIRE(changed.hunks.size() == 2);
    CHECK(changed.hunks[0].added.at(1).number == 2);
    CHECK(changed.hunks[0].added.at(1).text == "2");
    CHECK(changed.hunks[0].added.at(0).text == "one");
    CHECK(changed.hunks[0].removed.at(1).text == "two");
    CHECK(changed.hunks[1].added.at(0).number == 5);
    CHECK_FALSE(changed.cut);
    CHECK(found->back().what.kind == change_kind::added);
    CHECK(found->back().size == 4);
}

TEST_CASE("a minified or endless file is cut, says so, and is still counted whole", "[git][lines]") {
    const temporary_folder folder;
    history made{folder.path()};
    const auto before = made.commit("first", {{"a.txt", "x\n"}});
    std::string lines = std::string(50'000, 'm') + "\n";
    for (int i = 0; i < 99; ++i) lines += std::to_string(i) + "\n";
    const auto after = made.commit("second", {{"min.js", lines}, {"data.bin", std::string("\0\1\2", 3)}});
    opened repository{folder.path()};
    line_limits limits;
    limits.longest = 100;
    limits.most_lines = 10;
    const auto found = run(repository->changed_lines(before, after, limits));
    REQUIRE(found);
    REQUIRE(found->size() == 2);
    CHECK(found->at(0).what.binary);
    CHECK(found->at(0).hunks.empty());
    const auto& cut = found->at(1);
    CHECK(cut.cut);
    CHECK(cut.what.added == 100);
    CHECK(cut.hunks.at(0).added.size() == 10);
    CHECK(cut.hunks.at(0).added.at(0).text == std::string(100, 'm'));
    CHECK(cut.size == lines.size());
}

TEST_CASE("a word is found where it stands whole, with file and line", "[git][lines]") {
    const temporary_folder folder;
    history made{folder.path()};
    const auto head = made.commit("first", {{"a.php", "<?php\nfunction price() {}\n\necho price(1) . price(2);\n"},
                                            {"b.php", "$prices = 3; my_price();\n"},
                                            {"lib/c.txt", "price(3)\n"},
                                            {"d.bin", std::string("price(\0)", 8)}});
    opened repository{folder.path()};
    word_search what;
    what.words = {"price"};
    const auto everywhere = run(repository->find_words(head, what));
    REQUIRE(everywhere);
    REQUIRE(everywhere->size() == 4);
    CHECK(everywhere->at(0).line == 2);
    CHECK(everywhere->at(1).line == 4);
    CHECK(everywhere->at(2).line == 4);
    CHECK(everywhere->at(2).text == "echo price(1) . price(2);");
    CHECK(everywhere->at(3).path == "lib/c.txt");
    what.endings = {".php"};
    what.most_uses = 2;
    CHECK(run(repository->find_words(head, what))->size() == 2);
    what.words = {};
    CHECK(run(repository->find_words(head, what))->empty());
}

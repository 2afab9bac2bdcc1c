#include "commands/errors/paths.hpp"

#include <catch2/catch.hpp>

using namespace slipway::errors;

namespace {
const std::vector<std::string> tree{"index.php",           "public/index.php",   "src/Cart.php",
                                    "src/Order/Cart.php",  "tests/src/Cart.php", "src/Page.php",
                                    "frontend/src/app.js", "lib/a/util.py",      "lib/b/util.py"};
using found = std::optional<std::string>;
}  // namespace

TEST_CASE("a deployed path leads to the one file it means", "[errors][paths]") {
    CHECK(map_path("/srv/www/src/Page.php", tree) == found{"src/Page.php"});
    CHECK(map_path("src/Page.php", tree) == found{"src/Page.php"});
    CHECK(map_path("C:\\www\\src\\Order\\Cart.php", tree) == found{"src/Order/Cart.php"});
    CHECK(map_path("/srv/www/current/src/../src/./Page.php", tree) == found{"src/Page.php"});
    CHECK(map_path("app:///frontend/src/app.js", tree) == found{"frontend/src/app.js"});
    CHECK(map_path("webpack://shop/./frontend/src/app.js?1a2b", tree) == found{"frontend/src/app.js"});
    CHECK(map_path("https://shop.example.com/src/app.js", tree) == found{"frontend/src/app.js"});
    CHECK(map_path("file:///C:/www/src/Page.php", tree) == found{"src/Page.php"});
    CHECK(map_path("index.php", tree) == found{"index.php"});
}

TEST_CASE("the file that is used up by the match is meant", "[errors][paths]") {
    CHECK(map_path("/srv/www/src/Cart.php", tree) == found{"src/Cart.php"});
}

TEST_CASE("an ambiguous or too short match is no match", "[errors][paths]") {
    CHECK(map_path("/srv/util.py", tree) == std::nullopt);
    CHECK(map_path("Page.php", tree) == std::nullopt);
    CHECK(map_path("/srv/vendor/x/Missing.php", tree) == std::nullopt);
    CHECK(map_path("", tree) == std::nullopt);
    CHECK(map_path("../../..", tree) == std::nullopt);
    CHECK(map_path("https://shop.example.com", tree) == std::nullopt);
}

TEST_CASE("rules come first, where they lead to a file", "[errors][paths]") {
    const std::vector<path_rule> rules{{"/srv/www/", ""}, {"app:///", "frontend/src/"}};
    CHECK(map_path("/srv/www/index.php", tree, rules) == found{"index.php"});
    CHECK(map_path("app:///app.js", tree, rules) == found{"frontend/src/app.js"});
    CHECK(map_path("/srv/www/nested/src/Page.php", tree, rules) == found{"src/Page.php"});
    CHECK(map_path("/srv/www/lib/b/util.py", tree, rules) == found{"lib/b/util.py"});
}

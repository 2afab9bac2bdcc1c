#include "commands/runbook/words.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::runbook;

namespace {

using words = std::vector<std::string>;

words split(const std::string& line) {
    const auto made = split_words(line);
    INFO(line);
    REQUIRE(made.has_value());
    return *made;
}

}  // namespace

TEST_CASE("R8.5 a line is the arguments that a shell would make of it, when it needs no shell", "[runbook]") {
    CHECK(split("salt -L p-prod-web1,p-prod-web2 test.ping") ==
          words{"salt", "-L", "p-prod-web1,p-prod-web2", "test.ping"});
    CHECK(split("  salt\t-C 'p-prod* and G@roles:app'   state.sls x test=true ") ==
          words{"salt", "-C", "p-prod* and G@roles:app", "state.sls", "x", "test=true"});
    CHECK(split(R"(tool "a \"b\" c\d" '' x\ y 'it''s')") == words{"tool", R"(a "b" c\d)", "", "x y", "its"});
    CHECK(split(R"(salt web1 state.sls x pillar='{"a": [1, 2]}')") ==
          words{"salt", "web1", "state.sls", "x", R"(pillar={"a": [1, 2]})"});
    CHECK(split("./run a#b c~d --key=value") == words{"./run", "a#b", "c~d", "--key=value"});
}

TEST_CASE("R8.5 what only a shell understands is refused with the sign, never guessed", "[runbook]") {
    for (const std::string line :
         {"a; rm -rf /", "a | b",   "a && b",      "a & b",      "a > file", "a < file", "a $(id)",
          "a `id`",      "a $HOME", "a \"$HOME\"", "a \"`id`\"", "a *",      "a [ab]",   "a ?",
          "a {b,c}",     "a !b",    "a ~/b",       "a #comment", "A=1 b",    "(a)",      "a 'never",
          "a \"never",   "a \\",    "a\nb",        "a 'b\nc'",   "a \x01",   "",         "   "}) {
        INFO(line);
        const auto made = split_words(line);
        REQUIRE(!made.has_value());
        CHECK((made.error() == errc::refused));
        CHECK(made.error().sentence().size() > 15);
    }
    CHECK(split_words("a | b").error().sentence().find("`|`") != std::string::npos);
    // An assignment is only read as one before the program.
    CHECK(split_words("env A=1 b").has_value());
}

TEST_CASE("R8.5 only what the project file allows may run: by program, or word by word", "[runbook]") {
    const std::vector<command_pattern> allowed{
        {"salt", "-L", "*", "service.*", "..."}, {"deploy-tool"}, {"clear", "all"}};
    CHECK(is_allowed({"salt", "-L", "web1,web2", "service.restart", "nginx"}, allowed));
    CHECK(is_allowed({"salt", "-L", "web1", "service.status"}, allowed));
    CHECK(is_allowed({"deploy-tool", "--everything", "you like"}, allowed));
    CHECK(is_allowed({"clear", "all"}, allowed));
    // Negative controls: another function, another program of that name, more or fewer words.
    CHECK_FALSE(is_allowed({"salt", "-L", "web1", "cmd.run", "service.x"}, allowed));
    CHECK_FALSE(is_allowed({"salt", "-C", "web1", "service.status"}, allowed));
    CHECK_FALSE(is_allowed({"salt", "-L", "web1"}, allowed));
    CHECK_FALSE(is_allowed({"/tmp/deploy-tool"}, allowed));
    CHECK_FALSE(is_allowed({"deploy-tool2"}, allowed));
    CHECK_FALSE(is_allowed({"clear", "all", "of it"}, allowed));
    CHECK_FALSE(is_allowed({"clear"}, allowed));
    CHECK_FALSE(is_allowed({}, allowed));
    CHECK_FALSE(is_allowed({"salt"}, {}));
}

#include <catch2/catch.hpp>

#include "deploy/sandbox/site/template.hpp"

using namespace slipway;
using namespace slipway::sandbox;

namespace {

json::object scope() {
    return parse_json(R"({"title":"A & B","ships":[{"name":"Petrel","price":4500},{"name":"Aurora","price":1250000}],
                          "none":[],"flag":false})")
        .value()
        .as_object();
}

site::rendered show(const std::string& text) {
    return site::render("templates/page.html", text, scope());
}

}  // namespace

TEST_CASE("a template shows values escaped, lists item by item, and choices", "[sandbox][site]") {
    CHECK(show("<h1>{{ title }}</h1>").html == "<h1>A &amp; B</h1>");
    CHECK(show("{{ title | raw }}").html == "A & B");
    CHECK(show("{% each ship in ships %}{{ ship.name }} {{ ship.price | money }};{% end %}").html ==
          "Petrel 4,500;Aurora 1,250,000;");
    CHECK(show("{% each x in none %}{{ x.nothing }}{% end %}.").html == ".");
    CHECK(show("{% if flag %}yes{% else %}no{% end %}{% if title %}!{% end %}{% if ghost %}?{% end %}").html == "no!");
}

TEST_CASE("a field that does not exist is an error with file, line and the fields there are", "[sandbox][site]") {
    const auto failed = show("<ul>\n{% each ship in ships %}\n<li>{{ ship.cost }}</li>\n{% end %}\n</ul>\n");
    REQUIRE(failed.failed);
    CHECK(failed.error.type == "UndefinedField");
    CHECK(failed.error.message == "ship has no field \"cost\" (it has name, price)");
    REQUIRE(failed.error.frames.size() == 1);
    const auto& frame = failed.error.frames.front();
    CHECK(frame.file == "templates/page.html");
    CHECK(frame.line == 3);
    CHECK(frame.function == "each ship");
    CHECK(frame.text == "<li>{{ ship.cost }}</li>");
    CHECK(frame.before.size() == 2);
    CHECK(failed.html.empty());
}

TEST_CASE("wrong types and broken templates are errors too", "[sandbox][site]") {
    CHECK(show("{{ ships | money }}").error.type == "WrongType");
    CHECK(show("{{ ships }}").error.type == "WrongType");
    CHECK(show("{% each x in title %}{% end %}").error.type == "WrongType");
    CHECK(show("{{ title.length }}").error.message == "title is text and has no field \"length\"");
    CHECK(show("{% each x in ships %}never closed").error.type == "TemplateError");
    CHECK(show("{% end %}").error.type == "TemplateError");
    CHECK(show("{% format disk %}").error.type == "TemplateError");
    CHECK(show("{{ title | shout }}").error.type == "TemplateError");
}

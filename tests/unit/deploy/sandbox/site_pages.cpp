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

TEST_CASE("a part that fails is the cause of what its template says, a macro that is gone is a call too many",
          "[sandbox][site]") {
    const site::loader load = [](const std::string& name) -> std::optional<std::string> {
        if (name == "templates/parts/good.html") return "<b>{{ title }}</b>";
        if (name == "templates/parts/bad.html") return "<p>\n{{ ghost }}</p>";
        if (name == "templates/macros.html") return "{% macro hours %}8 to {% if flag %}18{% end %}{% end %}";
        return std::nullopt;
    };
    const auto with = [&](const std::string& text) { return site::render("templates/page.html", text, scope(), load); };
    CHECK(with("{% include parts/good.html %}!").html == "<b>A &amp; B</b>!");
    CHECK(with("{% call hours %}.").html == "8 to .");
    const auto part = with("\n\n{% include parts/bad.html %}");
    REQUIRE(part.failed);
    CHECK(part.error.type == "PartFailed");
    CHECK(part.error.frames.at(0).line == 3);
    REQUIRE(part.error.cause);
    CHECK(part.error.cause->type == "UndefinedField");
    CHECK(part.error.cause->frames.at(0).file == "templates/parts/bad.html");
    CHECK(part.error.cause->frames.at(0).line == 2);
    CHECK(with("{% call gone %}").error.message == "Call to undefined function gone()");
    CHECK(with("{% if ghost %}{% call gone %}{% include parts/none.html %}{% end %}ok").html == "ok");
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

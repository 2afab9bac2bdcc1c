// The product half over real HTTP, with the real salt program.
#include "deploy/sandbox/company/parts.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <filesystem>

#include "deploy/sandbox/salt/deployment.hpp"
#include "integrations/base/json.hpp"
#include "integrations/process/process.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/deploy/sandbox/open_company.hpp"

using namespace slipway;
using namespace slipway::sandbox;

TEST_CASE("one port serves GitLab, its pages, the website and their controls", "[sandbox][parts]") {
    open_company room;
    product_settings how;
    how.visitors = false;
    room.mount(how);
    CHECK(text_at(parse_json(room.get("/gitlab/api/v4/user").body).value(), "username") == "slipway");
    CHECK(room.get("/gitlab/cig/rsi-website").status == 200);
    CHECK(room.get("/site/").headers.find("X-Version") == "1.3.0");
    CHECK(room.get("/control/site/").status == 200);
    CHECK(room.get("/control/gitlab").status == 200);
    CHECK(room.get("/control/salt/faults").body == "{}\n");
    CHECK(room.open->pages().size() == 2);
}

TEST_CASE("visitors come by themselves, through the front door", "[sandbox][parts]") {
    open_company room;
    product_settings how;
    how.visit_pause = milliseconds{1};
    room.mount(how);
    for (int each = 0; each < 10'000; ++each) {
        const auto said = parse_json(room.get("/control/site").body).value();
        if (number_at(said, "pages") > 0) return;
    }
    FAIL("nobody came");
}

TEST_CASE("the programs in bin/ speak for the sandbox they stand in", "[sandbox][parts]") {
    const std::string program = SLIPWAY_BINARY_DIR "/salt";
    if (!std::filesystem::exists(program)) FAIL(program << " is not built");
    open_company room;
    product_settings how;
    how.visitors = false;
    how.salt_program = program;
    room.mount(how);
    const auto ping = room.run({room.folder.path + "/bin/salt", "--out=json", "--out-indent=-1", "-C",
                                "p-prod* and G@roles:rsi-app-server", "test.ping"});
    REQUIRE(ping.has_value());
    CHECK(ping->code == 0);
    CHECK(ping->out ==
          "{\"p-prod-web1\":true}\n{\"p-prod-web2\":true}\n{\"p-prod-web3\":true}\n"
          "{\"p-prod-web4\":true}\n{\"p-prod-web5\":true}\n");
    const auto nobody = room.run({room.folder.path + "/bin/salt", "-C", "nobody*", "test.ping"});
    REQUIRE(nobody.has_value());
    CHECK(nobody->code == 2);
    const auto usage = room.run({room.folder.path + "/bin/substance", "paint"});
    REQUIRE(usage.has_value());
    CHECK(usage->code == 64);
}

TEST_CASE("the released assets are what the build makes, the milestone changes them, and the tests stay green",
          "[sandbox][parts]") {
    open_company room;
    product_settings how;
    how.visitors = false;
    room.mount(how);
    auto git = repository::open(repository_folder(room.folder.path, "cig/rsi-website"));
    REQUIRE(git.has_value());
    const auto build = [&](const std::string& commit, const std::string& name) {
        const auto checkout = room.folder.path + "/" + name;
        REQUIRE(git->export_to(commit, checkout).has_value());
        const auto tested = room.run({room.folder.path + "/bin/substance", "run", "test"}, checkout);
        REQUIRE(tested.has_value());
        INFO(tested->out << tested->err);
        CHECK(tested->code == 0);
        const auto built = room.run({room.folder.path + "/bin/substance", "run", "build"}, checkout);
        REQUIRE(built.has_value());
        CHECK(built->code == 0);
        return salt::read_file(checkout + "/assets/dist/site.css").value_or("");
    };
    const auto released = *git->commit_of("refs/tags/1.3.0");
    CHECK(build(released, "released") == git->read(released, "assets/dist/site.css"));
    CHECK(build(*git->branch("price-currency"), "planted") != git->read(released, "assets/dist/site.css"));
}

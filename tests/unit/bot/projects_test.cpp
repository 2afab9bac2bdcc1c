// Several projects in one bot: each with its own files, read again without a restart.
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "bot/projects.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/net/http.hpp"
#include "integrations/net/page_probe.hpp"
#include "integrations/process/process.hpp"
#include "integrations/telemetry/ledger.hpp"
#include "tests/fakes/hand_clock.hpp"
#include "tests/fakes/show_result.hpp"
#include "tests/fakes/temporary_folder.hpp"

using namespace slipway;
using namespace slipway::bot;

namespace {

/// A folder with a bot's file and project files, and the projects that come of it.
struct room {
    room() {
        std::filesystem::create_directories(folder.file("projects"));
        std::filesystem::create_directories(folder.file("state"));
        write("slipway.yaml", "state_directory: " + folder.file("state") +
                                  "\nchecklist: " SLIPWAY_SOURCE_DIR
                                  "/deploy/checklists/default.yaml\nprojects: [projects]\n");
    }
    ~room() {
        all.reset();
        pool.join();
    }
    room(const room&) = delete;
    room& operator=(const room&) = delete;

    void write(const std::string& name, const std::string& text) const {
        std::ofstream{folder.file(name), std::ios::binary} << text;
    }
    void project(const std::string& name, const std::string& more = "", const std::string& channel = "C1") const {
        write("projects/" + name + ".yaml", "name: " + name + "\nchannel: " + channel + "\ngitlab: {project: a/" +
                                                name + "}\nrepository: {url: /srv/" + name +
                                                ".git}\nversion: {file: app.properties}\nroles:\n  developer: [U1]\n"
                                                "  qa: [U2]\n  dba: [U3]\n" +
                                                more);
    }
    settings read() const {
        auto checked = load_settings(folder.file("slipway.yaml"), [this](const std::string& name) {
            const auto found = environment.find(name);
            return found == environment.end() ? std::nullopt : std::optional{found->second};
        });
        for (const auto& each : checked.problems) UNSCOPED_INFO(each.text());
        REQUIRE(checked.problems.empty());
        return checked.value;
    }
    projects& start() {
        all = std::make_unique<projects>(
            read(), shared_clients{clock, *memory, *http, *pages, *processes, nullptr, nullptr, nullptr, errors, pool,
                                   [this](const std::string& token) {
                                       tokens.push_back(token);
                                       return gitlab::create_api(*http, clock, [] { return 0.5; },
                                                                 {.url = "http://127.0.0.1/gitlab", .token = token})
                                           .value();
                                   }});
        return *all;
    }

    fakes::temporary_folder folder;
    std::map<std::string, std::string> environment;
    std::vector<std::string> tokens;
    asio::io_context loop;
    asio::thread_pool pool{1};
    fakes::hand_clock clock;
    std::unique_ptr<store::store> memory =
        *store::open_sqlite(loop.get_executor(), ":memory:", [this] { return clock.now(); });
    std::unique_ptr<net::http_client> http = net::create_http_client(loop.get_executor(), {});
    std::unique_ptr<net::page_probe> pages = net::create_page_probe(loop.get_executor(), {});
    std::unique_ptr<process::runner> processes = process::create_runner(loop.get_executor());
    telemetry::error_ledger errors;
    std::unique_ptr<projects> all;
};

}  // namespace

TEST_CASE("R9.4 a broken file switches off that project alone, and it comes back when it is mended",
          "[bot][projects]") {
    room one;
    one.project("shop");
    one.project("wiki");
    auto& all = one.start();
    CHECK(all.names() == std::vector<std::string>{"shop", "wiki"});
    const auto* clients = all.services("shop");

    one.write("projects/wiki.yaml", "name: wiki\nchanel: C2\n");
    one.project("shop", "title: The shop\n");
    all.reload(one.read());
    CHECK(all.names() == std::vector<std::string>{"shop"});
    CHECK(all.why_disabled("wiki").find("wiki.yaml:2") != std::string::npos);
    CHECK(all.find("shop")->title == "The shop");  // new settings hold at once
    CHECK(all.services("shop") == clients);        // what a step in flight works with stays

    one.project("wiki");
    all.reload(one.read());
    CHECK(all.names() == std::vector<std::string>{"shop", "wiki"});
    CHECK(all.why_disabled("wiki").empty());
}

TEST_CASE("R11.2 a project has its folder before anything is cloned: another bot may be the one that clones",
          "[bot][projects]") {
    room one;
    one.project("shop");
    one.start();
    CHECK(std::filesystem::is_directory(one.folder.file("state/projects/shop")));
}

TEST_CASE("R9.6 a new file in the folder is a new project without a restart, one that is gone is off",
          "[bot][projects]") {
    room one;
    one.project("shop");
    auto& all = one.start();
    one.project("mail", "", "C3");
    std::filesystem::remove(one.folder.file("projects/shop.yaml"));
    all.reload(one.read());
    CHECK(all.names() == std::vector<std::string>{"mail"});
    CHECK(all.find("mail")->channel == "C3");
    CHECK(all.services("mail") != nullptr);
    CHECK(all.why_disabled("shop").find("not listed") != std::string::npos);
}

TEST_CASE("R9.1 each project has its own token, and without it that project is off", "[bot][projects]") {
    room one;
    one.project("shop");
    one.write(
        "projects/wiki.yaml",
        "name: wiki\nchannel: C2\ngitlab: {project: a/wiki, token_from: WIKI_TOKEN}\nrepository: {url: /srv/w.git}\n"
        "version: {file: v.properties}\nroles: {developer: [U1], qa: [U2], dba: [U3]}\n");
    auto& without = one.start();
    CHECK(without.names() == std::vector<std::string>{"shop"});
    CHECK(without.why_disabled("wiki").find("WIKI_TOKEN") != std::string::npos);
    one.environment["WIKI_TOKEN"] = "glpat-of-the-wiki";
    const auto read = one.read();
    without.reload(read);
    CHECK(without.names() == std::vector<std::string>{"shop", "wiki"});
    CHECK(one.tokens == std::vector<std::string>{"glpat-of-the-wiki"});
    CHECK(without.services("wiki")->gitlab != without.services("shop")->gitlab);
    const auto secrets = read.secrets();
    CHECK(std::ranges::find(secrets, "glpat-of-the-wiki") != secrets.end());  // masked wherever it shows up
}

TEST_CASE("R9.2 a project's checklist extends the bot's own, a mistake names its file and line", "[bot][projects]") {
    room one;
    one.project("shop", "checklist: shop-list.yaml\n");
    one.write("projects/shop-list.yaml", "extends: default\nsteps:\n  tests: {timeout: 4h}\n");
    // The list lies in the folder of projects, where every .yaml is one: it is off by itself, the project is not.
    auto& all = one.start();
    CHECK(all.names() == std::vector<std::string>{"shop"});
    const auto list = all.checklist(*all.find("shop"));
    REQUIRE(list.has_value());
    CHECK(list->find("tests")->timeout == milliseconds{4LL * 3'600'000});
    CHECK(list->find("tests")->origin.ends_with("shop-list.yaml:3"));
    CHECK(list->find("push")->origin.find("default.yaml:") != std::string::npos);
    one.write("projects/shop-list.yaml", "extends: default\nsteps:\n  test: {timeout: 4h}\n");
    all.reload(one.read());
    CHECK(all.why_disabled("shop").find("shop-list.yaml:3") != std::string::npos);
}

TEST_CASE("R6.7 the ways back of a project are the bot's own unless it names others", "[bot][projects]") {
    room one;
    one.project("shop");
    auto& all = one.start();
    CHECK(all.way_back(*all.find("shop"), "rollback")->name == "rollback");
    CHECK(all.way_back(*all.find("shop"), "hotfix")->find("merge-back") != nullptr);
}

#include <zlib.h>
#include <catch2/catch.hpp>

#include <sstream>

#include "deploy/sandbox/salt/deployment.hpp"
#include "deploy/sandbox/salt/program.hpp"
#include "deploy/sandbox/site/site.hpp"
#include "tests/unit/deploy/sandbox/gitlab_client.hpp"

using namespace slipway;
using namespace slipway::sandbox;

namespace {

/// Takes what the website sends; answers as the ingest would.
class remembering_client final : public net::http_client {
public:
    task<result<net::response>> send(net::request asked) override {
        sent.push_back(asked);
        net::response said;
        said.status = status;
        co_return said;
    }
    std::vector<net::request> sent;
    int status = 200;
};

/// The website of a whole company, with the releases that somebody makes of it.
struct site_room {
    gitlab_room gitlab;
    asio::io_context loop;
    remembering_client client;
    task_group tasks{loop.get_executor()};
    site::website website{{gitlab.folder.path,
                           {"p-prod-web1", "p-prod-web2", "p-prod-web3", "p-prod-worker1", "q-qa-web1"},
                           {"p-prod-web1", "p-prod-web2", "p-prod-web3"},
                           "http://5a1b0c5a1b0c5a1b0c5a1b0c5a1b0c5a@127.0.0.1:9100/1"},
                          gitlab.clock,
                          client,
                          tasks};

    net::server_response get(const std::string& path) {
        net::server_request asked;
        asked.method = "GET";
        asked.path = path;
        auto made =
            fakes::run_on(loop, asked.path.starts_with("/control") ? website.control(asked) : website.handle(asked));
        fakes::run_on(loop, tasks.join());
        return made;
    }

    net::server_response put(const std::string& path, const std::string& body) {
        net::server_request asked;
        asked.method = "PUT";
        asked.path = path;
        asked.body = body;
        return fakes::run_on(loop, website.control(asked));
    }

    void merge(const std::string& iid) {
        const auto path = website_path + "/merge_requests/" + iid;
        const auto sha = text_at(gitlab.call("GET", path).body, "sha");
        REQUIRE(gitlab.call("PUT", path + "/merge", R"({"sha":")" + sha + R"("})").status == 200);
    }

    /// What the release steps do: version on master, master into stable, tag.
    void release(const std::string& version) {
        auto& git = gitlab.project().git;
        const signature by{"Ana Reyes", "ana@harbour.test", gitlab.clock.now()};
        auto text = git.read(*git.branch("master"), "config/app.properties").value();
        text.replace(text.find("1.3.0"), 5, version);
        const auto master = *git.branch("master");
        const auto built = git.create_commit(*git.tree_with(master, {{"config/app.properties", text, false}}), {master},
                                             by, by, "Build and increment version to " + version + "\n");
        REQUIRE(git.set_ref("refs/heads/master", *built).has_value());
        const auto stable = *git.branch("stable");
        const auto tree = git.merged_tree(stable, *built);
        const auto merged = git.create_commit(*tree, {stable, *built}, by, by, "Merge branch 'master' into stable\n");
        REQUIRE(git.set_ref("refs/heads/stable", *merged).has_value());
        REQUIRE(git.create_tag(version, *merged, by, "Version\n").has_value());
    }

    void deploy() {
        std::ostringstream out;
        std::ostringstream err;
        const salt::machine on{[this] { return gitlab.clock.now(); }, [](milliseconds) {}, [] { return true; }};
        REQUIRE(salt::run_salt(
                    {"--out=json", "-C", "p-prod* and G@roles:rsi-app-server", "state.sls", "cig-rsi.website.build"},
                    gitlab.folder.path, {out, err}, on) == 0);
    }

    const std::string website_path = sandbox::website;
};

std::string gunzip(const std::string& packed) {
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
    std::string text(1U << 20U, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    text.resize(stream.total_out);
    inflateEnd(&stream);
    return text;
}

}  // namespace

TEST_CASE("every page of the deployed version is shown, and says its version", "[sandbox][site]") {
    site_room room;
    for (const auto* path : {"/site/", "/site/ships", "/site/ships/aurora", "/site/store", "/site/news"}) {
        const auto page = room.get(path);
        INFO(path << "\n" << page.body);
        CHECK(page.status == 200);
        CHECK(page.headers.find("X-Version") == "1.3.0");
        CHECK_THAT(page.body, Catch::Contains("<span id=\"version\">1.3.0</span>"));
    }
    CHECK_THAT(room.get("/site/").body, Catch::Contains("Ships built to order"));
    CHECK_THAT(room.get("/site/ships/aurora").body, Catch::Contains("<dd>12,500</dd>"));
    CHECK(room.get("/site/ships/ghost").status == 404);
    CHECK(room.get("/site/assets/dist/site.css").headers.find("Content-Type") == "text/css; charset=utf-8");
    CHECK(room.get("/site/assets/../make.conf").status == 404);
    CHECK(room.client.sent.empty());
}

TEST_CASE("the front door takes the servers in turn and leaves out one that is down", "[sandbox][site]") {
    site_room room;
    std::vector<std::string> served;
    for (int each = 0; each < 3; ++each) served.push_back(*room.get("/site/").headers.find("X-Served-By"));
    CHECK(served == std::vector<std::string>{"p-prod-web1", "p-prod-web2", "p-prod-web3"});
    CHECK(room.put("/control/site/hosts/p-prod-web2", R"({"down":true})").status == 200);
    CHECK(room.get("/site/p-prod-web2/").status == 502);
    for (int each = 0; each < 4; ++each) CHECK(room.get("/site/").headers.find("X-Served-By") != "p-prod-web2");
    CHECK(room.put("/control/site/hosts/nowhere", R"({"down":true})").status == 400);
}

TEST_CASE("a deploy changes what the site serves, host by host", "[sandbox][site]") {
    site_room room;
    room.merge("9");
    CHECK(room.get("/site/compare").status == 404);
    room.release("1.4.0");
    CHECK(room.get("/site/compare").status == 404);
    room.deploy();
    const auto page = room.get("/site/compare");
    CHECK(page.status == 200);
    CHECK(page.headers.find("X-Version") == "1.4.0");
    CHECK(room.get("/site/q-qa-web1/").headers.find("X-Version") == "1.3.0");
    const auto build = parse_json(room.get("/site/p-prod-web1/-/build-info").body).value();
    CHECK(text_at(build, "version") == "1.4.0");
    CHECK(text_at(build, "commit") == room.gitlab.project().git.branch("stable"));
    const auto started = parse_json(room.get("/site/p-prod-web1/-/services/website").body).value();
    CHECK(text_at(started, "started_at") == to_iso(room.gitlab.clock.now()));
}

TEST_CASE("without the planted change every page of the next release works", "[sandbox][site]") {
    site_room room;
    for (const auto* iid : {"9", "10", "12"}) room.merge(iid);
    room.release("1.4.0");
    room.deploy();
    for (const auto* path :
         {"/site/", "/site/ships", "/site/ships/aurora", "/site/store", "/site/news", "/site/compare"}) {
        CHECK(room.get(path).status == 200);
    }
    CHECK(room.client.sent.empty());
}

TEST_CASE("the planted change breaks the page of a ship, and the error names the line its author wrote",
          "[sandbox][site]") {
    site_room room;
    for (const auto* iid : {"9", "10", "11", "12"}) room.merge(iid);
    room.release("1.4.0");
    CHECK(room.get("/site/ships/aurora").status == 200);
    room.deploy();
    CHECK(room.get("/site/").status == 200);
    CHECK(room.get("/site/ships").status == 200);
    CHECK_THAT(room.get("/site/store").body, Catch::Contains("12,500 UEC"));
    const auto broken = room.get("/site/p-prod-web2/ships/aurora");
    CHECK(broken.status == 500);
    CHECK(broken.headers.find("X-Version") == "1.4.0");

    REQUIRE(room.client.sent.size() == 1);
    const auto& sent = room.client.sent.front();
    CHECK(sent.url == "http://127.0.0.1:9100/api/1/envelope/");
    CHECK(sent.headers.find("Content-Encoding") == "gzip");
    CHECK_THAT(sent.headers.find("X-Sentry-Auth").value(),
               Catch::StartsWith("Sentry ") && Catch::Contains("sentry_key=5a1b0c5a1b0c5a1b0c5a1b0c5a1b0c5a"));
    std::istringstream envelope{gunzip(sent.body)};
    std::string header;
    std::string item;
    std::string payload;
    REQUIRE((std::getline(envelope, header) && std::getline(envelope, item) && std::getline(envelope, payload)));
    CHECK(text_at(*parse_json(item), "type") == "event");
    const auto event = *parse_json(payload);
    CHECK(text_at(*parse_json(header), "event_id") == text_at(event, "event_id"));
    CHECK(text_at(event, "release") == "rsi-website@1.4.0");
    CHECK(text_at(event, "environment") == "production");
    CHECK(text_at(event, "server_name") == "p-prod-web2");
    CHECK(text_at(event, "exception.values.0.type") == "UndefinedField");
    CHECK(text_at(event, "exception.values.0.value") == "ship.price has no field \"value\" (it has amount, currency)");
    const auto& frames = array_at(event, "exception.values.0.stacktrace.frames");
    REQUIRE(frames.size() == 3);
    CHECK_FALSE(flag_at(frames[0], "in_app"));
    CHECK(text_at(frames[1], "filename") == "routes.conf");
    const auto& crash = frames[2];
    CHECK(text_at(crash, "filename") == "templates/ship.html");
    const auto& git = room.gitlab.project().git;
    std::istringstream file{*git.read(*git.branch("stable"), "templates/ship.html")};
    std::string line;
    for (std::int64_t each = 0; each < number_at(crash, "lineno"); ++each) std::getline(file, line);
    CHECK(line == text_at(crash, "context_line"));
    CHECK_THAT(line, Catch::Contains("ship.price.value"));
}

TEST_CASE("reports that the monitor refuses are counted, and a new address can be set", "[sandbox][site]") {
    site_room room;
    room.merge("11");
    room.release("1.4.0");
    room.deploy();
    room.client.status = 429;
    room.get("/site/ships/petrel");
    CHECK(room.put("/control/site/dsn", R"({"dsn":"nonsense"})").status == 400);
    CHECK(room.put("/control/site/dsn", R"({"dsn":"https://abc@errors.test/sub/7"})").status == 200);
    room.client.status = 200;
    room.get("/site/ships/petrel");
    CHECK(room.client.sent.back().url == "https://errors.test/sub/api/7/envelope/");
    const auto said = parse_json(room.get("/control/site").body).value();
    CHECK(number_at(said, "errors") == 2);
    CHECK(number_at(said, "reported") == 1);
    CHECK(number_at(said, "refused") == 1);
    CHECK_THAT(text_at(said, "last_problem"), Catch::Contains("answered 429"));
    CHECK(text_at(said, "deployed.p-prod-web1") == "1.4.0");
}

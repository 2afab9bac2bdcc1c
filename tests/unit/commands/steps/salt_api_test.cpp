// The same steps through salt-api, against the sandbox's.
#include "deploy/sandbox/salt/api.hpp"
#include "integrations/net/http.hpp"
#include "tests/unit/commands/steps/salt_bench.hpp"

using namespace slipway;
using namespace slipway::steps;
using namespace slipway::steps::test;
using Catch::Contains;

namespace {

/// The bench's company, reached over HTTP alone.
struct api_bench : salt_bench {
    std::unique_ptr<sandbox::salt::api> served;
    std::unique_ptr<net::http_server> server;
    std::unique_ptr<net::http_client> http = net::create_http_client(loop.get_executor(), {});
    int answers_to_lose = 0;  ///< to starts of a real run: done, and then the connection closes

    api_bench() {
        served = std::make_unique<sandbox::salt::api>(
            *processes, sandbox::salt::api_settings{folder.path, SLIPWAY_BINARY_DIR "/salt"});
        server = net::create_http_server(loop.get_executor(), {}, [this](net::server_request asked) {
                     return answer(std::move(asked));
                 }).value();
        jobs = salt::create_api_jobs(*http, {"http://127.0.0.1:" + std::to_string(server->port()) + "/salt-api",
                                             "slipway", "sandbox-salt-password"})
                   .value();
        salt::cli_settings how;
        how.reply_timeout_s = 1;
        client = salt::create_client_over(*jobs, *time, how);
    }
    ~api_bench() { fakes::run_on(loop, server->stop(milliseconds{500})); }
    task<net::server_response> answer(net::server_request asked) {
        const bool starts = asked.body.find("\"metadata\"") != std::string::npos;
        auto made = co_await served->handle(std::move(asked));
        if (!starts || answers_to_lose == 0) co_return made;
        --answers_to_lose;
        made = {};
        made.status = 0;
        co_return made;
    }
    void control(const std::string& body) {
        net::server_request asked;
        asked.method = "PUT";
        asked.body = body;
        fakes::run_on(loop, served->control(asked));
    }
};

}  // namespace

TEST_CASE("D2 D6 ping, dry run and run work through salt-api alone", "[steps][salt][api]") {
    api_bench on;
    const auto pinned = on.ping();
    REQUIRE(pinned);
    INFO(pinned->text << pinned->detail);
    CHECK(array_at(pinned->facts, "hosts").size() == 5);
    REQUIRE(on.look());
    on.control(R"({"forget_sessions":true})");  // salt-api was restarted
    const auto done = on.perform();
    REQUIRE(done);
    CHECK(done->text == "built on 5 hosts");
    CHECK(on.jobs_sent() == 1);
}

TEST_CASE("R5.4 a start whose answer salt-api lost is found by its key", "[steps][salt][api]") {
    api_bench on;
    REQUIRE(on.ping());
    REQUIRE(on.look());
    on.answers_to_lose = 1;
    CHECK(on.perform()->ok);
    CHECK(on.answers_to_lose == 0);
    CHECK(on.jobs_sent() == 1);
    CHECK(on.runs_on("p-prod-web1") == 1);
}

TEST_CASE("a silent host and a target that matches nobody read the same through salt-api", "[steps][salt][api]") {
    api_bench on;
    on.fault(R"({"silent":["p-prod-web2"]})");
    CHECK_THAT(on.ping()->text, Contains("no answer from p-prod-web2"));
    on.project.salt.target = "nobody*";
    CHECK_THAT(on.ping().error().sentence(), Contains("found no host"));
}

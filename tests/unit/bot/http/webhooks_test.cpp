#include "bot/http/webhooks.hpp"

#include <catch2/catch.hpp>

#include "integrations/base/digest.hpp"
#include "tests/fakes/hand_clock.hpp"
#include "tests/fakes/run_task.hpp"

using namespace slipway;
using namespace slipway::bot;

namespace {

struct room {
    asio::io_context loop;
    fakes::hand_clock clock;
    std::unique_ptr<store::store> memory =
        store::open_sqlite(loop.get_executor(), ":memory:", [this] { return clock.now(); }).value();
    std::vector<sentry::hook> taken;
    webhooks hooks{"secret", {{"shop", [this](const sentry::hook& what) { taken.push_back(what); }}}, *memory, clock};

    ~room() { run(memory->close()); }
    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }
    int send(const std::string& body, const std::string& id, const std::string& signature,
             const std::string& path = "/hooks/sentry/shop", const std::string& method = "POST") {
        net::server_request asked;
        asked.method = method;
        asked.path = path;
        asked.headers.add("Sentry-Hook-Resource", "issue");
        asked.headers.add("Sentry-Hook-Signature", signature);
        if (!id.empty()) asked.headers.add("Request-ID", id);
        asked.body = body;
        return run(hooks.handle(std::move(asked))).status;
    }
};

const std::string body = R"({"action":"created","data":{"issue":{"id":"12"}}})";
const std::string good = hmac_sha256_hex("secret", body);

}  // namespace

TEST_CASE("a signed hook is stored, handed on once, and a repeat with its Request-ID changes nothing", "[webhooks]") {
    room here;
    CHECK(here.send(body, "r-1", good) == 200);
    CHECK(here.send(body, "r-1", good) == 200);  // Sentry repeats what it thinks was lost
    CHECK(here.send(body, "r-2", good) == 200);
    REQUIRE(here.taken.size() == 2);
    CHECK(here.taken[0].issue_id == "12");
    CHECK(here.hooks.counts().repeated == 1);
    CHECK(here.run(here.memory->unhandled("sentry-hook")).value().empty());
}

TEST_CASE("an unsigned or forged hook is refused before anything of it is read", "[webhooks]") {
    room here;
    CHECK(here.send(body, "r-1", "") == 401);
    CHECK(here.send(body, "r-1", hmac_sha256_hex("guess", body)) == 401);
    CHECK(here.send(body + " ", "r-1", good) == 401);
    CHECK(here.send(body, "", good) == 400);
    CHECK(here.send(body, "r-1", good, "/hooks/sentry/other") == 404);
    CHECK(here.send(body, "r-1", "", "/hooks/sentry/other") == 401);  // strangers do not learn which projects exist
    CHECK(here.send(body, "r-1", good, "/hooks/gitlab/shop") == 404);
    CHECK(here.send(body, "r-1", good, "/hooks/sentry/shop", "GET") == 405);
    CHECK(here.taken.empty());
    CHECK(here.hooks.counts().refused == 8);
}

TEST_CASE("what a crash left between storing and working is handed on at the next start", "[webhooks]") {
    room here;
    store::envelope left;
    left.id = "shop/r-9";
    left.source = "sentry-hook";
    left.payload = {{"project", "shop"}, {"resource", "issue"}, {"body", body}};
    left.received = here.clock.now();
    REQUIRE(here.run(here.memory->receive(left)));
    CHECK(here.run(here.hooks.recover()));
    REQUIRE(here.taken.size() == 1);
    CHECK(here.run(here.memory->unhandled("sentry-hook")).value().empty());
    CHECK(here.send(body, "r-9", good) == 200);
    CHECK(here.taken.size() == 1);
}

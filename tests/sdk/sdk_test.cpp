// Official SDKs, unchanged, against the ingest: real programs, real sockets.
#include "tests/sdk/sdk_room.hpp"

using namespace slipway;
using namespace slipway::sdk;

namespace {

/// @sentry/node 11 wants a newer Node than Debian 12 has; 10 runs on both.
bool node_is_new(room& here) {
    const auto said = here.must_run({"node", "--version"}).out;  // "v20.20.2"
    return std::stoi(said.substr(1)) >= 22 || said.starts_with("v20.19") || said.starts_with("v20.2");
}

std::vector<std::string> node_sdks(room& here) {
    std::vector<std::string> found{packages + "/node_modules/sentry-node-10"};
    if (node_is_new(here)) found.push_back(packages + "/node_modules/@sentry/node");
    return found;
}

}  // namespace

TEST_CASE("the official Node SDK reports an error into its group, and nothing personal is kept", "[sdk][node]") {
    if (!is_there(packages + "/node_modules/@sentry/node", "npm")) return;
    room here;
    for (const auto& sdk : node_sdks(here)) {
        CAPTURE(sdk);
        room fresh;
        fresh.must_run({"node", scripts + "node_client.js", sdk, fresh.dsn(), "one"});
        const auto group = only_group(fresh.groups());
        CHECK_THAT(group.title.raw(), Catch::StartsWith("TypeError: Cannot read properties of undefined"));
        CHECK_THAT(group.culprit.raw(), Catch::Contains("total"));
        CHECK(group.first_release == "shop@1.4.0");
        CHECK(fresh.counted() == 1);
        CHECK(fresh.receiver->counts().refused == 0);
        CHECK_THAT(json::serialize(fresh.ledger.save()), !Catch::Contains("canary"));
    }
}

TEST_CASE("the official Node SDK sends a large error compressed, and it is read", "[sdk][node]") {
    if (!is_there(packages + "/node_modules/@sentry/node", "npm")) return;
    room here;
    here.must_run({"node", scripts + "node_client.js", node_sdks(here).back(), here.dsn(), "large"});
    CHECK(here.counted() == 1);
    CHECK(here.receiver->counts().unreadable == 0);
}

TEST_CASE("in a storm received and reported errors of the Node SDK add up to the exact number", "[sdk][node]") {
    if (!is_there(packages + "/node_modules/@sentry/node", "npm")) return;
    room here;
    for (const auto& sdk : node_sdks(here)) {
        CAPTURE(sdk);
        room small{{.events_per_second = 0.01, .event_burst = 5}};
        small.must_run({"node", scripts + "node_client.js", sdk, small.dsn(), "storm"});
        CHECK(small.traffic().errors == 5);
        CHECK(small.traffic().errors + small.traffic().suppressed == 20);
        CHECK(small.receiver->counts().refused + small.receiver->counts().limited == 0);
    }
}

TEST_CASE("the official sentry-cli reports, and is told in words that releases are not kept here", "[sdk][cli]") {
    const auto cli = packages + "/node_modules/@sentry/cli-linux-x64/bin/sentry-cli";
    if (!is_there(cli, "npm")) return;
    room here;
    const std::map<std::string, std::string> site{{"SENTRY_DSN", here.dsn()}};
    const auto sent = here.must_run(
        {cli, "send-event", "-m", "backup of shop failed", "-r", "shop@1.4.0", "-E", "production", "--no-environ"},
        site);
    CHECK_THAT(sent.out, Catch::Contains("Event dispatched"));
    CHECK(only_group(here.groups()).title.raw() == "backup of shop failed");
    here.must_run({cli, "monitors", "run", "backup", "--", "true"}, site);
    CHECK(here.receiver->counts().other_items >= 1);
    CHECK(here.receiver->counts().refused == 0);

    const auto release = here.run({cli, "--url", "http://127.0.0.1:" + std::to_string(here.server->port()),
                                   "--auth-token", "t", "releases", "-o", "o", "-p", "p", "new", "shop@1.4.0"});
    CHECK(release.code != 0);
    CHECK_THAT(release.out + release.err, Catch::Contains("releases and deploys are not kept"));
}

TEST_CASE("the official Python SDK reports an exception and a message", "[sdk][python]") {
    if (!is_there("/usr/lib/python3/dist-packages/sentry_sdk", "python3-sentry-sdk")) return;
    room here;
    here.must_run({"/usr/bin/python3", scripts + "python_client.py", here.dsn()});
    CHECK(here.counted() == 2);
    const auto all = here.groups();
    REQUIRE(all.size() == 2);
    const auto has = [&all](const std::string& title) {
        return std::ranges::any_of(all, [&](const auto& each) { return each.title.raw() == title; });
    };
    CHECK(has("TypeError: 'NoneType' object is not subscriptable"));
    CHECK(has("stock of 17 shirts is negative"));
    CHECK(here.receiver->counts().refused == 0);
}

TEST_CASE("the official Ruby SDK reports an exception", "[sdk][ruby]") {
    if (!is_there("/usr/share/doc/ruby-sentry-ruby-core", "ruby-sentry-ruby-core")) return;
    room here;
    here.must_run({"/usr/bin/ruby", scripts + "ruby_client.rb", here.dsn()});
    CHECK_THAT(only_group(here.groups()).title.raw(), Catch::StartsWith("NoMethodError: undefined method `fetch'"));
    CHECK(here.counted() == 1);
    CHECK(here.receiver->counts().refused == 0);
}

TEST_CASE("a PHP program that sends as the SDK's transport does reports a chained exception by its cause",
          "[sdk][php]") {
    if (!is_there("/usr/bin/php", "php-cli") || !is_there("/usr/share/doc/php-curl", "php-curl")) return;
    room here;
    const auto said = here.must_run({"/usr/bin/php", scripts + "php_client.php", here.dsn(), "50"}).out;
    CHECK_THAT(said, Catch::StartsWith("answered 200, "));
    const auto group = only_group(here.groups());
    CHECK(group.title.raw() == "RuntimeException: no total for the cart");
    CHECK(group.first_release == "shop@1.4.0");
    CHECK(here.counted() == 1);
    const auto sample = here.ledger.save();
    CHECK_THAT(json::serialize(sample), Catch::Contains("array_sum") && Catch::Contains("Cart::total"));
    CHECK_THAT(json::serialize(sample), !Catch::Contains("canary"));
}

TEST_CASE("what is too large is refused before a PHP page has sent it", "[sdk][php]") {
    if (!is_there("/usr/bin/php", "php-cli") || !is_there("/usr/share/doc/php-curl", "php-curl")) return;
    room here;
    // Hex of random bytes shrinks to half: four MiB of it are two on the wire, and curl asks first from one MiB on.
    // Were it not answered, it would send everything after a second.
    const auto said = here.must_run({"/usr/bin/php", scripts + "php_client.php", here.dsn(), "4096"}).out;
    CHECK(said == "answered 413, 0 bytes sent\n");
    CHECK(here.counted() == 0);
}

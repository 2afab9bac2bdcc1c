// The official browser SDK in a real Chromium, on a page of another origin than the ingest: CORS as browsers enforce
// it.
#include <fstream>
#include <sstream>

#include "tests/fakes/webdriver.hpp"
#include "tests/sdk/sdk_room.hpp"

using namespace slipway;
using namespace slipway::sdk;

namespace {

std::string text_of(const std::string& file) {
    std::ifstream in{file};
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
}

/// A shop's page: the SDK's bundle, then what the test wants to happen. `more` goes into the SDK's options.
struct page {
    page(room& here, const std::string& more, const std::string& script)
        : ingest_room{here}, browser{here.loop.get_executor()} {
        html = "<!doctype html><title>shop</title><script src=/sdk.js></script><script>Sentry.init({dsn:\"" +
               here.dsn() + "\",release:\"shop@1.4.0\",environment:\"production\"" + more + "});\n" + script +
               "</script>";
        net::server_settings listen;
        server = net::create_http_server(here.loop.get_executor(), listen, [this](net::server_request asked) {
                     return answer(std::move(asked));
                 }).value();
        const auto started = fakes::run_on(here.loop, browser.start());
        if (!started) FAIL(started.error().sentence());
        must(browser.open("http://127.0.0.1:" + std::to_string(server->port()) + "/"));
    }
    ~page() {
        fakes::run_on(ingest_room.loop, browser.quit());
        fakes::run_on(ingest_room.loop, server->stop(milliseconds{0}));
    }
    page(const page&) = delete;
    page& operator=(const page&) = delete;

    task<net::server_response> answer(net::server_request asked) {
        net::server_response made;
        made.headers.add("Content-Type", asked.path == "/sdk.js" ? "text/javascript" : "text/html");
        made.body = asked.path == "/sdk.js" ? text_of(packages + "/browser.js") : html;
        co_return made;
    }
    void must(task<result<>> work) {
        const auto done = fakes::run_on(ingest_room.loop, std::move(work));
        if (!done) FAIL(done.error().sentence());
    }
    void wait_for(const std::string& condition) { must(browser.wait_for(condition)); }

    room& ingest_room;
    std::string html;
    fakes::webdriver browser;
    std::unique_ptr<net::http_server> server;
};

const std::string break_the_cart = "function total(cart) { return cart.price.amount; }\n";
const std::string flush_then_say =
    "setTimeout(() => Sentry.flush(5000).then((ok) => { document.title = ok ? 'sent' : 'lost'; }), 0);";

}  // namespace

TEST_CASE("the official browser SDK reports an uncaught error from a page of another origin", "[sdk][browser]") {
    if (!is_there(packages + "/browser.js", "npm")) return;
    room here;
    page shop_page{here, "", break_the_cart + flush_then_say + "\ntotal({});"};
    shop_page.wait_for("document.title === 'sent'");
    while (here.receiver->group_some(100) > 0) {
    }
    const auto group = only_group(here.groups());
    CHECK_THAT(group.title.raw(), Catch::StartsWith("TypeError: Cannot read properties of undefined"));
    CHECK(group.first_release == "shop@1.4.0");
    CHECK(here.traffic().sessions >= 1);
    CHECK(here.receiver->counts().refused == 0);
    const auto errors = fakes::run_on(here.loop, shop_page.browser.console_errors()).value();
    CHECK(std::ranges::none_of(errors, [](const std::string& each) { return each.find("CORS") != std::string::npos; }));
}

TEST_CASE("a browser that has to ask first is told that it may send", "[sdk][browser]") {
    if (!is_there(packages + "/browser.js", "npm")) return;
    room here;
    page shop_page{here, ",transportOptions:{headers:{'X-Sentry-Auth':'Sentry sentry_key=" + key + "'}}",
                   break_the_cart + flush_then_say + "\ntotal({});"};
    shop_page.wait_for("document.title === 'sent'");
    while (here.receiver->group_some(100) > 0) {
    }
    CHECK(here.counted() == 1);
    CHECK(here.receiver->counts().preflights >= 1);
}

TEST_CASE("a browser in a storm reads across origins that it shall hold back, and says how many it held",
          "[sdk][browser]") {
    if (!is_there(packages + "/browser.js", "npm")) return;
    room here{{.events_per_second = 0.01, .event_burst = 3}};
    page shop_page{
        here, ",integrations:(all)=>all.filter((each)=>each.name!=='Dedupe')",
        "(async () => { for (let i = 0; i < 20; ++i) { Sentry.captureException(new Error('cart ' + i)); await "
        "Sentry.flush(5000); }\n"
        "Object.defineProperty(document, 'visibilityState', {value: 'hidden'});\n"
        "document.dispatchEvent(new Event('visibilitychange')); await Sentry.flush(5000); document.title = 'sent'; "
        "})();"};
    shop_page.wait_for("document.title === 'sent'");
    while (here.receiver->group_some(100) > 0) {
    }
    CHECK(here.traffic().errors == 3);
    CHECK(here.traffic().errors + here.traffic().suppressed == 20);
}

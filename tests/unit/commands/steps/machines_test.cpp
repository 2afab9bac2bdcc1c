// D7 to D10: the home page and the restarts, host by host.
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <set>

#include "commands/steps/common.hpp"
#include "commands/steps/machines/page_faults.hpp"
#include "integrations/net/page_probe.hpp"
#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/fake_salt.hpp"
#include "tests/fakes/jumping_timers.hpp"
#include "tests/fakes/run_task.hpp"

namespace slipway::steps::test {
namespace {

/// The website: what it answers by url, and who was asked where.
struct fake_pages final : net::page_probe {
    task<result<net::page_answer>> look(net::page_request what) override {
        requests.push_back(what);
        auto& script = answers[what.asked.url];
        if (script.empty()) co_return otherwise;
        auto next = std::move(script.front());
        script.pop_front();
        co_return next;
    }
    std::map<std::string, std::deque<result<net::page_answer>>> answers;
    result<net::page_answer> otherwise = failure{errc::unavailable, "nobody there"};
    std::vector<net::page_request> requests;
};

struct machine_room {
    machine_room() {
        state.id = "core-1.4.0-1";
        state.version = "1.4.0";
        state.facts["hosts"] = json::array{"web1", "web2"};
        state.facts["deployed_at"] = "2026-11-24T09:00:00.000Z";
    }
    net::response good() const {
        net::response made;
        made.status = 200;
        made.headers.add("X-Version", "1.4.0");
        made.body = "<h1>Harbour Works</h1>";
        return made;
    }
    void page(const std::string& url, int status, const std::string& body = "<h1>Harbour Works</h1>",
              const std::string& version = "1.4.0") {
        net::headers headers;
        headers.add("X-Version", version);
        net::page_answer made;
        made.got.status = status;
        made.got.headers = headers;
        made.got.body = body;
        pages.answers[url].push_back(made);
    }
    context at(const std::string& kind, const std::string& id) {
        context here;
        here.state = std::make_shared<const release::release_state>(state);
        here.project = std::make_shared<const release::project_settings>(project);
        here.rule.id = id;
        here.rule.kind = kind;
        here.with.time = &time;
        here.with.http = &http;
        here.with.pages = &pages;
        here.with.salt = &master;
        here.log = [](const std::string&) {};
        return here;
    }
    result<outcome> check_page() { return act_on("http_check", "home-page"); }
    result<outcome> restart() { return act_on("restart", "restart-workers"); }
    result<probe_outcome> probe() {
        auto done = all_kinds().at("restart")->probe(at("restart", "restart-workers"), intent);
        return fakes::run_on(loop, std::move(done));
    }
    result<outcome> act_on(const std::string& kind, const std::string& id) {
        auto done = fakes::run_on(loop, all_kinds().at(kind)->perform(at(kind, id), intent));
        if (done)
            for (const auto& each : done->facts) state.facts[each.key()] = each.value();
        return done;
    }

    asio::io_context loop;
    fakes::fake_http http;
    fake_pages pages;
    fakes::fake_salt master;
    fakes::jumping_timers time;
    release::release_state state;
    release::project_settings project;
    act intent{"k", fakes::jumping_timers::start, {}, {}, {}, {}};
};

struct page_room : machine_room {
    page_room() {
        auto& wanted = project.home_page;
        wanted.urls = {"http://door/"};
        wanted.version_header = "X-Version";
        wanted.forbidden = {"Something went wrong"};
        wanted.patience = milliseconds{30'000};
        pages.otherwise = net::page_answer{good(), std::nullopt};
    }
    /// Every answer of the only address is this one.
    result<outcome> with(net::response answer, std::optional<instant> until = std::nullopt) {
        pages.otherwise = net::page_answer{std::move(answer), until};
        return check_page();
    }
    std::string fault_with(net::response answer) {
        const auto said = with(std::move(answer));
        REQUIRE(said);
        CHECK_FALSE(said->ok);
        return said->text;
    }
};

/// Two hosts whose service answers with when it was started.
struct restart_room : machine_room {
    restart_room() {
        auto& how = project.restarts["restart-workers"];
        how.salt_function = "service.restart";
        how.salt_arguments = {"workers"};
        how.probe_url = "http://{host}/service";
        how.patience = milliseconds{2'000};
        for (const auto* host : {"web1", "web2"}) started[host] = intent.intended - milliseconds{3'600'000};
        master.on_call = [this](const std::string& host) {
            if (!hangs.contains(host)) started[host] = time.now();
        };
        script();
    }
    /// A page that always tells the newest start.
    struct live_http final : net::http_client {
        explicit live_http(restart_room& of) : room{of} {}
        task<result<net::response>> send(net::request asked) override {
            const auto host = asked.url.substr(7, asked.url.find('/', 7) - 7);
            if (room.down.contains(host)) co_return failure{errc::unavailable, asked.url + ": nobody there"};
            net::response made;
            made.status = 200;
            made.body = R"({"started_at":")" + to_iso(room.started.at(host)) + "\"}";
            co_return made;
        }
        restart_room& room;
    };
    void script() { live = std::make_unique<live_http>(*this); }
    context here() {
        auto made = at("restart", "restart-workers");
        made.with.http = live.get();
        return made;
    }
    result<outcome> go() {
        auto done = fakes::run_on(loop, all_kinds().at("restart")->perform(here(), intent));
        if (done)
            for (const auto& each : done->facts) state.facts[each.key()] = each.value();
        return done;
    }
    answer probed() { return fakes::run_on(loop, all_kinds().at("restart")->probe(here(), intent))->what; }
    std::map<std::string, instant> started;
    std::set<std::string> hangs, down;
    std::unique_ptr<live_http> live;
};

}  // namespace

TEST_CASE("D7 a page that is right is right so many times in a row", "[steps][machines]") {
    page_room room;
    const auto done = room.check_page();
    REQUIRE(done);
    CHECK(done->ok);
    CHECK(done->text == "the home page answers with 1.4.0, 3 times in a row");
    CHECK(room.pages.requests.size() == 3);
    CHECK(text_at(done->facts, "served") == "1.4.0");
}

TEST_CASE("D7 every reason why a page is wrong is a sentence", "[steps][machines]") {
    page_room room;
    auto answer = room.good();
    answer.status = 500;
    CHECK(room.fault_with(answer).find("it answers with status 500") != std::string::npos);
    // The error page that answers 200.
    answer = room.good();
    answer.body += "<h1>Something went wrong</h1>";
    CHECK(room.fault_with(answer).find("the page says “Something went wrong”, which a good page never does") !=
          std::string::npos);
    answer = room.good();
    answer.headers = {};
    CHECK(room.fault_with(answer).find("has no header X-Version") != std::string::npos);
    answer.headers.add("X-Version", "1.3.0");
    CHECK(room.fault_with(answer).find("X-Version says “1.3.0”, not 1.4.0") != std::string::npos);
    room.project.home_page.marker = "Welcome";
    CHECK(room.fault_with(room.good()).find("the page lacks “Welcome”") != std::string::npos);
    room.project.home_page.marker.clear();
    room.project.home_page.version_marker = "build {version}";
    CHECK(room.fault_with(room.good()).find("does not show “build 1.4.0”") != std::string::npos);
    room.project.home_page.version_marker.clear();
    // Nobody answers: nobody knows how the page is.
    room.pages.otherwise = failure{errc::unavailable, "GET http://door/: connection refused"};
    const auto silent = room.check_page();
    REQUIRE_FALSE(silent);
    CHECK(silent.error() == errc::timed_out);
    CHECK(silent.error().sentence().find("connection refused") != std::string::npos);
}

TEST_CASE("D7 N of M: one bad answer among good ones is forgiven only when the project says so", "[steps][machines]") {
    page_room room;
    room.page("http://door/", 200);
    room.page("http://door/", 503);
    CHECK(room.check_page()->ok);
    CHECK(room.pages.requests.size() == 5);  // three in a row, after the bad one
    page_room tolerant;
    tolerant.project.home_page.good = 4;
    tolerant.project.home_page.of = 5;
    tolerant.page("http://door/", 200);
    tolerant.page("http://door/", 503);
    CHECK(tolerant.check_page()->text == "the home page answers with 1.4.0, 4 of 5 times");
    CHECK(tolerant.pages.requests.size() == 5);
    // Every second answer bad is not 4 of 5.
    page_room flapping;
    flapping.project.home_page.good = 4;
    flapping.project.home_page.of = 5;
    for (int i = 0; i < 50; ++i) flapping.page("http://door/", i % 2 == 0 ? 200 : 503);
    CHECK_FALSE(flapping.check_page()->ok);
}

TEST_CASE("D7 each server behind the front door is asked as well, and the bad one is named", "[steps][machines]") {
    page_room room;
    room.project.home_page.per_host.pinned = true;
    room.project.home_page.per_host.url = "http://{host}:8080/";
    room.project.home_page.per_host.host_header = "www.harbour.test";
    CHECK(room.check_page()->text == "the home page answers with 1.4.0, 3 times in a row, also on each of 2 servers");
    CHECK(room.pages.requests[1].asked.url == "http://web1:8080/");
    CHECK(room.pages.requests[1].asked.headers.find("Host") == "www.harbour.test");
    for (int i = 0; i < 60; ++i) room.page("http://web2:8080/", 200, "<h1>Harbour Works</h1>", "1.3.0");
    const auto old = room.check_page();
    CHECK_FALSE(old->ok);
    CHECK(old->text == "the home page is not right: web2: X-Version says “1.3.0”, not 1.4.0");
    CHECK(old->detail.find("web1: 3 of the last 3 answers were good") != std::string::npos);

    page_room by_address;
    by_address.project.home_page.per_host.hosts = {"10.0.0.1"};
    by_address.project.home_page.per_host.address = "{host}:443";
    CHECK(by_address.check_page()->ok);
    CHECK(by_address.pages.requests[1].asked.url == "http://door/");
    CHECK(by_address.pages.requests[1].connect_to == "10.0.0.1:443");

    page_room unpinned;
    unpinned.state.facts.erase("hosts");
    unpinned.project.home_page.per_host.pinned = true;
    unpinned.project.home_page.per_host.url = "http://{host}/";
    CHECK(unpinned.check_page().error() == errc::refused);
}

TEST_CASE("D7 redirects are followed as far as the project says", "[steps][machines]") {
    const auto moved = [](const std::string& to) {
        net::response made;
        made.status = 302;
        made.headers.add("Location", to);
        return made;
    };
    using release::redirect_policy;
    CHECK(follow("https://a/x/y", moved("/z"), redirect_policy::same_host).url == "https://a/z");
    CHECK(follow("https://a/x/y", moved("z"), redirect_policy::same_host).url == "https://a/x/z");
    CHECK(follow("https://a", moved("z"), redirect_policy::same_host).url == "https://a/z");
    CHECK(follow("https://a/", moved("//b/z"), redirect_policy::follow).url == "https://b/z");
    CHECK(follow("https://a/", moved("/z"), redirect_policy::none).fault.find("home_page.redirects") !=
          std::string::npos);
    CHECK(follow("https://a/", moved("https://b/"), redirect_policy::same_host).fault.find("another host") !=
          std::string::npos);
    CHECK(follow("https://a/", moved("https://b/"), redirect_policy::follow).fault.empty());
    CHECK_FALSE(follow("https://a/", moved("http://a/"), redirect_policy::follow).fault.empty());
    CHECK_FALSE(follow("https://a/", moved("ftp://a/"), redirect_policy::follow).fault.empty());
    CHECK_FALSE(follow("https://a/", moved(""), redirect_policy::follow).fault.empty());

    page_room room;
    room.project.home_page.redirects = redirect_policy::same_host;
    for (int i = 0; i < 3; ++i)
        room.pages.answers["http://door/"].push_back(net::page_answer{moved("/home"), std::nullopt});
    CHECK(room.check_page()->ok);
    CHECK(room.pages.requests[1].asked.url == "http://door/home");
    page_room endless;
    endless.project.home_page.redirects = redirect_policy::same_host;
    CHECK(endless.fault_with(moved("/")).find("it leads on and on") != std::string::npos);
}

TEST_CASE("D7 a certificate that ends soon is a warning, one that has ended is a no", "[steps][machines]") {
    page_room room;
    const auto ends_in = [&](std::chrono::hours left) { return room.with(room.good(), room.time.now() + left); };
    const auto soon = ends_in(std::chrono::hours{24 * 9});
    CHECK(soon->ok);
    CHECK(soon->text.find("warning, front door http://door/: its certificate ends on ") != std::string::npos);
    CHECK(soon->text.find("in 8 days") != std::string::npos);
    CHECK(ends_in(std::chrono::hours{24 * 90})->text.find("certificate") == std::string::npos);
    const auto ended = ends_in(std::chrono::hours{-1});
    CHECK_FALSE(ended->ok);
    CHECK(ended->text.find("its certificate ended on ") != std::string::npos);
}

TEST_CASE("D8 a host is done when its service was started after the intent", "[steps][machines]") {
    restart_room room;
    CHECK(room.probed() == answer::not_done);
    const auto done = room.go();
    REQUIRE(done);
    CHECK(done->ok);
    CHECK(done->text == "restarted on 2 hosts");
    CHECK(room.master.calls == std::vector<std::string>{"web1,web2 service.restart workers"});
    // R5.1: after a crash it is known, and nothing is restarted again.
    CHECK(room.probed() == answer::done);
    REQUIRE(room.go());
    CHECK(room.master.calls.size() == 1);
}

TEST_CASE("D8 missing hosts are listed, and a retry restarts only those", "[steps][machines]") {
    restart_room room;
    room.hangs = {"web2"};
    const auto part = room.go();
    REQUIRE(part);
    CHECK_FALSE(part->ok);
    CHECK(part->text.find(
              "restarted on 1 of 2 hosts; missing: web2 (the restart was accepted, but the service still runs "
              "since ") == 0);
    CHECK(part->text.find("`/release retry restart-workers` restarts only it") != std::string::npos);
    CHECK(room.probed() == answer::not_done);
    room.hangs.clear();
    room.time.jump(milliseconds{60'000});
    room.intent.intended = room.time.now();  // the retry is an intent of its own
    CHECK(room.go()->text == "restarted on 2 hosts");
    CHECK(room.master.calls.back() == "web2 service.restart workers");
    // Another build: everything again.
    room.state.facts["deployed_at"] = "2026-11-25T09:00:00.000Z";
    room.time.jump(milliseconds{60'000});
    room.intent.intended = room.time.now();
    CHECK(room.go()->ok);
    CHECK(room.master.calls.back() == "web1,web2 service.restart workers");
}

TEST_CASE("D8 hosts that do not answer Salt, or say no, are named with the reason", "[steps][machines]") {
    restart_room room;
    room.project.restarts["restart-workers"].salt_target = "G@roles:worker";
    room.master.silent = {"web2"};
    room.down = {"web2"};
    CHECK(room.go()->text.find("missing: web2 (does not answer Salt)") != std::string::npos);
    CHECK(room.master.calls == std::vector<std::string>{"web1 service.restart workers"});
    restart_room refused;
    refused.master.failing = {"web1"};
    CHECK(refused.go()->text.find("missing: web1 (Salt says failed: no such service)") != std::string::npos);
}

TEST_CASE("D9 one host after another: the next goes down only when the one before stays up", "[steps][machines]") {
    restart_room room;
    auto& how = room.project.restarts["restart-workers"];
    how.one_by_one = true;
    how.settle = milliseconds{5'000};
    CHECK(room.go()->ok);
    CHECK(room.master.calls ==
          std::vector<std::string>{"web1 service.restart workers", "web2 service.restart workers"});
    CHECK(room.started["web2"] - room.started["web1"] >= milliseconds{5'000});

    restart_room broken;
    broken.project.restarts["restart-workers"] = how;
    broken.hangs = {"web1"};
    const auto stopped = broken.go();
    CHECK_FALSE(stopped->ok);
    CHECK(broken.master.calls == std::vector<std::string>{"web1 service.restart workers"});
    CHECK(stopped->text.find("missing: web1, web2") != std::string::npos);
    CHECK(stopped->detail.find("web2: its turn did not come") != std::string::npos);
}

}  // namespace slipway::steps::test

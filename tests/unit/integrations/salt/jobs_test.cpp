// Jobs of Salt that outlive whoever began them, against a master of the test and a clock that jumps.
#include "integrations/salt/jobs.hpp"

#include <deque>

#include "integrations/salt/salt_driver.hpp"
#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/jumping_timers.hpp"
#include "tests/fakes/run_task.hpp"

using namespace slipway;
using namespace slipway::salt;
using names = std::vector<std::string>;
using Catch::Contains;

namespace {

const std::string jid = "20261127040506000001";

/// A master that remembers what it was asked; hosts answer when the test says so.
struct fake_master final : job_client {
    std::vector<job_order> begun;
    std::map<std::string, std::string> by_key;
    std::deque<std::vector<std::pair<std::string, std::string>>> answers;  ///< one look at the job each: new returns
    std::set<std::string> working;
    std::vector<std::string> signals;
    bool unknown = false;
    job_record record;

    task<result<begun_job>> start(job_order what) override {
        begun.push_back(what);
        record.minions = what.hosts;
        by_key[what.key] = jid;
        co_return begun_job{jid, what.hosts};
    }
    task<result<std::optional<job_record>>> read(std::string) override {
        if (unknown) co_return std::optional<job_record>{};
        if (!answers.empty()) {
            for (const auto& [host, value] : answers.front()) {
                record.results[host] = json::object{{"return", parse_json(value).value()}, {"retcode", 0}};
                working.erase(host);
            }
            answers.pop_front();
        }
        co_return std::optional{record};
    }
    task<result<names>> running(std::string, names hosts) override {
        names there;
        for (const auto& each : hosts)
            if (working.contains(each)) there.push_back(each);
        co_return there;
    }
    task<result<>> signal(std::string, names hosts, job_signal how) override {
        for (const auto& each : hosts) {
            signals.push_back((how == job_signal::kill ? "kill " : "term ") + each);
            if (how == job_signal::kill) working.erase(each);
        }
        co_return result<>{};
    }
    task<result<std::optional<std::string>>> find(std::string key) override {
        const auto found = by_key.find(key);
        co_return found == by_key.end() ? std::optional<std::string>{} : std::optional{found->second};
    }
    std::string words(const job_order& what) const override { return what.function; }
};

struct follow_bench {
    fake_master master;
    fakes::jumping_timers time;
    std::vector<std::string> told;
    follow_bench() { master.record.minions = {"web1", "web2"}; }
    followed follow(follow_hooks hooks = {}, follow_limits within = {}) {
        hooks.on_row = [this](const host_row& row) { told.push_back(row.host); };
        auto seen = fakes::run(
            salt::follow(master, time, jid, {"web1", "web2"}, question::ping, time.now(), within, std::move(hooks)));
        REQUIRE(seen);
        return std::move(*seen);
    }
};

}  // namespace

TEST_CASE("a job is over when every host has answered, and each is told once", "[salt][jobs]") {
    follow_bench on;
    on.master.working = {"web1", "web2"};
    on.master.answers = {{}, {{"web2", "true"}}, {}, {{"web1", "true"}}};
    const auto seen = on.follow();
    CHECK(seen.how == following::complete);
    CHECK(seen.rows.all_well());
    CHECK(on.told == names{"web2", "web1"});
}

TEST_CASE("a host that neither answers nor works is missing, one that works is waited for", "[salt][jobs]") {
    follow_bench on;
    on.master.answers = {{{"web1", "true"}}};
    SECTION("gone") {
        const auto seen = on.follow();
        CHECK(seen.how == following::gone);
        CHECK(seen.rows.of(reply::missing) == names{"web2"});
        CHECK_FALSE(seen.rows.all_well());
    }
    SECTION("still at it, until its limit: it is ended, first politely") {
        on.master.working = {"web2"};
        const auto seen = on.follow();
        CHECK(seen.how == following::timed_out);
        CHECK(on.master.signals == names{"term web2", "kill web2"});
        CHECK(on.time.since_start() >= follow_limits{}.total);
    }
}

TEST_CASE("R6.3 an aborted job gets term_job, then kill_job, on those hosts only that have not answered",
          "[salt][jobs]") {
    follow_bench on;
    on.master.working = {"web2"};
    on.master.answers = {{{"web1", "true"}}};
    follow_hooks told;
    told.is_unwanted = []() -> task<bool> { co_return true; };
    const auto seen = on.follow(told);
    CHECK(seen.how == following::cancelled);
    CHECK(on.master.signals == names{"term web2", "kill web2"});
    CHECK(seen.rows.of(reply::ok) == names{"web1"});
}

TEST_CASE("R6.4 a job that had ended when the abort came is complete", "[salt][jobs]") {
    follow_bench on;
    on.master.answers = {{{"web1", "true"}, {"web2", "true"}}};
    follow_hooks told;
    told.is_unwanted = []() -> task<bool> { co_return true; };
    CHECK(on.follow(told).how == following::complete);
    CHECK(on.master.signals.empty());
}

TEST_CASE("a job id that the master does not know is told from one that is only young", "[salt][jobs]") {
    follow_bench on;
    on.master.unknown = true;
    CHECK(on.follow().how == following::unknown);
    CHECK(on.time.since_start() >= follow_limits{}.quiet);
}

TEST_CASE("hosts that answer without being asked are unexpected, whatever they say", "[salt][jobs]") {
    follow_bench on;
    on.master.answers = {{{"web1", "true"}, {"web2", "true"}, {"db1", "true"}}};
    const auto seen = on.follow();
    CHECK(seen.rows.unexpected() == names{"db1"});
    CHECK_FALSE(seen.rows.all_well());
}

TEST_CASE("dry runs are compared host by host: as approved, settled, or something else", "[salt][jobs]") {
    const auto rows = [](std::map<std::string, std::optional<bool>> hosts) {
        salt_rows made;
        for (const auto& [name, result] : hosts) {
            auto& row = made.hosts[name];
            row.host = name;
            row.what = !result ? reply::would : *result ? reply::ok : reply::failed;
            row.states.push_back({.id = "checkout", .function = "git.latest", .result = result});
        }
        return made;
    };
    const auto approved =
        host_fingerprints(rows({{"a", std::nullopt}, {"b", std::nullopt}, {"c", true}, {"d", std::nullopt}}), "c1");
    const auto news = compare_dry_runs(
        approved, rows({{"a", std::nullopt}, {"b", true}, {"c", true}, {"d", false}, {"e", true}}), "c1");
    CHECK(news.same == names{"a", "c"});
    CHECK(news.settled == names{"b"});
    CHECK(news.changed == names{"d", "e"});
    CHECK(compare_dry_runs(approved, rows({{"a", std::nullopt}}), "c2").changed == names{"a"});
}

namespace {

const std::string url = "https://salt.example:8000";

struct api_bench {
    fakes::fake_http http;
    std::unique_ptr<job_client> jobs = create_api_jobs(http, {url + "/", "bot", "pw-canary"}).value();
    void login(const std::string& token) {
        http.will_answer(url + "/login", 200, R"({"return":[{"token":")" + token + R"(","expire":1}]})");
    }
    void says(const std::string& entry) { http.will_answer(url + "/", 200, R"({"return":[)" + entry + "]}"); }
    int logins() { return static_cast<int>(std::ranges::count(http.requests, url + "/login", &net::request::url)); }
    job_order build() {
        job_order what;
        what.hosts = {"web1", "web2"};
        what.function = "state.sls";
        what.arguments = {"shop.build"};
        what.dry_run = true;
        what.key = "k1";
        return what;
    }
};

}  // namespace

TEST_CASE("salt-api is sent one low-state object, with the names that Salt has today", "[salt][api]") {
    api_bench on;
    on.login("t1");
    on.says(R"({"jid":")" + jid + R"(","minions":["web1","web2"]})");
    const auto begun = fakes::run(on.jobs->start(on.build()));
    REQUIRE(begun);
    CHECK(begun->jid == jid);
    CHECK(begun->minions == names{"web1", "web2"});
    CHECK(on.http.requests[0].body == R"({"username":"bot","password":"pw-canary","eauth":"pam"})");
    CHECK(on.http.requests[1].headers.find("X-Auth-Token") == "t1");
    CHECK(on.http.requests[1].body ==
          R"([{"client":"local_async","tgt":["web1","web2"],"tgt_type":"list","fun":"state.sls","arg":["shop.build"],)"
          R"("kwarg":{"test":true},"metadata":{"slipway":"k1"}}])");
}

TEST_CASE("an expired session of salt-api is opened again, once", "[salt][api]") {
    api_bench on;
    on.login("t1");
    on.says("{}");
    REQUIRE(fakes::run(on.jobs->find("k1")));
    on.http.will_answer(url + "/", 401, "<html>401 Unauthorized</html>");
    SECTION("and then it works") {
        on.login("t2");
        on.says(R"({")" + jid + R"(":{"Metadata":{"slipway":"k1"}}})");
        CHECK(fakes::run(on.jobs->find("k1")).value() == jid);
        CHECK(on.http.requests.back().headers.find("X-Auth-Token") == "t2");
    }
    SECTION("a second no is a no: it never loops") {
        on.login("t2");
        on.http.will_answer(url + "/", 401, "<html>401 Unauthorized</html>");
        CHECK(fakes::run(on.jobs->find("k1")).error() == errc::unauthorised);
    }
    CHECK(on.logins() == 2);
}

TEST_CASE("pages of HTML are read by their status, a start whose answer is a page may have happened", "[salt][api]") {
    api_bench on;
    on.login("t1");
    SECTION("500 to a start") {
        on.http.will_answer(url + "/", 500, "<html>oops</html>");
        CHECK(fakes::run(on.jobs->start(on.build())).error() == errc::lost);
    }
    SECTION("503: the master is away, nothing was sent") {
        on.http.will_answer(url + "/", 503, "<html>oops</html>");
        CHECK(fakes::run(on.jobs->start(on.build())).error() == errc::unavailable);
    }
    SECTION("400: the client is not enabled, and where to enable it is said") {
        on.http.will_answer(url + "/", 400, "<html>oops</html>");
        const auto begun = fakes::run(on.jobs->start(on.build()));
        CHECK(begun.error() == errc::refused);
        CHECK_THAT(begun.error().sentence(), Contains("netapi_enable_clients"));
    }
    SECTION("200 with a page") {
        on.http.will_answer(url + "/", 200, "<html>Welcome</html>");
        CHECK(fakes::run(on.jobs->read(jid)).error() == errc::lost);
    }
    SECTION("nothing matched") {
        on.says("{}");
        CHECK(fakes::run(on.jobs->start(on.build())).error() == errc::refused);
    }
    SECTION("an unknown job") {
        on.says(R"({"jid":"1","Error":"Cannot contact returner or no job with this jid"})");
        CHECK(fakes::run(on.jobs->read(jid)).value() == std::nullopt);
    }
}

TEST_CASE("R8.6 the password of salt-api travels encrypted, or not at all", "[salt][api]") {
    fakes::fake_http http;
    CHECK(create_api_jobs(http, {"http://salt.example:8000", "bot", "pw"}).error() == errc::invalid);
    CHECK(create_api_jobs(http, {"http://127.0.0.1.evil.example", "bot", "pw"}).error() == errc::invalid);
    CHECK(create_api_jobs(http, {"http://127.0.0.1:8000", "bot", "pw"}).has_value());
    CHECK(create_api_jobs(http, {url, "", ""}).error() == errc::invalid);
}

TEST_CASE("R8.5 a job's names are checked before anything is sent", "[salt][jobs]") {
    api_bench on;
    const auto start = [&](names hosts, std::string function, names arguments) {
        job_order what;
        what.hosts = std::move(hosts);
        what.function = std::move(function);
        what.arguments = std::move(arguments);
        return fakes::run(on.jobs->start(what)).error().kind();
    };
    CHECK(start({}, "state.sls", {"shop"}) == errc::invalid);
    CHECK(start({"web1,web2"}, "state.sls", {"shop"}) == errc::invalid);
    CHECK(start({"web1"}, "state.sls", {"shop;rm"}) == errc::invalid);
    CHECK(start({"web1"}, "service.restart", {"--async"}) == errc::invalid);
    CHECK(on.http.requests.empty());
}

TEST_CASE("a function of Salt is a runner: its job id the reference, its hosts the rows", "[salt][jobs]") {
    fake_master master;
    const auto with = create_salt_driver(master, {"service.restart", {"workers-{version}"}, ""});
    runner::order what;
    what.key = "0123456789abcdef";
    what.words["{version}"] = "1.4.0";
    what.params["hosts"] = json::array{"web1", "web2"};
    CHECK(fakes::run(with->find(what)).value() == std::nullopt);
    REQUIRE(fakes::run(with->start(what)).value() == jid);
    CHECK(master.begun[0].arguments == names{"workers-1.4.0"});
    CHECK(fakes::run(with->find(what)).value() == jid);
    master.working = {"web1", "web2"};
    master.answers = {{{"web1", "true"}}, {{"web2", "false"}}};
    const auto first = fakes::run(with->poll(jid, ""));
    REQUIRE(first);
    CHECK(first->state == runner::state::running);
    CHECK(first->rows.size() == 1);
    const auto second = fakes::run(with->poll(jid, first->cursor));
    REQUIRE(second);
    CHECK(second->state == runner::state::failed);
    CHECK(second->rows.size() == 2);
}

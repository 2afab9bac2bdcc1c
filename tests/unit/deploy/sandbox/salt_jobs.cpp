// Jobs of the sandbox's master, and its salt-api, which a client that is not ours has to accept.
#include <catch2/catch.hpp>
#include <sstream>

#include "deploy/sandbox/salt/deployment.hpp"
#include "deploy/sandbox/salt/jobs.hpp"
#include "deploy/sandbox/salt/program.hpp"
#include "tests/unit/deploy/sandbox/open_company.hpp"

using namespace slipway;
using namespace slipway::sandbox;
using Catch::Contains;

namespace {

const std::string web_hosts = "p-prod-web1,p-prod-web2,p-prod-web3";

struct job_room {
    sandbox::temporary_folder folder;
    built_company company = build_test_company(folder);
    instant now = *from_iso("2026-11-24T10:00:00.000Z");
    std::function<void(milliseconds)> while_asleep = [](milliseconds) {};

    /// As the process that stays behind, so the work is done when this returns.
    std::string begin(std::vector<std::string> argv) {
        argv.insert(argv.begin(), "--async");
        std::ostringstream out, err;
        salt::machine on;
        on.now = [this] { return now; };
        on.sleep = [this](milliseconds span) { while_asleep(span); };
        on.stay_behind = [] { return true; };
        salt::run_salt(argv, folder.path, {out, err}, on);
        const auto said = out.str();
        const auto mark = said.find("job ID: ");
        REQUIRE(mark != std::string::npos);
        return said.substr(mark + 8, 20);
    }
    json::object ask(std::vector<std::string> words) {
        std::ostringstream out, err;
        CHECK(salt::run_salt_run(words, folder.path, {out, err}) == 0);
        return parse_json(out.str())->as_object();
    }
    void fault(const std::string& body) {
        REQUIRE(salt::write_file(folder.path + "/salt/faults.json", body).has_value());
    }
};

}  // namespace

TEST_CASE("an asynchronous job is kept with its hosts, its returns and its metadata", "[sandbox][salt]") {
    job_room room;
    const auto jid = room.begin({"--metadata", R"({"slipway":"k1"})", "-L", web_hosts, "test.ping"});
    const auto other = room.begin({"-L", web_hosts, "test.ping"});
    CHECK(jid != other);  // also in the same millisecond
    const auto listed = room.ask({"--out=json", "jobs.list_job", jid});
    CHECK(array_at(listed, "Minions").size() == 3);
    CHECK(flag_at(listed, "Result.p-prod-web1.success"));
    const auto found = room.ask({"--out=json", "jobs.list_jobs", R"(search_metadata={"slipway":"k1"})"});
    REQUIRE(found.size() == 1);
    CHECK(found.contains(jid));
    CHECK(room.ask({"jobs.list_job", "20990101000000000000"}).contains("Error"));
    CHECK(room.ask({"jobs.lookup_jid", jid}).size() == 3);
}

TEST_CASE("a host that hangs works until it is ended, a stubborn one until it is killed", "[sandbox][salt]") {
    job_room room;
    room.fault(R"({"hanging":["p-prod-web2","p-prod-web3"],"stubborn":["p-prod-web3"],"silent":["p-prod-web1"]})");
    const auto of = salt::open_master(room.folder.path).value();
    std::vector<std::string> running;
    int rounds = 0;
    std::string jid = salt::job_id(room.now);
    room.while_asleep = [&](milliseconds) {
        for (const auto* host : {"p-prod-web1", "p-prod-web2", "p-prod-web3"})
            if (!salt::find_job(of, host, jid).empty()) running.emplace_back(host);
        ++rounds;
        if (rounds == 3) salt::stop_job(of, "p-prod-web2", jid, /*kill=*/false);
        if (rounds == 6) salt::stop_job(of, "p-prod-web3", jid, /*kill=*/false);
        if (rounds == 9) salt::stop_job(of, "p-prod-web3", jid, /*kill=*/true);
    };
    CHECK(room.begin({"-L", web_hosts, "state.sls", "cig-rsi.website.build"}) == jid);
    CHECK(rounds == 9);
    CHECK(std::ranges::count(running, "p-prod-web2") > 0);
    CHECK(object_at(room.ask({"jobs.list_job", jid}), "Result").empty());
    CHECK(salt::find_job(of, "p-prod-web3", jid).empty());
}

TEST_CASE("every host remembers what it was made to do, and a half-done one serves the old build", "[sandbox][salt]") {
    job_room room;
    room.fault(R"({"half_done":["p-prod-web1"]})");
    room.begin({"-L", web_hosts, "state.sls", "cig-rsi.website.build", "test=true"});
    const auto jid = room.begin({"-L", "p-prod-web1", "state.sls", "cig-rsi.website.build"});
    const auto logs = salt::host_logs(room.folder.path);
    REQUIRE(array_at(logs, "p-prod-web1").size() == 2);
    CHECK(flag_at(logs, "p-prod-web1.0.test"));
    CHECK(text_at(logs, "p-prod-web1.1.jid") == jid);
    CHECK(number_at(logs, "p-prod-web1.1.retcode") == 2);
    CHECK(array_at(logs, "p-prod-web2").size() == 1);
    CHECK(salt::deployed(room.folder.path, "p-prod-web1")->version == "1.3.0");
}

namespace {

struct api_room : open_company {
    api_room() {
        product_settings how;
        how.visitors = false;
        how.salt_program = SLIPWAY_BINARY_DIR "/salt";
        mount(how);
    }
    net::response post(const std::string& path, const std::string& body, const std::string& token = {}) {
        net::request asked;
        asked.method = "POST";
        asked.url = open->address() + path;
        asked.headers.add("Content-Type", "application/json");
        if (!token.empty()) asked.headers.add("X-Auth-Token", token);
        asked.body = body;
        auto said = fakes::run_on(loop, client->send(asked));
        if (!said) FAIL(said.error().sentence());
        return *said;
    }
    void control(const std::string& path, const std::string& body) {
        net::request asked;
        asked.method = "PUT";
        asked.url = open->address() + path;
        asked.body = body;
        REQUIRE(fakes::run_on(loop, client->send(asked)).value().status == 200);
    }
    result<process::outcome> pepper(std::vector<std::string> words) {
        std::vector<std::string> argv{"salt-pepper", "-u",         open->address() + "/salt-api/",
                                      "-a",          "pam",        "--username",
                                      "slipway",     "--password", "sandbox-salt-password"};
        argv.insert(argv.end(), words.begin(), words.end());
        return run(std::move(argv));
    }
};

}  // namespace

TEST_CASE("salt-api answers by status, mostly in pages of HTML, and forgets its sessions", "[sandbox][salt]") {
    api_room room;
    const std::string ping = R"([{"client":"local","tgt":"p-prod-web1","fun":"test.ping"}])";
    CHECK(room.post("/salt-api/login", R"({"username":"slipway","password":"no","eauth":"pam"})").status == 401);
    const auto in =
        room.post("/salt-api/login", R"({"username":"slipway","password":"sandbox-salt-password","eauth":"pam"})");
    REQUIRE(in.status == 200);
    const auto token = text_at(parse_json(in.body).value(), "return.0.token");
    CHECK(room.post("/salt-api/", ping).status == 401);
    CHECK(room.post("/salt-api/", ping, token).body == R"({"return":[{"p-prod-web1":true}]})");
    CHECK(room.post("/salt-api/", R"({"client":"local"})", token).status == 400);
    CHECK(room.post("/salt-api/", R"([{"client":"wheel","fun":"key.list_all"}])", token).status == 400);
    room.control("/control/salt/faults", R"({"silent":["p-prod-web1"]})");
    CHECK(room.post("/salt-api/", ping, token).body == R"({"return":[{}]})");
    room.control("/control/salt/api", R"({"html":1})");
    const auto broken = room.post("/salt-api/", ping, token);
    CHECK(broken.status == 500);
    CHECK_THAT(broken.body, Contains("<html>"));
    room.control("/control/salt/api", R"({"forget_sessions":true})");
    CHECK(room.post("/salt-api/", ping, token).status == 401);
}

TEST_CASE("Debian's salt-pepper logs in at the sandbox's salt-api, pings and follows a job",
          "[sandbox][salt][pepper]") {
    api_room room;
    const auto ping = room.pepper({"-C", "p-prod* and G@roles:rsi-app-server", "test.ping"});
    if (!ping) FAIL(ping.error().sentence() << ": install salt-pepper (deploy/packages.txt)");
    INFO(ping->out << ping->err);
    CHECK(ping->code == 0);
    for (const auto* host : {"p-prod-web1", "p-prod-web5"}) CHECK_THAT(ping->out, Contains(host));

    SECTION("a job that everybody answers") {
        const auto job =
            room.pepper({"--fail-if-incomplete", "-L", web_hosts, "state.sls", "cig-rsi.website.build", "test=true"});
        REQUIRE(job);
        INFO(job->out << job->err);
        CHECK(job->code == 0);
        CHECK_THAT(job->out, Contains("website-checkout"));
    }
    SECTION("a silent host makes it incomplete") {
        room.control("/control/salt/faults", R"({"silent":["p-prod-web2"]})");
        const auto job = room.pepper({"--fail-if-incomplete", "-t", "3", "-L", web_hosts, "test.ping"});
        REQUIRE(job);
        INFO(job->out << job->err);
        CHECK(job->code != 0);
    }
}

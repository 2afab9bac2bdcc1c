#include <catch2/catch.hpp>
#include <sstream>

#include "deploy/sandbox/salt/deployment.hpp"
#include "deploy/sandbox/salt/program.hpp"
#include "deploy/sandbox/salt/targeting.hpp"
#include "integrations/base/json.hpp"
#include "tests/unit/deploy/sandbox/company_folder.hpp"

using namespace slipway;
using namespace slipway::sandbox;

namespace {

struct printed {
    int code = 0;
    std::string out;
    std::string err;
    std::vector<std::string> lines() const {
        std::vector<std::string> all;
        std::istringstream in{out};
        for (std::string line; std::getline(in, line);) all.push_back(line);
        return all;
    }
    /// Rows of JSON lines, merged.
    json::object rows() const {
        json::object all;
        for (const auto& line : lines()) {
            const auto read = parse_json(line);
            if (!read || !read->is_object()) continue;
            for (const auto& [id, value] : read->as_object()) all[id] = value;
        }
        return all;
    }
};

struct salt_room {
    temporary_folder folder;
    built_company company = build_test_company(folder);
    instant now = *from_iso("2026-11-24T10:00:00.000Z");
    bool forks = false;

    printed salt(std::vector<std::string> argv) {
        std::ostringstream out;
        std::ostringstream err;
        const salt::machine on{[this] { return now; }, [this](milliseconds span) { now += span; },
                               [this] { return forks; }};
        const int code = salt::run_salt(argv, folder.path, {out, err}, on);
        return {code, out.str(), err.str()};
    }

    printed json_lines(std::vector<std::string> argv) {
        argv.insert(argv.begin(), {"--out=json", "--out-indent=-1", "--no-color", "-t", "15"});
        return salt(std::move(argv));
    }

    void fault(const std::string& body) {
        REQUIRE(salt::write_file(folder.path + "/salt/faults.json", body).has_value());
    }

    /// A new release on stable: what the bot pushes.
    void release(const std::string& version) {
        auto& git = company.gitlab.projects.front()->git;
        const signature by{"Ana Reyes", "ana@harbour.test", now};
        const auto stable = *git.branch("stable");
        const auto text = "centrifuge.project.version=" + version + "\n";
        const auto tree = git.tree_with(stable, {{"config/app.properties", text, false}});
        const auto made = git.create_commit(*tree, {stable}, by, by, "Release\n");
        REQUIRE(git.set_ref("refs/heads/stable", *made).has_value());
        REQUIRE(git.create_tag(version, *made, by, "Version\n").has_value());
    }
};

const std::string salted_hosts = "p-prod-web1,p-prod-web2,p-prod-web3";

}  // namespace

TEST_CASE("a compound target means the hosts it means in Salt", "[sandbox][salt]") {
    const std::vector<salt::minion> known{
        {"web1", {"app"}}, {"web11", {"app"}}, {"db1", {"db"}}, {"qa1", {"app", "db"}}};
    const auto ids = [&](const std::string& expression) {
        return salt::match(known, salt::target_kind::compound, expression).value();
    };
    using list = std::vector<std::string>;
    CHECK(ids("web* and G@roles:app") == list{"web1", "web11"});
    CHECK(ids("G@roles:db or web1") == list{"web1", "db1", "qa1"});
    CHECK(ids("G@roles:app and not ( web* or db1 )") == list{"qa1"});
    CHECK(ids("L@web1,qa1,ghost") == list{"web1", "qa1"});
    CHECK(ids("E@web1+ and P@roles:a.p") == list{"web1", "web11"});
    CHECK(salt::match(known, salt::target_kind::compound, "web1 web11").error().kind() == errc::invalid);
    CHECK(salt::match(known, salt::target_kind::compound, "( web1").error().kind() == errc::invalid);
    CHECK(salt::match(known, salt::target_kind::list, "web1,ghost").value() == list{"web1"});
}

TEST_CASE("test.ping prints one JSON document a line for each host that is there", "[sandbox][salt]") {
    salt_room room;
    const auto said = room.json_lines({"-C", "p-prod* and G@roles:rsi-app-server", "test.ping"});
    CHECK(said.code == 0);
    CHECK(said.lines() == std::vector<std::string>{R"({"p-prod-web1":true})", R"({"p-prod-web2":true})",
                                                   R"({"p-prod-web3":true})", R"({"p-prod-web4":true})",
                                                   R"({"p-prod-web5":true})"});
    CHECK(room.salt({"--out=json", "*web1", "test.ping"}).out ==
          "{\n    \"p-prod-web1\": true\n}\n{\n    \"q-qa-web1\": true\n}\n");
}

TEST_CASE("a silent host is a row of text and exit code 1, a target that means nobody is chatter and 2",
          "[sandbox][salt]") {
    salt_room room;
    room.fault(R"({"silent":["p-prod-web2"],"chatter":["[WARNING ] Key is old"]})");
    const auto said = room.json_lines({"-L", salted_hosts, "test.ping"});
    CHECK(said.code == 1);
    CHECK(said.lines().front() == "[WARNING ] Key is old");
    CHECK_THAT(text_at(said.rows(), "p-prod-web2"), Catch::StartsWith("Minion did not return. [No response]"));
    CHECK(said.err == "ERROR: Minions returned with non-zero exit code\n");
    const auto together = room.salt({"--static", "--out=json", "--out-indent=-1", "-L", salted_hosts, "test.ping"});
    CHECK(together.code == 0);
    CHECK_THAT(together.out, Catch::Contains(R"({"p-prod-web1":true,"p-prod-web3":true})"));

    const auto nobody = room.json_lines({"-C", "nobody*", "test.ping"});
    CHECK(nobody.code == 2);
    CHECK(nobody.out == "No minions matched the target. No command was sent, no jid was assigned.\n");
    CHECK(room.json_lines({"-C", "web1 and", "test.ping"}).code == 2);
    CHECK(room.salt({"p-prod-web1"}).code == 64);
}

TEST_CASE("a dry run says null where it would change something, and changes nothing", "[sandbox][salt]") {
    salt_room room;
    const auto same = room.json_lines({"-L", salted_hosts, "state.sls", "cig-rsi.website.build", "test=true"});
    CHECK(same.code == 0);
    const auto unchanged = same.rows();
    for (const auto& [key, row] : object_at(unchanged, "p-prod-web1")) CHECK(flag_at(row, "result"));

    room.release("1.4.0");
    const auto said = room.json_lines({"-L", salted_hosts, "state.sls", "cig-rsi.website.build", "test=true"});
    CHECK(said.code == 0);
    const auto rows = said.rows();
    REQUIRE(rows.size() == 3);
    CHECK(object_at(rows, "p-prod-web1").size() == 4);
    for (const auto& [key, row] : object_at(rows, "p-prod-web1")) {
        INFO(std::string{key});
        CHECK(at_path(row, "result")->is_null());
        CHECK(std::string_view{key}.find("_|-") != std::string_view::npos);
        CHECK_THAT(text_at(row, "comment"), Catch::Contains("would be"));
    }
    CHECK(salt::deployed(room.folder.path, "p-prod-web1")->version == "1.3.0");
}

TEST_CASE("a run checks out the newest tag of stable and restarts the website", "[sandbox][salt]") {
    salt_room room;
    room.release("1.4.0");
    const auto before = salt::service(room.folder.path, "p-prod-web1", "website")->started_at;
    const auto said = room.json_lines({"-L", salted_hosts, "state.sls", "cig-rsi.website.build"});
    CHECK(said.code == 0);
    const auto rows = said.rows();
    for (const auto& [key, row] : object_at(rows, "p-prod-web2")) CHECK(flag_at(row, "result"));
    for (const auto* host : {"p-prod-web1", "p-prod-web2", "p-prod-web3"}) {
        CHECK(salt::deployed(room.folder.path, host)->version == "1.4.0");
        CHECK(salt::deployed(room.folder.path, host)->deployed_at == room.now);
        const auto text = salt::read_file(salt::served_folder(room.folder.path, host) + "/config/app.properties");
        CHECK(text == "centrifuge.project.version=1.4.0\n");
    }
    CHECK(salt::service(room.folder.path, "p-prod-web1", "website")->started_at > before);
    CHECK(salt::deployed(room.folder.path, "q-qa-web1")->version == "1.3.0");
}

TEST_CASE("a tag that stable does not contain is not deployed", "[sandbox][salt]") {
    salt_room room;
    auto& git = room.company.gitlab.projects.front()->git;
    const signature by{"Ana Reyes", "ana@harbour.test", room.now};
    REQUIRE(git.create_tag("9.0.0", *git.branch("master"), by, "elsewhere\n").has_value());
    REQUIRE(git.create_tag("nightly", *git.branch("stable"), by, "no version\n").has_value());
    CHECK(salt::newest_tag(git, "stable")->name == "1.3.0");
}

TEST_CASE("states that fail, do not compile, or are busy have Salt's shapes and leave the host as it was",
          "[sandbox][salt]") {
    salt_room room;
    room.release("1.4.0");
    room.fault(R"({"failing_state":["p-prod-web1"],"compile_error":["p-prod-web2"],"busy":["p-prod-web3"]})");
    const auto said = room.json_lines({"-L", salted_hosts, "state.sls", "cig-rsi.website.build"});
    CHECK(said.code == 1);
    const auto rows = said.rows();
    int followers = 0;
    for (const auto& [key, row] : object_at(rows, "p-prod-web1")) {
        CHECK_FALSE(flag_at(row, "result"));
        followers += text_at(row, "comment").starts_with("One or more requisite failed") ? 1 : 0;
    }
    CHECK(followers == 3);
    CHECK_THAT(text_at(rows, "p-prod-web2.0"), Catch::StartsWith("Rendering SLS"));
    CHECK_THAT(text_at(rows, "p-prod-web3.0"), Catch::StartsWith("The function \"state.sls\" is running as PID"));
    CHECK(salt::deployed(room.folder.path, "p-prod-web1")->version == "1.3.0");
    const auto unknown = room.json_lines({"p-prod-web3", "state.sls", "cig-rsi.nothing"});
    CHECK(unknown.code == 1);
}

TEST_CASE("services are restarted, and their new start can be read", "[sandbox][salt]") {
    salt_room room;
    const auto restart = [&](const std::string& function, const std::string& name) {
        return room.json_lines({"-L", "p-prod-worker1", function, name});
    };
    CHECK(flag_at(restart("docker.restart", "website-workers").rows(), "p-prod-worker1.result"));
    CHECK(text_at(restart("supervisord.restart", "redis-queues").rows(), "p-prod-worker1") ==
          "redis-queues: stopped\nredis-queues: started");
    CHECK(restart("service.restart", "spectrum-worker").out == "{\"p-prod-worker1\":true}\n");
    for (const auto* name : {"website-workers", "redis-queues", "spectrum-worker"}) {
        CHECK(salt::service(room.folder.path, "p-prod-worker1", name)->started_at == room.now);
        CHECK(salt::service(room.folder.path, "p-prod-worker1", name)->generation == 2);
    }
    const auto missing = restart("service.restart", "teapot");
    CHECK(missing.code == 1);
    CHECK_THAT(missing.out, Catch::Contains("has no service teapot"));
    CHECK_THAT(restart("cmd.run", "rm -rf /").out, Catch::Contains("'cmd.run' is not available."));
}

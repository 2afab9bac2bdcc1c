#include "integrations/salt/rows.hpp"

#include "tests/fakes/show_result.hpp"

using namespace slipway;
using namespace slipway::salt;
using names = std::vector<std::string>;

namespace {

salt_rows rows_of(question asked, std::string_view out, const names& expected = {}, int code = 0,
                  std::string_view err = {}) {
    return read_rows(asked, {.out = out, .err = err, .exit_code = code}, expected);
}

/// One state result as salt prints it.
std::string state(std::string id, int order, std::string result, std::string comment = "", std::string changes = "{}") {
    return "\"file_|-" + id + "_|-/srv/" + id + "_|-managed\":{\"result\":" + result + ",\"changes\":" + changes +
           ",\"comment\":\"" + comment + "\",\"name\":\"/srv/" + id + "\",\"__id__\":\"" + id +
           "\",\"__sls__\":\"shop.build\",\"__run_num__\":" + std::to_string(order) +
           ",\"start_time\":\"18:04:05.000001\",\"duration\":12.5}";
}
std::string row(std::string host, std::string value) {
    return "{\"" + host + "\": " + value + "}\n";
}

}  // namespace

TEST_CASE("hosts that answer true are there", "[salt][rows]") {
    const auto found = rows_of(question::ping, "{\"web1\": true}\n{\"web2\": true}\n");
    CHECK(found.of(reply::ok) == names{"web1", "web2"});
    CHECK(found.all_well());
    CHECK(found.summary() == "2 of 2 hosts ok");
}

TEST_CASE("every ugly value has a meaning", "[salt][rows]") {
    struct line {
        question asked;
        std::string value;
        reply what;
    };
    for (
        const auto& [asked, value, what] : std::vector<line>{
            {question::ping, "true", reply::ok},
            {question::ping, "false", reply::failed},
            {question::ping, "1", reply::failed},
            {question::ping, "\"Minion did not return. [No response]\"", reply::missing},
            {question::ping, "\"Minion did not return. [Not connected]\"", reply::missing},
            {question::ping,
             R"("Minion did not return. [No response]\nThe minions may not have all finished running and any remaining minions will return upon completion.")",
             reply::missing},
            {question::ping, "\"pong\"", reply::failed},
            {question::ping, "null", reply::failed},
            {question::state, "[\"Rendering SLS 'base:shop' failed: mapping values are not allowed here\"]",
             reply::failed},
            {question::state,
             R"(["The function \"state.sls\" is running as PID 4711 and was started at 2026, Nov 23 18:04:05 with jid 20261123180405000000"])",
             reply::busy},
            {question::state, "\"'state.sls' is not available.\"", reply::failed},
            {question::state, "true", reply::failed},
            {question::state, "{}", reply::failed},
            {question::state, "null", reply::failed},
            {question::state, "{\"oops\":{\"result\":true}}", reply::failed},
            {question::state, "{" + state("a", 0, "true") + "}", reply::ok},
            {question::state, "{" + state("a", 0, "null") + "}", reply::would},
            {question::state, "{" + state("a", 0, "false") + "}", reply::failed},
            {question::state, "{" + state("a", 0, "\"yes\"") + "}", reply::failed},
            {question::state, "{\"ret\":{" + state("a", 0, "true") + "},\"retcode\":0,\"jid\":\"1\"}", reply::ok},
            {question::state, "{\"ret\":{" + state("a", 0, "true") + "},\"retcode\":2,\"jid\":\"1\"}", reply::failed},
            {question::function, "true", reply::ok},
            {question::function, "false", reply::failed},
            {question::function, "\"restarted\"", reply::ok},
            {question::function, "{\"pid\":7}", reply::ok},
            {question::function, "null", reply::ok},
            {question::function, "\"'service.restrat' is not available.\"", reply::failed},
            {question::function, "\"Passed invalid arguments to service.restart: missing 1\"", reply::failed},
            {question::function, "\"ERROR executing 'service.restart': boom\"", reply::failed},
            {question::function, "{" + state("a", 0, "false") + "}", reply::failed},
        }) {
        CAPTURE(value);
        const auto found = rows_of(asked, row("web1", value), {"web1"});
        REQUIRE(found.hosts.contains("web1"));
        CHECK(found.hosts.at("web1").what == what);
        CHECK(found.all_well() == (what == reply::ok || what == reply::would));
    }
}

TEST_CASE("the cause is the first state that failed by itself", "[salt][rows]") {
    const auto found =
        rows_of(question::state,
                row("web1", "{" + state("third", 3, "false", "One or more requisite failed: shop.build.second") + "," +
                                state("first", 1, "true", "fine", "{\"diff\":\"x\"}") + "," +
                                state("fourth", 4, "false", "other trouble") + "," +
                                state("second", 2, "false", "no space left on device") + "}"));
    const auto& web1 = found.hosts.at("web1");
    REQUIRE(web1.states.size() == 4);
    CHECK(web1.states[0].id == "first");
    CHECK(web1.states[0].function == "file.managed");
    CHECK(web1.states[0].duration_ms == 12.5);
    REQUIRE(web1.cause() != nullptr);
    CHECK(web1.cause()->id == "second");
    CHECK(web1.states[2].follower);
    CHECK(web1.changed() == 1);
    CHECK(web1.text.raw() == "second: no space left on device");
}

TEST_CASE("chatter is kept as evidence and never read as a row", "[salt][rows]") {
    const auto found = rows_of(question::ping,
                               "Executing run on ['web1', 'web2']\n"
                               "Executed command with job ID: 20261123180405123456\n"
                               "-------------------------------------------\n"
                               "{not json at all\n"
                               "{\"web1\": true}\n"
                               "Execution is still running on web2\n"
                               "Minion web3 did not respond. No job will be sent.\n");
    CHECK(found.of(reply::ok) == names{"web1"});
    CHECK(found.of(reply::missing) == names{"web2", "web3"});
    CHECK(found.job == "20261123180405123456");
    CHECK(found.chatter.size() == 5);
    CHECK_FALSE(found.all_well());
}

TEST_CASE("rows may be indented, joined, or all in one object", "[salt][rows]") {
    CHECK(rows_of(question::ping, "{\n    \"web1\": true\n}\n{\n    \"web2\": true\n}\n").all_well());
    CHECK(rows_of(question::ping, "{\"web1\": true}{\"web2\": true}").hosts.size() == 2);
    CHECK(rows_of(question::ping, "{\"web1\": true, \"web2\": true}").hosts.size() == 2);
    CHECK(rows_of(question::ping, "\r\n{\"web1\": true}\r\n").all_well());
}

TEST_CASE("a later answer settles an earlier silence, and the worse of two answers counts", "[salt][rows]") {
    const std::string silent = row("web1", "\"Minion did not return. [No response]\"");
    CHECK(rows_of(question::ping, silent + row("web1", "true")).of(reply::ok) == names{"web1"});
    CHECK(rows_of(question::ping, row("web1", "true") + silent).of(reply::ok) == names{"web1"});
    CHECK(rows_of(question::ping, row("web1", "false") + row("web1", "true")).of(reply::failed) == names{"web1"});
}

TEST_CASE("an expected host without a row is missing, whatever the exit code says", "[salt][rows]") {
    const auto found = rows_of(question::state, row("web1", "{" + state("a", 0, "true") + "}"), {"web1", "web2"}, 0);
    CHECK(found.of(reply::missing) == names{"web2"});
    CHECK_FALSE(found.all_well());
    CHECK(found.summary() == "1 of 2 hosts ok; web2 did not answer (the job may still be running there)");
}

TEST_CASE("a host nobody asked for is flagged", "[salt][rows]") {
    const auto found = rows_of(question::ping, row("web1", "true") + row("intruder", "true"), {"web1"});
    CHECK(found.unexpected() == names{"intruder"});
    CHECK(found.of(reply::ok) == names{"web1"});
    CHECK_FALSE(found.all_well());
    CHECK_THAT(found.summary(), Catch::Contains("intruder answered without being asked"));
}

TEST_CASE("an exit code can make it worse, never better", "[salt][rows]") {
    const auto fine = row("web1", "{" + state("a", 0, "true") + "}");
    const auto bad = row("web1", "{" + state("a", 0, "false") + "}");
    CHECK(rows_of(question::state, fine, {"web1"}, 0).all_well());
    CHECK_FALSE(rows_of(question::state, fine, {"web1"}, 1).all_well());
    CHECK_THAT(rows_of(question::state, fine, {"web1"}, 1).summary(), Catch::Contains("ended with code 1"));
    CHECK_FALSE(rows_of(question::state, bad, {"web1"}, 0).all_well());
}

TEST_CASE("a run that reached nobody is a complaint", "[salt][rows]") {
    const auto nobody =
        rows_of(question::ping, "No minions matched the target. No command was sent, no jid was assigned.\n", {}, 2,
                "ERROR: No return received\n");
    CHECK(nobody.complaint);
    CHECK_FALSE(nobody.all_well());
    CHECK(nobody.summary() == "no host answered");
    const auto denied = rows_of(question::state, "", {"web1"}, 2, "[ERROR   ] Authentication failed\n");
    CHECK_THAT(denied.complaint->raw(), Catch::Contains("Authentication failed"));
    CHECK(denied.of(reply::missing) == names{"web1"});
    CHECK(rows_of(question::ping, "").complaint);
    const auto one_bad =
        rows_of(question::ping, row("web1", "false"), {}, 1, "ERROR: Minions returned with non-zero exit code\n");
    CHECK_FALSE(one_bad.complaint);
}

TEST_CASE("R8.12 what hosts print is capped, printable, and no host name", "[salt][rows]") {
    const auto found =
        rows_of(question::ping, row("web1", "\"\\u001b[31mred" + std::string(100'000, 'x') + "\"") +
                                    row("<!channel>", "true") + row("-rf", "true") + "\x1b[0mchatter \xff\n");
    CHECK(found.hosts.at("web1").text.raw().size() == 8000);
    CHECK(found.hosts.at("web1").text.raw().starts_with("[31mred"));
    CHECK(found.hosts.at("web1").value.is_null());
    CHECK_FALSE(found.hosts.contains("<!channel>"));
    CHECK(found.chatter.at(0).raw() == "[0mchatter \xEF\xBF\xBD");
    std::string flood;
    for (int i = 0; i < 5000; ++i) flood += "{\"a\": [\n";
    CHECK(rows_of(question::ping, flood).chatter.size() == 100);
}

TEST_CASE("comments may be lists and durations may be words", "[salt][rows]") {
    const auto found = rows_of(
        question::state,
        row("web1",
            R"({"cmd_|-a_|-b_|-run":{"result":true,"comment":["one","two"],"changes":null,"duration":"12.5 ms"}})"));
    const auto& one = found.hosts.at("web1").states.at(0);
    CHECK(one.comment.raw() == "one\ntwo");
    CHECK(one.duration_ms == 12.5);
    CHECK(one.id == "a");
    CHECK(one.name == "b");
}

TEST_CASE("the dry run's fingerprint changes with what would happen, where, and to what", "[salt][rows]") {
    const auto print = [](std::string states, names hosts, std::string commit) {
        return dry_run_fingerprint(rows_of(question::state, row("web1", "{" + states + "}"), {"web1"}), hosts, commit);
    };
    const auto base = print(state("a", 0, "null") + "," + state("b", 1, "true"), {"web1"}, "c1");
    CHECK(base == print(state("b", 7, "true") + "," + state("a", 3, "null"), {"web1"}, "c1"));
    CHECK(base != print(state("a", 0, "true") + "," + state("b", 1, "true"), {"web1"}, "c1"));
    CHECK(base != print(state("a", 0, "null") + "," + state("b", 1, "true"), {"web1", "web2"}, "c1"));
    CHECK(base != print(state("a", 0, "null") + "," + state("b", 1, "true"), {"web1"}, "c2"));
}

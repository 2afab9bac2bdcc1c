// Tools behind a program that speaks JSON lines.
#include <catch2/catch.hpp>

#include "tests/unit/integrations/runner/bench.hpp"

using namespace slipway;
using namespace slipway::runner;
using namespace slipway::runner::test;
using Catch::Contains;

TEST_CASE("a driver program is asked in one object and answers in lines", "[runner][external]") {
    bench on;
    const auto tool = on.script("tool", R"(
import json, sys
asked = json.load(sys.stdin)
print(json.dumps({"ref": "task-7"}))
print(json.dumps({"log": asked["op"] + " " + asked["key"] + " " + json.dumps(asked["params"], sort_keys=True)}))
print(json.dumps({"progress": 0.5}))
print(json.dumps({"row": {"host": "web1", "ok": True, "changed": True, "text": "2 changed"}}))
print(json.dumps({"row": {"host": "web2", "ok": False, "changed": False, "text": "unreachable"}}))
print(json.dumps({"result": "failed", "text": "web2 failed"}))
)");
    const auto with = on.external({tool}, {{"version", "{version}"}, {"limit", "web*"}});
    const auto ended = on.pursue(*with);
    REQUIRE(ended);
    CHECK(ended->state == state::failed);
    CHECK(ended->text == "web2 failed");
    REQUIRE(ended->rows.size() == 2);
    CHECK(ended->rows[0].changed);
    CHECK_FALSE(ended->rows[1].ok);
    CHECK(on.has("start " + key + R"( {"limit": "web*", "version": "1.4.0"})"));
    CHECK_THAT(on.text_of("log"), Contains("start " + key));
}

TEST_CASE("a driver that prints garbage fails by its exit code, and its words are log lines", "[runner][external]") {
    bench on;
    const auto garbage = on.script("garbage", R"(
import sys
sys.stdout.buffer.write(b'{"result": \xff\xfe\x00 }\n{"row": 5}\n[]\n{"progress":"much"}\nplain\x1b[31m words\n{"nothing":1}\n')
sys.stderr.write("a complaint\n")
sys.exit(int(sys.argv[1]))
)");
    SECTION("code 1") {
        const auto ended = on.pursue(*on.external({garbage, "1"}));
        REQUIRE(ended);
        CHECK(ended->state == state::failed);
        CHECK_THAT(ended->text, Contains("exit code 1"));
        CHECK(on.has("plain words"));
        CHECK(on.has("a complaint"));
        CHECK(ended->rows.empty());
    }
    SECTION("code 0") {
        CHECK(on.pursue(*on.external({garbage, "0"}))->state == state::succeeded);
    }
}

TEST_CASE("a driver whose result is no known word is lost, never a success", "[runner][external]") {
    bench on;
    const auto odd = on.script("odd", "print('{\"result\":\"probably\"}')\n");
    CHECK(on.pursue(*on.external({odd}))->state == state::lost);
}

TEST_CASE("Ansible is a driver of thirty lines: its recap becomes rows, its code the result", "[runner][external]") {
    bench on;
    std::filesystem::create_directories(on.folder.file("bin"));
    on.script("bin/ansible-playbook", R"(
import json, sys
print("PLAY [web] ****")
print("argv " + json.dumps([a for a in sys.argv[1:] if not a.startswith("@")]))
extra = [a[1:] for a in sys.argv if a.startswith("@")][0]
print("extra " + open(extra).read())
print("PLAY RECAP ****")
print("web1                       : ok=3    changed=1    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0")
print("web2                       : ok=1    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0")
print("web3                       : ok=0    changed=0    unreachable=1    failed=0    skipped=0    rescued=0    ignored=0")
sys.exit(int(json.load(open(extra))["code"]))
)");
    const auto before = std::string{std::getenv("PATH")};
    ::setenv("PATH", (on.folder.file("bin") + ":" + before).c_str(), 1);
    const auto with = on.external({SLIPWAY_SOURCE_DIR "/deploy/drivers/ansible"},
                                  {{"playbook", "site.yml"},
                                   {"inventory", "hosts"},
                                   {"check", true},
                                   {"vars", json::object{{"version", "{version}"}, {"code", 2}}}});
    const auto ended = on.pursue(*with);
    ::setenv("PATH", before.c_str(), 1);
    REQUIRE(ended);
    CHECK(ended->state == state::failed);
    CHECK(ended->text == "a host failed");
    REQUIRE(ended->rows.size() == 3);
    CHECK((ended->rows[0].ok && ended->rows[0].changed));
    CHECK(ended->rows[1].text.raw() == "1 tasks failed");
    CHECK(ended->rows[2].text.raw() == "not reached");
    CHECK_THAT(on.text_of("log"), Contains(R"("--check", "--diff")") && Contains(R"("version": "1.4.0")"));
}

#include "integrations/base/mask.hpp"

#include <catch2/catch.hpp>

using namespace slipway;

TEST_CASE("R8.6 configured secrets disappear wherever they stand", "[base][mask]") {
    const masker mask{{"CANARY-one", "CANARY-one-longer", "", "abc"}};
    CHECK(mask("a CANARY-one b CANARY-one-longer c") == "a [masked] b [masked] c");
    CHECK(mask("CANARY-oneCANARY-one") == "[masked][masked]");
    CHECK(mask("alphabet abc") == "alphabet abc");
    CHECK(mask("").empty());
}

TEST_CASE("R8.6 what looks like a secret of a service is masked without being configured", "[base][mask]") {
    const masker mask;
    const auto canary = GENERATE(as<std::string>{}, "xoxb-12-CANARY", "xoxp-1-2-CANARY", "xoxe.xoxb-1-CANARY",
                                 "xoxe-1-CANARY", "xapp-1-A1-CANARY", "glpat-CANARY_x.y", "glrt-CANARY");
    CHECK(mask("token " + canary + " was used") == "token [masked] was used");
    CHECK(mask("{\"t\":\"" + canary + "\"}") == "{\"t\":\"[masked]\"}");
    CHECK(mask(canary) == "[masked]");
}

TEST_CASE("R8.6 secrets that their name gives away are masked up to the end of the value", "[base][mask]") {
    const masker mask;
    CHECK(mask("wss://x/link/?ticket=CANARY&app_id=1") == "wss://x/link/?ticket=[masked]&app_id=1");
    CHECK(mask(R"({"trigger_id": "1.2.CANARY","a":1})") == R"({"trigger_id": "[masked]","a":1})");
    CHECK(mask("trigger_id=12.CANARY next") == "trigger_id=[masked] next");
    CHECK(mask("\"Authorization: Bearer CANARY xyz\"") == "\"Authorization: [masked]\"");
    CHECK(mask("authorization=Basic CANARY\nnext") == "authorization=[masked]\nnext");
    CHECK(mask("PRIVATE-TOKEN: CANARY") == "PRIVATE-TOKEN: [masked]");
    CHECK(mask("https://hooks.slack.com/actions/T1/2/CANARY ok") == "https://hooks.slack.com/[masked] ok");
    CHECK(mask("https://me:CANARY@host/x") == "https://me:[masked]@host/x");
    CHECK(mask(R"({\"response_url\":\"https://sandbox/CANARY\"})") == R"({\"response_url\":\"[masked]\"})");
}

TEST_CASE("ordinary text is left alone", "[base][mask]") {
    const masker mask;
    const auto text = GENERATE(as<std::string>{}, "the author xox of ticket: ABC-1, see https://host:8080/a@b",
                               "git@gitlab.example:cig/x.git", "release 1.4.0 at 12:30, glpat is a prefix", "password",
                               "ticket=", "xoxb", "Authorization is needed", "://");
    CHECK(mask(text) == text);
}

TEST_CASE("a megabyte of hostile text is masked in one pass", "[base][mask]") {
    const masker mask{{"CANARY"}};
    std::string text;
    while (text.size() < 1'000'000) text += "password= ticket=xoxtrapscohttp://:@CANARY";
    CHECK(mask(text).find("CANARY") == std::string::npos);
}

#include "tests/fakes/show_result.hpp"

#include "integrations/telemetry/protocol/group.hpp"

using slipway::telemetry::parameterise;

TEST_CASE("what varies between two occurrences of a message is replaced", "[telemetry][parameterise]") {
    struct row {
        std::string in, out;
    };
    for (const auto& [in, out] : std::vector<row>{
             {"mail to anna.b+x@example.co.uk failed", "mail to <email> failed"},
             {"GET https://x.example.com/a?b=1: 500", "GET <url>: <int>"},
             {"cannot reach db1.internal", "cannot reach <hostname>"},
             {"x.at is not a function", "x.at is not a function"},
             {"connect 10.0.0.1:5432 refused", "connect <ip>:<int> refused"},
             {"connect fe80::1 refused, ::1 too", "connect <ip> refused, <ip> too"},
             {"version 1.2.3.4.5", "version <float>.<float>.<int>"},
             {"trace 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 lost", "trace <traceparent> lost"},
             {"id 9ec79c33-ec99-42ab-8353-589fcb2e04dc gone", "id <uuid> gone"},
             {"sha da39a3ee5e6b4b0d3255bfef95601890afd80709 md5 d41d8cd98f00b204e9800998ecf8427e",
              "sha <sha1> md5 <md5>"},
             {"at 2026-11-23T18:04:05.123Z and 2026-11-23 18:04:05+02:00", "at <date> and <date>"},
             {"at 23/11/2026, 18:04:05", "at <date>, <date>"},
             {"Mon, 23 Nov 2026 18:04:05 GMT it broke", "<date> it broke"},
             {"Nov 23 18:04:05 web1 died", "<date> web1 died"},
             {"you may 12 times", "you may <int> times"},
             {"took 12ms, then 1.5s, then 3 s", "took <duration>, then <duration>, then <int> s"},
             {"at 0xDEADBEEF or deadbeef12 or deadbeef", "at <hex> or <hex> or deadbeef"},
             {"commit 4ec7c7a not merged, facade stays", "commit <git_sha> not merged, facade stays"},
             {"-1.5 of 2.0e-3 and -7 of 1234567", "<float> of <float> and <int> of <int>"},
             {"12345678 is long", "<hex> is long"},
             {"user42 x1 4x stay", "user42 x1 4x stay"},
             {"name='anna b', ok=true, n=5", "name=<quoted_str>, ok=<bool>, n=<int>"},
             {"true 'stays'", "true 'stays'"},
             {"größe 5 überschritten", "größe <int> überschritten"},
             {"", ""},
         })
        CHECK(parameterise(in) == out);
}

TEST_CASE("a very long message comes back as it is", "[telemetry][parameterise]") {
    const std::string longest(9000, '1');
    CHECK(parameterise(longest) == longest);
}

TEST_CASE("parameterising twice changes nothing more", "[telemetry][parameterise]") {
    const auto once = parameterise("user 5 of 10.0.0.1 took 12ms at 2026-11-23T18:04:05Z");
    CHECK(parameterise(once) == once);
}

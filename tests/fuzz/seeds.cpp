// Writes the small corpus that every target starts from.   fuzz_seeds FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "tests/fakes/deflate.hpp"

namespace {

using slipway::fakes::deflated;
using slipway::fakes::zlib_format;

const std::string event =
    R"j({"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","timestamp":1795446000.25,"platform":"php","level":"error","release":"1.4",)j"
    R"j("exception":{"values":[{"type":"TypeError","value":"user 17 at 10.0.0.1 took 12ms =true ='x'","mechanism":{"synthetic":false,)j"
    R"j("exception_id":1,"parent_id":0,"is_exception_group":true},"stacktrace":{"frames":[{"filename":"https://x/app.4185d9aa.js",)j"
    R"j("function":"class@anonymous/a:1$0::m","lineno":15,"context_line":"a b","vars":{"a":["}"]},"pre_context":["\\"],"in_app":true},{"function":"{closure:A::b():15}"}]}}]},)j"
    R"j("fingerprint":["{{ default }}","{{ tags.x }}"],"tags":[["x","y"]],"logentry":{"message":"%s","params":[1],"formatted":"f"},"user":{"id":1},"modules":{}})j";
const std::string bare =
    R"({"message":"mail a@b.com on 2026-11-23T18:04:05Z from db1.example.com, 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})";
const std::string sessions =
    R"({"attrs":{"release":"1","environment":"e"},"aggregates":[{"exited":3,"crashed":1}],"discarded_events":[{"reason":"queue_overflow","category":"error","quantity":4}]})";
const std::string envelope =
    R"({"event_id":"9ec79c33-ec99-42ab-8353-589fcb2e04dc","dsn":"https://key@host:1/2","sent_at":"2026-11-23T15:00:00Z"})"
    "\n{\"type\":\"session\",\"length\":2}\n{}\n{\"type\":\"event\"}\n" +
    event + "\n";

void write(const std::filesystem::path& folder, const std::vector<std::string>& seeds) {
    std::filesystem::create_directories(folder);
    int number = 0;
    for (const auto& each : seeds) std::ofstream{folder / std::to_string(number++)} << each;
}

}  // namespace

int main(int count, char** values) {
    if (count != 2) {
        std::cerr << "usage: fuzz_seeds FOLDER\n";
        return 2;
    }
    const std::filesystem::path folder{values[1]};
    write(folder / "envelope", {envelope, "{}", "{}\n{\"type\":\"event\",\"length\":2}\n{}\n"});
    write(folder / "event", {event, bare, sessions});
    write(folder / "group", {event, bare});
    write(folder / "login", {"https://key:secret@host:8080/path/42", "http://k@[::1]:9/7",
                             "sentry_version=7&sentry_key=abc&sentry_client=x/1",
                             "Sentry sentry_key=abc, sentry_version=7", "Basic YWJjOg=="});
    write(folder / "body",
          {deflated(event, zlib_format::gzip), deflated(event, zlib_format::zlib), deflated(event, zlib_format::raw)});
}

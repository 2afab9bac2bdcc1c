// How the git program is started: what is in its argv, what in its environment, and what becomes of strange ends.
#include "integrations/git/git_command.hpp"

#include <algorithm>

#include "support.hpp"
#include "tests/fakes/show_result.hpp"

namespace slipway::git::test {
namespace {

transport_settings with_secret() {
    transport_settings settings;
    settings.secret = "glpat-canary";
    return settings;
}

/// Ends as planned, and remembers what it was asked to run.
class fake_runner final : public process::runner {
public:
    task<result<process::outcome>> run(process::command what, process::line_sink) override {
        seen.push_back(what);
        co_return end;
    }
    std::vector<process::command> seen;
    result<process::outcome> end = process::outcome{};
};

}  // namespace

TEST_CASE("R8.6 the token is in the environment, bound to its host, and never in argv", "[git][command]") {
    const auto command = detail::git_command(with_secret(), "/", "https://git.example/g/p.git",
                                             {"ls-remote", "--", "https://git.example/g/p.git"})
                             .value();
    for (const auto& each : command.argv) CHECK(each.find("canary") == std::string::npos);
    std::string header;
    for (const auto& [name, value] : command.environment) {
        if (value != "http.https://git.example/.extraHeader") continue;
        header = command.environment.at("GIT_CONFIG_VALUE_" + name.substr(std::string{"GIT_CONFIG_KEY_"}.size()));
    }
    CHECK(header == "Authorization: Basic b2F1dGgyOmdscGF0LWNhbmFyeQ==");
    CHECK(std::ranges::find(command.secrets, "glpat-canary") != command.secrets.end());
    CHECK(std::ranges::find(command.secrets, "b2F1dGgyOmdscGF0LWNhbmFyeQ==") != command.secrets.end());
    CHECK(command.environment.at("GIT_TERMINAL_PROMPT") == "0");
    CHECK(command.environment.at("GIT_CONFIG_GLOBAL") == "/dev/null");
}

TEST_CASE("R8.7 a command that speaks to no web remote gets no token", "[git][command]") {
    for (const std::string url : {"", "/srv/git/p.git", "ssh://git@git.example/p.git", "git@git.example:p.git"}) {
        const auto command = detail::git_command(with_secret(), "/", url, {"fetch"}).value();
        for (const auto& [name, value] : command.environment) CHECK(value.find("Basic") == std::string::npos);
    }
    CHECK(detail::git_command(with_secret(), "/", "http://git.example/p.git", {"fetch"}).error() == errc::invalid);
    CHECK(detail::git_command(with_secret(), "/", "http://127.0.0.1:8080/p.git", {"fetch"}));
}

TEST_CASE("R5.1 a push that did not end by itself may have happened", "[git][command]") {
    fake_runner runner;
    const auto git = create_transport(runner, {});
    const std::vector<push_ref> refs{{"refs/heads/main", std::string(40, 'a'), ""}};
    const auto push_kind = [&](process::ending how) {
        runner.end = process::outcome{how, 9, "", "", false};
        return run(git->push("/r", "/remote", refs)).error().kind();
    };
    CHECK(push_kind(process::ending::timed_out) == errc::timed_out);
    CHECK(push_kind(process::ending::signalled) == errc::lost);
    CHECK(push_kind(process::ending::cancelled) == errc::lost);
    CHECK(run(git->list_remote("/remote")).error() == errc::cancelled);  // reading changes nothing
    runner.end = failure{errc::invalid, "there is no program git"};
    const auto missing = run(git->list_remote("/remote"));
    REQUIRE(missing.has_error());
    CHECK_THAT(missing.error().sentence(), Catch::Contains("no program git"));
}

TEST_CASE("a push names every lease and both sides of every reference", "[git][command]") {
    fake_runner runner;
    const auto git = create_transport(runner, {});
    const std::string a(40, 'a');
    const std::vector<push_ref> refs{{"refs/heads/main", a, a}, {"refs/tags/1.4.0", a, ""}};
    CHECK(run(git->push("/r", "/remote", refs)).error() == errc::lost);  // exit 0 without a word proves nothing
    REQUIRE(runner.seen.size() == 1);
    CHECK(runner.seen[0].argv == std::vector<std::string>{"git", "push", "--porcelain", "--atomic", "--no-verify",
                                                          "--no-follow-tags", "--force-with-lease=refs/heads/main:" + a,
                                                          "--force-with-lease=refs/tags/1.4.0:", "--", "/remote",
                                                          a + ":refs/heads/main", a + ":refs/tags/1.4.0"});
}

}  // namespace slipway::git::test

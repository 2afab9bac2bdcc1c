// The bot's Slack rooms against the sandbox's Slack: two readings of one protocol, over real sockets.
#include <catch2/catch.hpp>

#include "bot/gateway/dispatcher.hpp"
#include "bot/gateway/socket_mode.hpp"
#include "bot/outbox/sender.hpp"
#include "deploy/sandbox/slack/slack.hpp"
#include "integrations/base/json.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/run_until.hpp"
#include "tests/fakes/show_result.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace slipway {
namespace {

using namespace std::chrono_literals;

/// A sandbox with nothing but Slack, the bot's rooms beside it, and a handler that notes what it gets.
struct slack_scene {
    slack_scene() {
        sandbox::settings how;
        how.port = 0;
        how.state = folder.file("state");
        how.scenario = sandbox::load_scenario(SLIPWAY_SOURCE_DIR "/deploy/sandbox/scenario.yaml").value();
        company = sandbox::create_company(loop.get_executor(), *clock, std::move(how)).value();
        sandbox::slack::mount(*company);
        memory = store::open_sqlite(loop.get_executor(), ":memory:", [this] { return clock->now(); }).value();
        http = net::create_http_client(loop.get_executor(), {});
        slack::web_api_settings settings;
        settings.api_url = company->address() + "/slack/api/";
        settings.bot_token = "xoxb-sandbox-slipway";
        settings.app_token = "xapp-sandbox-slipway";
        api = slack::create_web_api(*http, *clock, settings, create_chance());
        auto note = [this](slack::payload what, std::string) -> task<> {
            got.push_back(std::move(what));
            co_return;
        };
        envelopes = std::make_unique<gateway::inbox>(loop.get_executor(), *memory, *clock, gateway::dispatch_to(note));
        links = std::make_unique<gateway::socket_mode>(loop.get_executor(), *api, *envelopes, *clock,
                                                       gateway::connect_over_network({}), gateway::answer_hook{},
                                                       create_chance());
        outbox::sender_settings quick;
        quick.retry.after_unknown = 200ms;
        quick.retry.base = 200ms;
        sends = std::make_unique<outbox::sender>(loop.get_executor(), *memory, *api, *clock, create_chance(), quick);
    }
    slack_scene(const slack_scene&) = delete;
    slack_scene& operator=(const slack_scene&) = delete;
    ~slack_scene() { run(end()); }

    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }
    template <class Claim>
    void until(Claim is_true) {
        fakes::run_until(loop, is_true);
    }
    json::object control(const std::string& what, const json::object& body) {
        net::request asked;
        asked.method = "POST";
        asked.url = company->address() + "/control/" + what;
        asked.headers.add("Content-Type", "application/json");
        asked.body = json::serialize(body);
        auto answered = run(http->send(std::move(asked)));
        REQUIRE(answered);
        auto parsed = parse_json(answered->body);
        REQUIRE(parsed);
        return parsed->get_object();
    }
    json::value look(const std::string& what) {
        net::request asked;
        asked.url = company->address() + "/control/" + what;
        auto answered = run(http->send(std::move(asked)));
        REQUIRE(answered);
        return parse_json(answered->body).value();
    }
    /// Links that notice in a second what takes the real ones half a minute.
    void link_quickly() {
        gateway::socket_mode_settings quick;
        quick.link.ping_every = 100ms;
        quick.link.dead_after = 1'200ms;
        quick.link.stable_after = 50ms;
        quick.link.dialling.redial = {5ms, 20ms};
        quick.link.dialling.fetch_every = 1ms;
        links = std::make_unique<gateway::socket_mode>(loop.get_executor(), *api, *envelopes, *clock,
                                                       gateway::connect_over_network({}), gateway::answer_hook{},
                                                       create_chance(), quick);
        links->start();
        until([&] { return links->health().live; });
    }
    /// Somebody types a command until it comes through.
    void command_arrives() {
        const auto before = got.size();
        const json::object typed{{"as", "U0ANA"}, {"channel", "C0RELEASES"}, {"text", "/release status"}};
        until([&] { return links->health().live && text_at(control("act/command", typed), "outcome") == "ok"; });
        until([&] { return got.size() > before; });
    }
    void put(const std::string& key, const slack::desired& wish) {
        store::outbox_put row;
        row.key = key;
        row.lane = slack::lane_of(wish);
        row.body = slack::to_json(wish);
        store::batch changes;
        changes.outbox.push_back(std::move(row));
        REQUIRE(run(memory->commit(std::move(changes))));
    }
    void until_sent(std::uint64_t rows) {
        until([&] { return sends->figures().sent >= rows; });
    }
    json::array messages() { return array_at(look("channels/C0RELEASES?as=U0ANA"), "messages"); }
    static slack::desired_message board(std::string text) {
        slack::desired_message wish;
        wish.channel = "C0RELEASES";
        wish.text = std::move(text);
        return wish;
    }

    asio::io_context loop;
    fakes::temporary_folder folder;
    std::unique_ptr<timers> clock = create_system_timers();
    std::unique_ptr<sandbox::company> company;
    std::unique_ptr<store::store> memory;
    std::unique_ptr<net::http_client> http;
    std::unique_ptr<slack::web_api> api;
    std::vector<slack::payload> got;
    std::unique_ptr<gateway::inbox> envelopes;
    std::unique_ptr<gateway::socket_mode> links;
    std::unique_ptr<outbox::sender> sends;

private:
    task<> end() {
        co_await links->stop(1s);
        co_await envelopes->stop(1s);
        co_await sends->stop(1s);
        co_await company->stop();
        co_await memory->close();
    }
};

}  // namespace

TEST_CASE("a command typed in the sandbox is acknowledged and reaches the handler", "[scenario][slack]") {
    slack_scene scene;
    scene.links->start();
    scene.until([&] { return scene.links->health().live; });
    const json::object typed{{"as", "U0ANA"}, {"channel", "C0RELEASES"}, {"text", "/release start 1.4.0"}};
    CHECK(text_at(scene.control("act/command", typed), "outcome") == "ok");
    scene.until([&] { return scene.got.size() == 1; });
    const auto& command = std::get<slack::slash_command>(scene.got.front());
    CHECK(command.command == "/release");
    CHECK(command.text.raw() == "start 1.4.0");
    CHECK(command.from.user == "U0ANA");
    CHECK(command.from.team == "T0HARBOUR");

    slack::response_message answer;
    answer.text = "on it";
    CHECK(scene.run(slack::respond(*scene.api, command.from.response_url, answer)));
}

TEST_CASE("the link survives being refreshed, reset, and told nonsense", "[scenario][slack]") {
    slack_scene scene;
    scene.links->start();
    scene.until([&] { return scene.links->health().live; });
    const std::vector<json::object> troubles{json::object{{"disconnect", "refresh_requested"}, {"after_ms", 500}},
                                             json::object{{"garbage", "text"}}, json::object{{"garbage", "binary"}},
                                             json::object{{"drop", "reset"}}};
    std::size_t commands = 0;
    for (const auto& trouble : troubles) {
        INFO(json::serialize(trouble));
        scene.control("faults", trouble);
        const json::object typed{{"as", "U0ANA"}, {"channel", "C0RELEASES"}, {"text", "/release status"}};
        // A person tries again when Slack shows that the app did not answer.
        scene.until([&] {
            return scene.links->health().live && text_at(scene.control("act/command", typed), "outcome") == "ok";
        });
        scene.until([&] { return scene.got.size() > commands; });
        commands = scene.got.size();
    }
}

TEST_CASE("pongs that come late are waited for, and a link whose pongs come too late is replaced",
          "[scenario][slack]") {
    slack_scene scene;
    scene.control("faults", json::object{{"ping_interval_ms", 600'000}, {"pong_delay_ms", 300}});
    scene.link_quickly();
    // For longer than a link may be silent, nothing but late pongs arrives.
    scene.until([&] { return number_at(scene.look("links"), "links.0.pings") >= 15; });
    CHECK(scene.links->health().reconnects == 0);

    scene.control("faults", json::object{{"pong_delay_ms", 8'000}});
    scene.until([&] { return scene.links->health().reconnects > 0; });
    scene.control("faults", json::object{{"clear", true}});
    scene.command_arrives();
}

TEST_CASE("a name that nobody knows and a certificate of a stranger are said as what they are, and tried again",
          "[scenario][slack]") {
    slack_scene scene;
    scene.link_quickly();
    const std::vector<std::pair<std::string, std::string>> faults{{"unknown_host", "could not be looked up"},
                                                                  {"wrong_certificate", "was not accepted"}};
    for (const auto& [kind, words] : faults) {
        INFO(kind);
        CHECK(flag_at(scene.control("faults", json::object{{"link_url", kind}}), "ok"));
        scene.control("faults", json::object{{"drop", "reset"}});
        scene.until([&] { return scene.links->health().sentence.find(words) != std::string::npos; });
        CHECK_FALSE(scene.links->health().live);
        scene.command_arrives();
        CHECK(scene.links->health().sentence.empty());
    }
    CHECK_FALSE(flag_at(scene.control("faults", json::object{{"link_url", "elsewhere"}}), "ok"));
}

TEST_CASE("payloads without what Slack may leave out say who and where all the same", "[scenario][slack]") {
    slack_scene scene;
    scene.link_quickly();
    scene.control("faults", json::object{{"sparse", true}});
    scene.command_arrives();
    const auto& command = std::get<slack::slash_command>(scene.got.front());
    CHECK(command.from.user == "U0ANA");
    CHECK(command.from.channel == "C0RELEASES");
    CHECK(command.from.team == "T0HARBOUR");
}

TEST_CASE("R5.9 against the sandbox: a post whose answer is lost stands in the channel once", "[scenario][slack]") {
    slack_scene scene;
    scene.control("faults", json::object{{"method", "chat.postMessage"}, {"answer", "lost"}});
    scene.sends->start();
    scene.put("release/1/board", slack_scene::board("running"));
    scene.until_sent(1);
    scene.put("release/1/board", slack_scene::board("done"));
    scene.until_sent(2);
    const auto shown = scene.messages();
    REQUIRE(shown.size() == 1);
    CHECK(text_at(shown.front(), "text") == "done");
}

TEST_CASE("every kind of message arrives in the sandbox as it was wanted", "[scenario][slack]") {
    slack_scene scene;
    scene.sends->start();
    auto wish = slack_scene::board("running");
    wish.pin = true;
    scene.put("board", wish);
    auto detail = slack_scene::board("step 1 ok");
    detail.thread_of = "board";
    scene.put("detail", detail);
    scene.put("log", slack::desired_file{"C0RELEASES", "board", "tests.log", "Tests", "all well\n"});
    slack::desired_message direct;
    direct.user = "U0BEN";
    direct.text = "please confirm";
    scene.put("dm", direct);
    scene.put("hint", slack::desired_ephemeral{"C0RELEASES", "U0ANA", "", "only you", {}});
    scene.until_sent(5);
    CHECK(scene.sends->figures().given_up == 0);
    CHECK(scene.sends->figures().last_error.empty());
}

TEST_CASE("R5.11 against the sandbox: a 429 is waited out", "[scenario][slack]") {
    slack_scene scene;
    scene.control("faults", json::object{{"method", "chat.postMessage"}, {"answer", "ratelimited"}, {"wait_ms", 1000}});
    scene.sends->start();
    scene.put("board", slack_scene::board("running"));
    scene.until_sent(1);
    CHECK(scene.messages().size() == 1);
}

}  // namespace slipway

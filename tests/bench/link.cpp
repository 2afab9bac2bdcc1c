// What a click costs from frame to acknowledgement, beside a bare Beast client that only parses and acknowledges and
// beside @slack/bolt; and what an idle bot holds. Prints one JSON line.
//   bench_link [RUNS] [ENVELOPES PER RUN] [PART …]     parts: link, inbox, idle
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <thread>

#include "bot/gateway/dispatcher.hpp"
#include "bot/gateway/socket_mode.hpp"
#include "integrations/async/heap.hpp"
#include "tests/bench/ingest_client.hpp"
#include "tests/bench/link_slack.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace {

using namespace slipway;
using namespace slipway::bench;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace json = boost::json;

// ── clients, each in a process of its own ────────────────────────────────────────────────────────────────────────

/// Parses and acknowledges, and nothing else.
void bare_client(const slack_end& slack) {
    const auto url = slack.link_url();
    const auto port = url.substr(url.rfind(':') + 1, url.rfind('/') - url.rfind(':') - 1);
    asio::io_context context;
    beast::websocket::stream<asio::ip::tcp::socket> link{context};
    link.next_layer().connect({asio::ip::make_address("127.0.0.1"), static_cast<std::uint16_t>(std::stoul(port))});
    link.next_layer().set_option(asio::ip::tcp::no_delay{true});
    link.handshake("127.0.0.1", "/link");
    link.text(true);
    beast::flat_buffer buffer;
    for (bool hello = true;; hello = false) {
        buffer.clear();
        boost::system::error_code gone;
        link.read(buffer, gone);
        if (gone) return;
        const auto frame = json::parse({static_cast<const char*>(buffer.data().data()), buffer.size()});
        if (hello) continue;
        const json::object ack{{"envelope_id", frame.as_object().at("envelope_id")}};
        link.write(asio::buffer(json::serialize(ack)), gone);
    }
}

class api_of_the_end final : public slack::web_api {
public:
    explicit api_of_the_end(std::string link) : link_{std::move(link)} {}
    task<result<json::object>> call(std::string, json::object) override {
        co_return json::object{{"ok", true}, {"url", link_}};
    }
    task<result<>> upload(std::string, std::string) override { co_return result<>{}; }
    task<result<>> respond(std::string, json::object) override { co_return result<>{}; }

private:
    std::string link_;
};

class store_of_nothing final : public fakes::memory_store {
public:
    using memory_store::memory_store;
    task<result<slipway::store::arrival>> receive(slipway::store::envelope) override {
        co_return slipway::store::arrival::fresh;
    }
    task<result<>> commit(slipway::store::batch) override { co_return result<>{}; }
};

/// The bot's own link, inbox and dispatcher; nobody acts on what they bring. `file` "" = nothing is stored.
void our_client(const slack_end& slack, const std::string& file) {
    keep_freed_memory();  // as the bot does
    asio::io_context loop{1};
    const auto clock = create_system_timers();
    api_of_the_end api{slack.link_url()};
    fakes::memory_books books;
    std::unique_ptr<store::store> memory;
    if (file.empty())
        memory = std::make_unique<store_of_nothing>(loop.get_executor(), books, [&clock] { return clock->now(); });
    else
        memory = store::open_sqlite(loop.get_executor(), file, [&clock] { return clock->now(); }).value();
    const auto ignore = [](slack::payload, std::string) -> task<> { co_return; };
    gateway::inbox envelopes{loop.get_executor(), *memory, *clock, gateway::dispatch_to(ignore)};
    gateway::socket_mode link{loop.get_executor(),
                              api,
                              envelopes,
                              *clock,
                              gateway::connect_over_network({}),
                              [](const slack::payload&) { return std::optional<json::object>{}; },
                              create_chance()};
    link.start();
    loop.run();
}

void bolt_client(const slack_end& slack) {
    ::setenv("NODE_PATH", SLIPWAY_SDK_FOLDER "/node_modules", 1);
    ::execlp("node", "node", SLIPWAY_SOURCE_DIR "/tests/bench/link_peer.js", slack.api_url().c_str(), nullptr);
    std::_Exit(127);
}

/// A client process while this lives. Forked before anything else of this process has threads of its own to lose: the
/// other end lives in the parent, and the child only needs its address.
class client {
public:
    explicit client(const std::function<void()>& run) : process_{::fork()} {
        if (process_ != 0) return;
        run();
        std::_Exit(0);
    }
    ~client() {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    int process() const { return process_; }

private:
    int process_;
};

// ── measuring ────────────────────────────────────────────────────────────────────────────────────────────────────

using start = std::function<void(const slack_end&)>;

link_outcome once(const start& begin, std::uint64_t envelopes, int in_flight) {
    slack_end slack;
    const client one{[&] { begin(slack); }};
    return slack.run({envelopes, envelopes / 10, in_flight, one.process()});
}

double median(std::vector<double> of) {
    std::ranges::sort(of);
    return of[of.size() / 2];
}

double rounded(double value) {
    return std::round(value * 100) / 100;
}

struct series {
    std::vector<double> cpu, p99;
    void add(const link_outcome& each) {
        cpu.push_back(each.cpu_us);
        p99.push_back(each.p99_ms);
    }
};

struct figures {
    json::object line{{"bench", "link"}};
    int runs = 5;
    std::uint64_t envelopes = 20'000;
    bool bolt = std::filesystem::exists(SLIPWAY_SDK_FOLDER "/.installed");
    double bolt_cpu = 0;

    /// Run by run in turns, so that whatever else the machine does meets all alike.
    void link() {
        series bare, ours, theirs;
        for (int run = 0; run < runs; ++run) {
            bare.add(once(bare_client, envelopes, 64));
            ours.add(once([](const slack_end& slack) { our_client(slack, ""); }, envelopes, 64));
            if (bolt) theirs.add(once(bolt_client, envelopes, 64));
        }
        line["bare_us"] = rounded(median(bare.cpu));
        line["link_us"] = rounded(median(ours.cpu));
        line["link_to_bare"] = rounded(median(ours.cpu) / median(bare.cpu));
        if (!bolt) return;
        bolt_cpu = median(theirs.cpu);
        line["bolt_us"] = rounded(bolt_cpu);
        line["bolt_to_link"] = rounded(bolt_cpu / median(ours.cpu));
    }
    void inbox() {
        series many, single;
        for (int run = 0; run < runs; ++run) {
            fakes::temporary_folder folder;
            many.add(once([&](const slack_end& slack) { our_client(slack, folder.file("many.db")); }, envelopes, 64));
            single.add(once([&](const slack_end& slack) { our_client(slack, folder.file("single.db")); },
                            std::max<std::uint64_t>(envelopes / 20, 200), 1));
        }
        line["inbox_us"] = rounded(median(many.cpu));
        line["inbox_ack_p99_ms_at_64"] = rounded(median(many.p99));
        line["inbox_ack_p99_ms_at_1"] = rounded(median(single.p99));
    }
    /// The real program, with the example's settings.
    void idle();
};

double resident_mib(int process) {
    std::ifstream file{"/proc/" + std::to_string(process) + "/status"};
    for (std::string text; std::getline(file, text);)
        if (text.starts_with("VmRSS:")) return std::stod(text.substr(6)) / 1024;
    return 0;
}

void start_bot(const slack_end& slack, const std::string& folder) {
    std::ofstream{folder + "/slipway.yaml"}
        << "state_directory: " << folder << "/state\n"
        << "checklist: " SLIPWAY_SOURCE_DIR "/deploy/checklists/default.yaml\n"
        << "slack: {api_url: '" << slack.api_url() << "'}\n"
        << "gitlab: {url: 'http://127.0.0.1:9'}\n"
        << "projects: [" SLIPWAY_SOURCE_DIR "/deploy/example/projects/rsi-website.yaml]\n";
    ::setenv("SLACK_APP_TOKEN", "xapp-bench", 1);
    ::setenv("SLACK_BOT_TOKEN", "xoxb-bench", 1);
    ::setenv("GITLAB_TOKEN", "glpat-bench", 1);
    const auto log = folder + "/log";
    if (std::freopen(log.c_str(), "w", stderr) == nullptr || std::freopen(log.c_str(), "a", stdout) == nullptr)
        std::_Exit(126);
    const auto config = folder + "/slipway.yaml";
    ::execl(SLIPWAY_BINARY_DIR "/slipway", "slipway", "run", "--config", config.c_str(), nullptr);
    std::_Exit(127);
}

void figures::idle() {
    std::vector<double> resident, begun;
    fakes::temporary_folder folder;  // kept: what is measured is a start on a store that exists
    for (int run = -1; run < runs; ++run) {
        slack_end slack;
        const client bot{[&] { start_bot(slack, folder.file("")); }};
        const auto seconds = slack.first_ack();
        std::this_thread::sleep_for(std::chrono::seconds{2});
        if (run < 0) continue;
        begun.push_back(seconds);
        resident.push_back(resident_mib(bot.process()));
    }
    line["start_to_ack_s"] = std::round(median(begun) * 1e4) / 1e4;
    line["idle_resident_mib"] = rounded(median(resident));
}

}  // namespace

int main(int count, char** values) try {
    std::signal(SIGPIPE, SIG_IGN);
    spdlog::set_level(spdlog::level::off);
    const std::vector<std::string> arguments(values + 1, values + count);
    figures all;
    if (!arguments.empty()) all.runs = std::stoi(arguments[0]);
    if (arguments.size() > 1) all.envelopes = std::stoull(arguments[1]);
    std::vector<std::string> parts{"link", "inbox", "idle"};
    if (arguments.size() > 2) parts.assign(arguments.begin() + 2, arguments.end());
    all.line["runs"] = all.runs;
    all.line["envelopes"] = all.envelopes;
    for (const auto& each : parts) {
        if (each == "link") all.link();
        if (each == "inbox") all.inbox();
        if (each == "idle") all.idle();
    }
    std::cout << json::serialize(all.line) << "\n";
    return 0;
} catch (const std::exception& why) {
    std::cerr << "bench_link: " << why.what() << "\n";
    return 1;
}

// What one error report costs from socket to counted group, beside a plain Node server that does http + inflate +
// JSON.parse alone. Prints one JSON line.   bench_ingest [RUNS] [EVENTS PER RUN] [PART …]
// parts: plain, gzip, plain_new, gzip_new, storm (20,000 a second for 10 s), memory (1,000,000 events of 10,000 groups)
#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/json.hpp>
#include <cmath>
#include <csignal>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "bot/http/ingest.hpp"
#include "integrations/async/heap.hpp"
#include "integrations/async/task_group.hpp"
#include "tests/bench/ingest_client.hpp"

namespace {

using namespace slipway;
using namespace slipway::bench;
namespace json = boost::json;

const telemetry::place shop{"shop", "production"};

std::string read_line(int from) {
    std::string line;
    for (char c = 0; ::read(from, &c, 1) == 1 && c != '\n';) line += c;
    return line;
}

/// A server of ours in this process; ends when `until` is closed by the other side, with the counts on `to`.
void serve(int until, int to) {
    keep_freed_memory();
    asio::io_context loop{1};
    telemetry::error_ledger ledger;
    const auto clock = create_system_timers();
    bot::ingest_settings settings;
    settings.keys = {{.project_number = "42", .public_key = key, .leads_to = shop}};
    bot::ingest receiver{loop.get_executor(), settings, ledger, *clock};
    auto handler = [&receiver](net::server_request asked) { return receiver.handle(std::move(asked)); };
    const auto server =
        net::create_http_server(loop.get_executor(), bot::ingest_listener(settings, "127.0.0.1", 0), handler).value();
    task_group tasks{loop.get_executor()};
    tasks.spawn("ingest", receiver.work());
    const auto say = [to](const std::string& line) {
        if (::write(to, line.data(), line.size()) < 0) std::abort();
    };
    say(std::to_string(server->port()) + "\n");
    asio::posix::stream_descriptor end{loop, until};
    char byte = 0;
    end.async_read_some(asio::buffer(&byte, 1), [&loop](auto, auto) { loop.stop(); });
    loop.run();
    while (receiver.group_some(1000) > 0) {
    }
    const auto now = clock->now();
    const telemetry::window all{now - std::chrono::hours{24 * 40}, now + std::chrono::hours{1}};
    const auto counted = ledger.count({.where = shop, .release = {}, .group = {}, .servers = {}}, all);
    const auto& counts = receiver.counts();
    say(json::serialize(json::object{{"requests", counts.requests},
                                     {"grouped", counted},
                                     {"ungrouped", ledger.traffic_of(shop, all).ungrouped},
                                     {"limited", counts.limited},
                                     {"refused", counts.refused},
                                     {"series", ledger.series()}}) +
        "\n");
    std::_Exit(0);
}

/// A child process that serves on a loopback port.
class server {
public:
    explicit server(const std::string& peer_script = {}) : is_peer_{!peer_script.empty()} {
        int in[2], out[2];
        if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error{"no pipe"};
        process_ = ::fork();
        if (process_ == 0) {
            ::close(in[1]);
            if (peer_script.empty()) serve(in[0], out[1]);
            ::dup2(out[1], STDOUT_FILENO);
            ::execlp("node", "node", peer_script.c_str(), nullptr);
            std::_Exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        until_ = in[1];
        from_ = out[0];
        const auto line = read_line(from_);
        port_ = line.empty() ? 0 : static_cast<std::uint16_t>(std::stoul(line));
    }
    ~server() {
        if (process_ > 0) stop();
    }
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    bool runs() const { return port_ != 0; }
    std::uint16_t port() const { return port_; }
    double cpu() const { return cpu_seconds(process_); }
    double peak() const { return peak_mib(process_); }
    /// Ends it; what it counted, when it is ours.
    json::value stop() {
        if (is_peer_) ::kill(process_, SIGTERM);
        ::close(until_);
        const auto line = read_line(from_);
        ::waitpid(process_, nullptr, 0);
        process_ = 0;
        return line.empty() ? json::value{} : json::parse(line);
    }

private:
    bool is_peer_;
    int process_ = 0, until_ = -1, from_ = -1;
    std::uint16_t port_ = 0;
};

double median(std::vector<double> of) {
    std::ranges::sort(of);
    return of[of.size() / 2];
}

/// CPU microseconds per event of one run.
double cost(const server& at, const reports& of, std::uint64_t events, int errors) {
    const auto before = at.cpu();
    const auto sent = send({.of = &of, .errors = errors, .events = events, .port = at.port()});
    if (sent.answers.at(200) != events) throw std::runtime_error{"not every report was answered 200"};
    const auto spent = (at.cpu() - before) / double(events) * 1e6;
    std::this_thread::sleep_for(std::chrono::milliseconds{1200});  // the request limit of the key fills up again
    return spent;
}

double rounded(double value) {
    return std::round(value * 100) / 100;
}

/// Run by run in turns, so that whatever else the machine does meets both alike.
json::object side_by_side(const reports& of, int runs, std::uint64_t events, int errors = 100) {
    const server ours, peer{SLIPWAY_SOURCE_DIR "/tests/bench/ingest_peer.js"};
    std::vector<double> mine, theirs, less;
    for (int run = -1; run < runs; ++run) {  // one to warm up
        const auto one = cost(ours, of, events, errors);
        const auto other = peer.runs() ? cost(peer, of, events, errors) : 0;
        if (run < 0) continue;
        mine.push_back(one);
        theirs.push_back(other);
        less.push_back(other / one);
    }
    return {{"bytes", of.body(0).size()},
            {"us", rounded(median(mine))},
            {"node_us", rounded(median(theirs))},
            {"less", rounded(median(less))}};
}

json::object storm(double per_second, double seconds) {
    server ours;
    const auto events = static_cast<std::uint64_t>(per_second * seconds);
    const auto sent =
        send({.of = &plain_reports(), .errors = 100, .events = events, .per_second = per_second, .port = ours.port()});
    json::object row{{"sent", events}, {"seconds", sent.seconds}};
    for (const auto& [status, count] : sent.answers) row["answered_" + std::to_string(status)] = count;
    row["counted"] = ours.stop();
    return row;
}

json::object memory(std::uint64_t events, int groups) {
    server ours;
    json::object row{{"events", events}, {"errors", groups}};
    for (const auto part : {1, 2}) {  // flat: the second half needs no more than the first
        send({.of = &plain_reports(),
              .errors = groups,
              .events = events / 2,
              .per_second = 19'000,
              .port = ours.port()});
        row["peak_mib_" + std::to_string(part)] = std::round(ours.peak() * 10) / 10;
    }
    row["counted"] = ours.stop();
    return row;
}

}  // namespace

int main(int count, char** values) {
    const std::vector<std::string> words(values + 1, values + count);
    const int runs = words.empty() ? 5 : std::stoi(words[0]);
    const auto events = words.size() < 2 ? 20'000ULL : std::stoull(words[1]);
    const auto wanted = [&words](const std::string& part) {
        return words.size() < 3 || std::find(words.begin() + 2, words.end(), part) != words.end();
    };
    json::object line{{"bench", "ingest"}, {"runs", runs}, {"events", events}};
    if (wanted("plain")) line["plain"] = side_by_side(plain_reports(), runs, events);
    if (wanted("gzip")) line["gzip"] = side_by_side(gzip_reports(), runs, events);
    // So many errors in turn that no trace is still known from the time before.
    if (wanted("plain_new")) line["plain_new"] = side_by_side(plain_reports(), runs, events, 5000);
    if (wanted("gzip_new")) line["gzip_new"] = side_by_side(gzip_reports(), runs, events, 5000);
    if (wanted("storm")) line["storm"] = storm(20'000, 10);
    if (wanted("memory")) line["memory"] = memory(1'000'000, 10'000);
    std::cout << json::serialize(line) << "\n";
}

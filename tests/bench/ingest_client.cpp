#include "tests/bench/ingest_client.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace slipway::bench {
namespace {

int connect_to(std::uint16_t port) {
    const int made = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(made, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
        throw std::runtime_error{"no connection to port " + std::to_string(port)};
    return made;
}

void write_all(int to, const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const auto done = ::send(to, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
        if (done <= 0) throw std::runtime_error{"the server closed a connection while it was written to"};
        at += static_cast<std::size_t>(done);
    }
}

/// One answer with Content-Length or without a body; its status.
int read_answer(int from) {
    std::string got;
    char chunk[4096];
    while (true) {
        const auto count = ::recv(from, chunk, sizeof chunk, 0);
        if (count <= 0) throw std::runtime_error{"the server closed a connection before it answered"};
        got.append(chunk, static_cast<std::size_t>(count));
        const auto end = got.find("\r\n\r\n");
        if (end == std::string::npos) continue;
        const auto length = got.find("ontent-Length: ");
        const auto body = length < end ? std::stoul(got.substr(length + 15)) : 0;
        if (got.size() >= end + 4 + body) return std::stoi(got.substr(9, 3));
    }
}

std::vector<std::string> requests_of(const load& what, std::size_t& bytes) {
    std::vector<std::string> made;
    for (int error = 0; error < what.errors; ++error) {
        const auto body = what.of->body(error);
        bytes = body.size();
        made.push_back("POST " + what.of->path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + what.of->headers +
                       "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    return made;
}

}  // namespace

outcome send(const load& what) {
    outcome found;
    const auto requests = requests_of(what, found.bytes);
    std::vector<int> connections;
    for (int i = 0; i < what.connections; ++i) connections.push_back(connect_to(what.port));
    using clock = std::chrono::steady_clock;
    const auto begin = clock::now();
    for (std::uint64_t sent = 0; sent < what.events;) {
        const auto turn = std::min<std::uint64_t>(connections.size(), what.events - sent);
        for (std::uint64_t i = 0; i < turn; ++i) write_all(connections[i], requests[(sent + i) % requests.size()]);
        for (std::uint64_t i = 0; i < turn; ++i) ++found.answers[read_answer(connections[i])];
        sent += turn;
        if (what.per_second > 0)
            std::this_thread::sleep_until(begin + std::chrono::duration_cast<clock::duration>(
                                                      std::chrono::duration<double>(double(sent) / what.per_second)));
    }
    found.seconds = std::chrono::duration<double>(clock::now() - begin).count();
    for (const int each : connections) ::close(each);
    return found;
}

double cpu_seconds(int process) {
    double nanoseconds = 0;
    for (const auto& thread : std::filesystem::directory_iterator{"/proc/" + std::to_string(process) + "/task"}) {
        std::ifstream file{thread.path() / "schedstat"};
        double spent = 0;
        file >> spent;
        nanoseconds += spent;
    }
    return nanoseconds / 1e9;
}

double peak_mib(int process) {
    std::ifstream file{"/proc/" + std::to_string(process) + "/status"};
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
    return 0;
}

}  // namespace slipway::bench

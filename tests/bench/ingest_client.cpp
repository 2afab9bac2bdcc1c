#include "tests/bench/ingest_client.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <utility>

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

/// One request at a time. Nothing here sleeps: a server on the same machine would pay for waking its client, and the
/// SDKs of a real one are elsewhere.
class connection {
public:
    explicit connection(std::uint16_t port) : socket_{connect_to(port)} {}
    connection(connection&& other) noexcept : socket_{std::exchange(other.socket_, -1)} {}
    connection& operator=(connection&&) = delete;
    ~connection() {
        if (socket_ >= 0) ::close(socket_);
    }

    bool is_free() const noexcept { return !waits_; }
    void ask(const std::string& request) {
        write_all(socket_, request);
        got_.clear();
        waits_ = true;
    }
    /// The status of an answer with Content-Length or without a body, once all of it has come.
    std::optional<int> look() {
        char chunk[4096];
        const auto count = ::recv(socket_, chunk, sizeof chunk, MSG_DONTWAIT);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
        if (count <= 0) throw std::runtime_error{"the server closed a connection before it answered"};
        got_.append(chunk, static_cast<std::size_t>(count));
        const auto end = got_.find("\r\n\r\n");
        if (end == std::string::npos) return std::nullopt;
        const auto length = got_.find("ontent-Length: ");
        const auto body = length < end ? std::stoul(got_.substr(length + 15)) : 0;
        if (got_.size() < end + 4 + body) return std::nullopt;
        waits_ = false;
        return std::stoi(got_.substr(9, 3));
    }

private:
    int socket_;
    bool waits_ = false;
    std::string got_;
};

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
    std::vector<connection> all;
    for (int i = 0; i < what.connections; ++i) all.emplace_back(what.port);
    using clock = std::chrono::steady_clock;
    const auto begin = clock::now();
    const auto passed = [begin] { return std::chrono::duration<double>(clock::now() - begin).count(); };
    std::uint64_t sent = 0, answered = 0;
    while (answered < what.events) {
        const auto due = what.per_second > 0 ? passed() * what.per_second : double(what.events);
        for (auto& each : all) {
            if (!each.is_free()) {
                const auto status = each.look();
                if (!status) continue;
                ++answered;
                ++found.answers[*status];
            }
            if (sent < what.events && double(sent) < due) each.ask(requests[sent++ % requests.size()]);
        }
    }
    found.seconds = passed();
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

#include "tests/scenarios/storm.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>
#include <vector>

namespace slipway::scenarios {
namespace {

std::string report(const storm& what, int number) {
    const auto host = "p-prod-web" + std::to_string(number % 3 + 1);
    const std::string event =
        R"({"platform":"php","level":"error","release":"rsi-website@)" + what.version +
        R"(","environment":"production","server_name":")" + host + R"(","exception":{"values":[{"type":")" + what.kind +
        R"(","value":")" + what.title +
        R"(","stacktrace":{"frames":[{"filename":"templates/home.html","abs_path":"/srv/rsi-website/current/templates/home.html","function":"render","lineno":1,"in_app":true}]}}]}})";
    const std::string body = "{}\n{\"type\":\"event\"}\n" + event + "\n";
    return "POST /api/1/envelope/?sentry_key=5a1b0c5a1b0c5a1b0c5a1b0c5a1b0c5a&sentry_version=7 HTTP/1.1\r\n"
           "Host: 127.0.0.1\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

int connect_to(unsigned short port) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        ::close(descriptor);
        throw std::runtime_error{"the ingest does not listen"};
    }
    return descriptor;
}

/// Reads one answer; its status.
int read_answer(int from, std::string& buffer) {
    char part[8192];
    while (true) {
        const auto end = buffer.find("\r\n\r\n");
        if (end != std::string::npos) {
            const auto at = buffer.find("Content-Length: ");
            const auto length = at < end ? std::stoul(buffer.substr(at + 16)) : 0;
            if (buffer.size() >= end + 4 + length) {
                const int status = std::stoi(buffer.substr(9, 3));
                buffer.erase(0, end + 4 + length);
                return status;
            }
        }
        const auto got = ::read(from, part, sizeof part);
        if (got <= 0) return 0;
        buffer.append(part, static_cast<std::size_t>(got));
    }
}

void send_share(const storm& what, int share, std::map<int, int>& answers) {
    const int to = connect_to(what.port);
    std::string buffer;
    for (int number = 0; number < share; ++number) {
        const auto bytes = report(what, number);
        if (::write(to, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) break;
        ++answers[read_answer(to, buffer)];
    }
    ::close(to);
}

}  // namespace

std::map<int, int> send(const storm& what) {
    std::vector<std::map<int, int>> parts(static_cast<std::size_t>(what.connections));
    std::vector<std::thread> senders;
    for (int each = 0; each < what.connections; ++each) {
        const int share = what.events / what.connections + (each < what.events % what.connections ? 1 : 0);
        senders.emplace_back(
            [&what, share, &into = parts[static_cast<std::size_t>(each)]] { send_share(what, share, into); });
    }
    for (auto& each : senders) each.join();
    std::map<int, int> all;
    for (const auto& part : parts)
        for (const auto& [status, count] : part) all[status] += count;
    return all;
}

}  // namespace slipway::scenarios

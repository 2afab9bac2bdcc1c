#include "tests/scenarios/program.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace slipway::scenarios {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& each : texts) all.push_back(each.data());
    all.push_back(nullptr);
    return all;
}

int code_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

program::program(std::vector<std::string> argv, std::map<std::string, std::string> environment, std::string log_file) {
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
    auto arguments = pointers(argv);
    auto all_variables = pointers(variables);
    id_ = ::fork();
    if (id_ < 0) throw std::runtime_error{"fork was refused for " + argv.front()};
    if (id_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execve(arguments.front(), arguments.data(), all_variables.data());
    ::_exit(127);
}

program::~program() {
    if (id_ > 0) kill();
}

bool program::runs(int* code) {
    if (id_ <= 0) return false;
    int status = 0;
    if (::waitpid(id_, &status, WNOHANG) == 0) return true;
    id_ = 0;
    if (code != nullptr) *code = code_of(status);
    return false;
}

void program::kill() {
    signal_and_wait(SIGKILL);
}

int program::stop() {
    return signal_and_wait(SIGTERM);
}

int program::wait() {
    return signal_and_wait(0);
}

int program::signal_and_wait(int number) {
    if (id_ <= 0) return -1;
    if (number != 0) ::kill(id_, number);
    int status = 0;
    ::waitpid(id_, &status, 0);
    id_ = 0;
    return code_of(status);
}

unsigned short free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    const bool fine = ::bind(socket, plain, size) == 0 && ::getsockname(socket, plain, &size) == 0;
    ::close(socket);
    if (!fine) throw std::runtime_error{"loopback gives no port"};
    return ntohs(address.sin_port);
}

std::string text_of(const std::string& file) {
    const std::ifstream in{file, std::ios::binary};
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

void write_text(const std::string& file, const std::string& text) {
    std::ofstream out{file, std::ios::binary | std::ios::trunc};
    out << text;
    if (!out.flush()) throw std::runtime_error{"cannot write " + file};
}

std::string replaced(std::string in, const std::string& what, const std::string& with) {
    auto at = in.find(what);
    if (at == std::string::npos) throw std::runtime_error{"nothing to replace: " + what};
    for (; at != std::string::npos; at = in.find(what, at + with.size())) in.replace(at, what.size(), with);
    return in;
}

}  // namespace slipway::scenarios

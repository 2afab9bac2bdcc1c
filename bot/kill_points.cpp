#include "bot/kill_points.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>

namespace slipway::bot {
namespace {

struct plan {
    std::string file, moments;
    std::set<std::string> died;
};

void write_down(const std::string& file, const std::string& line) {
    const int out = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (out < 0) return;
    const auto text = line + "\n";
    if (::write(out, text.data(), text.size()) < 0) std::abort();
    ::fsync(out);
    ::close(out);
}

}  // namespace

result<conductor::moment_hook> kill_points(const settings& from) {
    const char* name = std::getenv("SLIPWAY_KILL_POINTS");
    if (name == nullptr) return conductor::moment_hook{};
    if (!from.slack.api_url.starts_with("http://127.0.0.1:"))
        return failure{errc::refused, "SLIPWAY_KILL_POINTS is for tests against the sandbox on this machine; unset it"};
    const auto mine = std::make_shared<plan>();
    mine->file = name;
    std::ifstream in{mine->file};
    std::getline(in, mine->moments);
    for (std::string line; std::getline(in, line);) mine->died.insert(line);
    return conductor::moment_hook{[mine](std::string_view moment, const std::string& what) {
        if (mine->moments != "all" && mine->moments.find(moment) == std::string::npos) return;
        const auto line = std::string{moment} + " " + what;
        if (!mine->died.insert(line).second) return;
        write_down(mine->file, line);
        ::kill(::getpid(), SIGKILL);
    }};
}

}  // namespace slipway::bot

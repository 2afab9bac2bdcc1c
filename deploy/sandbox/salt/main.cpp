// salt: the sandbox's stand-in. Reads and writes the sandbox's state folder, named by SALT_SANDBOX_STATE.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "deploy/sandbox/salt/program.hpp"

namespace {

using namespace slipway;

/// Forks: the child leaves the session and the caller's pipes, and does the work; the parent goes home.
bool stay_behind() {
    if (::fork() != 0) return false;
    ::setsid();
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (const int each : {0, 1, 2}) ::dup2(nowhere, each);
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const char* named = std::getenv("SALT_SANDBOX_STATE");
    const std::string state = named ? named : "";
    if (state.empty()) {
        std::cerr << "ERROR: SALT_SANDBOX_STATE does not say where the sandbox's folder is; bin/salt in it does\n";
        return 2;
    }
    const char* called = std::getenv("SALT_SANDBOX_NAME");
    const std::string name = called ? called : std::filesystem::path{argv[0]}.filename().string();
    const sandbox::salt::streams say{std::cout, std::cerr};
    if (name == "salt-run") return sandbox::salt::run_salt_run(words, state, say);
    sandbox::salt::machine on;
    on.now = [] { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); };
    on.sleep = [](milliseconds span) { std::this_thread::sleep_for(span); };
    on.stay_behind = stay_behind;
    on.process = [] { return static_cast<int>(::getpid()); };
    return sandbox::salt::run_salt(words, state, say, on);
}

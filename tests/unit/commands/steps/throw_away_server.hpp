// A real MariaDB of Debian for tests: started in a folder of its own, on a socket, ended by its id.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/fakes/temporary_folder.hpp"

namespace slipway::steps::test {

namespace fs = std::filesystem;

/// One server for all tests of a program; as root it runs as nobody, because mariadbd refuses root.
class throw_away_server {
public:
    throw_away_server() {
        fs::permissions(folder.file(""), fs::perms::owner_all | fs::perms::others_exec | fs::perms::others_read);
        const auto data = folder.file("data");
        fs::create_directories(data);
        if (::geteuid() == 0) REQUIRE(::chown(data.c_str(), 65534, 65534) == 0);
        REQUIRE(run({"mariadb-install-db", "--no-defaults", "--datadir=" + data,
                     "--auth-root-authentication-method=normal", "--skip-test-db"}) == 0);
        child_ = start({"mariadbd", "--no-defaults", "--datadir=" + data, "--socket=" + socket(), "--skip-networking",
                        "--pid-file=" + data + "/pid", "--innodb-buffer-pool-size=16M",
                        "--innodb-flush-log-at-trx-commit=0"});
        const auto cap = std::chrono::steady_clock::now() + std::chrono::seconds{60};
        while (!fs::exists(socket())) {
            if (std::chrono::steady_clock::now() > cap || ::waitpid(child_, nullptr, WNOHANG) == child_)
                FAIL("mariadbd did not come up: " << log());
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        }
    }
    ~throw_away_server() {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    throw_away_server(const throw_away_server&) = delete;
    throw_away_server& operator=(const throw_away_server&) = delete;

    std::string socket() const { return folder.file("data/s"); }
    std::string log() const {
        std::ifstream in{folder.file("log")};
        return {std::istreambuf_iterator<char>{in}, {}};
    }

private:
    pid_t start(const std::vector<std::string>& words) const {
        const auto child = ::fork();
        if (child != 0) return child;
        std::freopen(folder.file("log").c_str(), "a", stdout);
        ::dup2(1, 2);
        if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(126);
        ::setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
        std::vector<char*> argv;
        for (const auto& each : words) argv.push_back(const_cast<char*>(each.c_str()));
        argv.push_back(nullptr);
        ::execvp(argv[0], argv.data());
        ::_exit(127);
    }
    int run(const std::vector<std::string>& words) const {
        int code = -1;
        ::waitpid(start(words), &code, 0);
        return code;
    }

    fakes::temporary_folder folder;
    pid_t child_ = -1;
};

inline throw_away_server& server() {
    static throw_away_server one;
    return one;
}

}  // namespace slipway::steps::test

// A PostgreSQL server that belongs to the tests, and databases on it. ctest starts one for the whole run
// (tests/postgres); a program that is started by hand starts its own.
#pragma once

#include <libpq-fe.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include "tests/fakes/temporary_folder.hpp"

namespace slipway::fakes {

/// Asks a database something from outside the code under test; the first column of the first row.
inline std::string ask_postgres(const std::string& address, const std::string& sql) {
    auto* raw = PQconnectdb(address.c_str());
    std::string problem = PQstatus(raw) == CONNECTION_OK ? "" : PQerrorMessage(raw);
    std::string told;
    if (problem.empty()) {
        auto* answer = PQexec(raw, sql.c_str());
        const auto status = PQresultStatus(answer);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) problem = PQresultErrorMessage(answer);
        if (status == PGRES_TUPLES_OK && PQntuples(answer) > 0) told = PQgetvalue(answer, 0, 0);
        PQclear(answer);
    }
    PQfinish(raw);
    if (!problem.empty()) throw std::runtime_error{sql + ": " + problem};
    return told;
}

/// A server of its own, for tests that crash it.
class postgres_cluster {
public:
    postgres_cluster() { tell("start", std::to_string(::getpid())); }
    postgres_cluster(const postgres_cluster&) = delete;
    postgres_cluster& operator=(const postgres_cluster&) = delete;
    ~postgres_cluster() {
        try {
            tell("stop");
        } catch (const std::exception& problem) {
            std::cerr << problem.what() << "\n";  // it ends by itself with this process
        }
    }
    void halt() { tell("halt"); }
    void again() { tell("again"); }
    /// "host=… user=… dbname=…"
    std::string address() const {
        std::string line;
        std::ifstream in{file_};
        std::getline(in, line);
        return line;
    }
    std::string socket_folder() const {
        const auto whole = address();
        return whole.substr(5, whole.find(' ') - 5);
    }

private:
    void tell(const std::string& verb, const std::string& more = {}) {
        const auto command = std::string{SLIPWAY_SOURCE_DIR} + "/tests/postgres " + verb + " " + file_ + " " + more;
        const int ended = std::system(command.c_str());                   // NOLINT: the test's own words
        if (WIFEXITED(ended) && WEXITSTATUS(ended) == 75) std::_Exit(0);  // it has said why; ctest counts it as skipped
        if (ended != 0) throw std::runtime_error{command + " failed"};
    }

    temporary_folder folder_;
    std::string file_ = folder_.file("address");
};

/// The server that all tests share.
inline std::string shared_postgres() {
    static const std::string found = []() -> std::string {
        std::string line;
        std::ifstream in{std::string{SLIPWAY_BINARY_DIR} + "/tests/postgres-address"};
        if (std::getline(in, line)) return line;
        static const postgres_cluster own;
        return own.address();
    }();
    return found;
}

/// An empty database for one test, dropped with it.
class postgres_database {
public:
    explicit postgres_database(std::string server = shared_postgres()) : server_{std::move(server)} {
        static std::atomic<int> count = 0;
        name_ = "test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
        ask_postgres(server_, "CREATE DATABASE " + name_);
    }
    postgres_database(const postgres_database&) = delete;
    postgres_database& operator=(const postgres_database&) = delete;
    ~postgres_database() {
        try {
            ask_postgres(server_, "DROP DATABASE " + name_ + " WITH (FORCE)");
        } catch (const std::exception& problem) {
            std::cerr << problem.what() << "\n";
        }
    }
    const std::string& name() const { return name_; }
    std::string address() const {
        auto whole = server_;
        return whole.replace(whole.find("dbname=postgres"), 15, "dbname=" + name_);
    }
    std::string ask(const std::string& sql) const { return ask_postgres(address(), sql); }

private:
    std::string server_;
    std::string name_;
};

}  // namespace slipway::fakes

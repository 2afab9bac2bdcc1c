// What one durable step costs: a commit of one event through the store, beside a bare fsync'd SQLite commit on the same
// disk. Prints one JSON line.   bench_store_commit [FOLDER] [RUNS]
#include <sqlite3.h>
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "integrations/store/store.hpp"

namespace {

using namespace slipway;
using clock_type = std::chrono::steady_clock;

struct timing {
    double p50_us = 0;
    double p99_us = 0;
};

timing measure(int runs, const std::function<void(int)>& once) {
    std::vector<double> spans;
    for (int run = 0; run < runs; ++run) {
        const auto begin = clock_type::now();
        once(run);
        spans.push_back(std::chrono::duration<double, std::micro>(clock_type::now() - begin).count());
    }
    std::ranges::sort(spans);
    return {spans[spans.size() / 2], spans[spans.size() * 99 / 100]};
}

void must(bool good, const char* what) {
    if (!good) throw std::runtime_error{what};
}

timing through_the_store(const std::string& file, int runs) {
    boost::asio::io_context loop;
    auto opened = store::open_sqlite(loop.get_executor(), file, [] { return instant{}; });
    must(opened.has_value(), "the store cannot be opened");
    return measure(runs, [&](int run) {
        store::batch changes;
        store::new_event event{"step_finished", {{"step", "push"}, {"attempt", 1}}, "T1/U1", "bench", instant{}};
        changes.appends.push_back({"release/1", run, {std::move(event)}});
        bool stored = false;
        boost::asio::co_spawn(
            loop, (*opened)->commit(std::move(changes)),
            [&stored](const std::exception_ptr&, const result<>& outcome) { stored = outcome.has_value(); });
        loop.restart();
        loop.run();
        must(stored, "a commit failed");
    });
}

/// Many tasks at once: what sharing one fsync gives, per commit.
double together(const std::string& file, int runs) {
    boost::asio::io_context loop;
    auto opened = store::open_sqlite(loop.get_executor(), file, [] { return instant{}; });
    must(opened.has_value(), "the store cannot be opened");
    int stored = 0;
    const auto begin = clock_type::now();
    for (int run = 0; run < runs; ++run) {
        store::batch changes;
        changes.documents.push_back({"c", std::to_string(run), {{"n", run}}});
        boost::asio::co_spawn(
            loop, (*opened)->commit(std::move(changes)),
            [&stored](const std::exception_ptr&, const result<>& outcome) { stored += outcome ? 1 : 0; });
    }
    loop.run();
    must(stored == runs, "a commit failed");
    return std::chrono::duration<double, std::micro>(clock_type::now() - begin).count() / runs;
}

timing bare(const std::string& file, int runs) {
    sqlite3* db = nullptr;
    must(sqlite3_open(file.c_str(), &db) == SQLITE_OK, "sqlite3_open");
    const auto run_sql = [db](const char* sql) {
        must(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
    };
    run_sql("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)");
    const auto measured = measure(runs, [&](int) { run_sql("INSERT INTO t (b) VALUES ('{\"step\":\"push\"}')"); });
    sqlite3_close(db);
    return measured;
}

}  // namespace

int main(int count, char** values) {
    const std::vector<std::string> arguments(values, values + count);
    const auto parent = count > 1 ? std::filesystem::path{arguments[1]} : std::filesystem::temp_directory_path();
    const int runs = count > 2 ? std::stoi(arguments[2]) : 2000;
    auto pattern = (parent / "slipway-bench-XXXXXX").string();
    must(::mkdtemp(pattern.data()) != nullptr, "no folder for the bench");
    const std::filesystem::path folder{pattern};
    const auto stored = through_the_store((folder / "store.db").string(), runs);
    const auto plain = bare((folder / "bare.db").string(), runs);
    const auto shared = together((folder / "together.db").string(), runs);
    std::filesystem::remove_all(folder);
    const boost::json::object line{{"bench", "store_commit"},
                                   {"runs", runs},
                                   {"store_p50_us", std::lround(stored.p50_us)},
                                   {"store_p99_us", std::lround(stored.p99_us)},
                                   {"bare_p50_us", std::lround(plain.p50_us)},
                                   {"bare_p99_us", std::lround(plain.p99_us)},
                                   {"together_us", std::lround(shared)}};
    std::cout << boost::json::serialize(line) << "\n";
}

// A load of reports over keep-alive connections on loopback, as fast as answered or at a given rate.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/bench/ingest_events.hpp"

namespace slipway::bench {

struct load {
    const reports* of = nullptr;
    int errors = 1;            ///< different ones, one after the other
    std::uint64_t events = 0;  ///< in all
    double per_second = 0;     ///< 0 = as fast as they are answered
    std::uint16_t port = 0;
    int connections = 16;
};

struct outcome {
    std::map<int, std::uint64_t> answers;  ///< by status
    double seconds = 0;
    std::size_t bytes = 0;  ///< of one report's body
};

/// Sends everything and reads every answer. Throws when a connection fails.
outcome send(const load& what);

/// CPU seconds, user and system, of all threads of a process.
double cpu_seconds(int process);
/// Most memory it has had at once, MiB.
double peak_mib(int process);

}  // namespace slipway::bench

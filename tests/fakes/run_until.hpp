// Drives a loop until something is true, with a cap: what never becomes true fails the test.
#pragma once

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <chrono>

namespace slipway::fakes {

template <class Claim>
void run_until(boost::asio::io_context& loop, Claim is_true) {
    const auto cap = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    loop.restart();
    while (!is_true()) {
        if (std::chrono::steady_clock::now() > cap) FAIL("what the test waits for did not come true within 60 s");
        loop.run_one_for(std::chrono::milliseconds{50});
        if (loop.stopped()) loop.restart();
    }
}

}  // namespace slipway::fakes

// Every message that is wanted, as senders would come to it one after the other.
#pragma once

#include <vector>

#include "integrations/store/store.hpp"
#include "tests/fakes/run_task.hpp"

namespace slipway::fakes {

/// The best of each lane first.
inline std::vector<store::outbox_row> lease_all(asio::io_context& loop, store::store& memory,
                                                milliseconds lease = milliseconds{10'000}) {
    std::vector<store::outbox_row> all;
    while (true) {
        auto some = run_on(loop, memory.lease_outbox("test", 1'000, lease, {})).value();
        if (some.empty()) return all;
        for (auto& each : some) all.push_back(std::move(each));
    }
}

}  // namespace slipway::fakes

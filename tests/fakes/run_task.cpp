#include "tests/fakes/run_task.hpp"

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>
#include <exception>

namespace slipway::fakes {

void drive(asio::io_context& loop, task<> work) {
    std::exception_ptr failure;
    bool ended = false;
    asio::co_spawn(loop, std::move(work), [&](std::exception_ptr thrown) {
        failure = std::move(thrown);
        ended = true;
        loop.stop();
    });
    loop.restart();
    loop.run_for(run_cap);
    if (!ended) FAIL("the task had not ended after " << run_cap.count() << " s");
    loop.restart();
    loop.poll();  // what the task cancelled on its way out gets its turn
    if (failure) std::rethrow_exception(failure);
}

}  // namespace slipway::fakes

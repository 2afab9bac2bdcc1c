// A call that is never answered.
#pragma once

#include <boost/asio/this_coro.hpp>

#include "integrations/async/bell.hpp"

namespace slipway::fakes {

/// Ends only when it is cancelled, with an exception, as everywhere.
inline task<> for_ever() {
    bell never{co_await asio::this_coro::executor};
    for (;;) co_await never.wait();
}

}  // namespace slipway::fakes

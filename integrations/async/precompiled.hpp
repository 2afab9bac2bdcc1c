// The same for rooms that wait: with coroutines. Pure rooms do not get it, because Asio's headers need Asio's objects
// at link time.
#pragma once

#include "integrations/base/precompiled.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

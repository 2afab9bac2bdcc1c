// The coroutine type of the house. Parameters by value; await into a named result, test it on the next line.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "integrations/base/result.hpp"

namespace slipway {

namespace asio = boost::asio;

template <class T = void>
using task = asio::awaitable<T>;
using executor = asio::any_io_executor;

}  // namespace slipway

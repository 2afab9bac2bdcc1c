// The same for tests of rooms that wait.
#pragma once

#include "integrations/async/precompiled.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

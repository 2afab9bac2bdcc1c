// The same for tests, with Catch2.
#pragma once

#include "integrations/base/precompiled.hpp"

#include <catch2/catch.hpp>

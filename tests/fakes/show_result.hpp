// How a failed result looks in a test report. Light, so that tests of pure rooms see no event loop.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "integrations/base/result.hpp"

/// `REQUIRE(result)` shows the failure's sentence (Boost's own printing would want to print every T).
template <class T>
struct Catch::StringMaker<boost::system::result<T, slipway::failure>> {
    static std::string convert(const boost::system::result<T, slipway::failure>& shown) {
        if (shown) return "a value";
        return std::string{to_string(shown.error().kind())} + ": " + shown.error().sentence();
    }
};

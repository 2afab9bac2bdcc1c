// What every store promises, whatever the database. A test file names its databases and includes this:
//
//     using databases_under_test = std::tuple<sqlite_file, sqlite_in_memory>;   // see store/fixture.hpp
//     #include "tests/contracts/store_suite.hpp"
#pragma once

#include "tests/contracts/store/inbox.hpp"
#include "tests/contracts/store/streams.hpp"

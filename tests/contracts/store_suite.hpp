// What every store promises, whatever the database. A test file names its databases and includes this:
//
//     using databases_under_test = std::tuple<sqlite_file>;   // in slipway::contracts; see store/fixture.hpp
//     #include "tests/contracts/store_suite.hpp"
#pragma once

#include "tests/contracts/store/documents.hpp"
#include "tests/contracts/store/inbox.hpp"
#include "tests/contracts/store/members.hpp"
#include "tests/contracts/store/model.hpp"
#include "tests/contracts/store/outbox.hpp"
#include "tests/contracts/store/streams.hpp"
#include "tests/contracts/store/work.hpp"

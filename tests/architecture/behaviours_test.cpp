// The table of behaviours in tests/README.md says what is true: what it claims is there, and what is there has its row.
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace {

using table = std::map<std::string, std::set<std::string>>;  ///< id → tests

/// Rows "| R1.1 | a, b |"; "none yet" is an empty set.
table rows_of(std::istream& in) {
    table all;
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("| R")) continue;
        const auto end = line.find(" | ");
        auto& tests = all[line.substr(2, end - 2)];
        std::istringstream names{line.substr(end + 3)};
        for (std::string name; names >> name;) {
            if (name == "none" || name == "yet" || name == "|") continue;
            if (name.ends_with(",")) name.pop_back();
            tests.insert(name);
        }
    }
    return all;
}

table named_by_tests() {
    std::string text;
    auto* pipe = ::popen(SLIPWAY_SOURCE_DIR "/tests/behaviours", "r");
    REQUIRE(pipe != nullptr);
    char part[4096];
    for (std::size_t got = 0; (got = std::fread(part, 1, sizeof part, pipe)) > 0;) text.append(part, got);
    REQUIRE(::pclose(pipe) == 0);
    std::istringstream in{text};
    return rows_of(in);
}

}  // namespace

TEST_CASE("the table of behaviours is true, `tests/behaviours --write` makes it so", "[architecture]") {
    std::ifstream readme{SLIPWAY_SOURCE_DIR "/tests/README.md"};
    const auto written = rows_of(readme);
    const auto real = named_by_tests();
    REQUIRE(real.size() > 100);
    for (const auto& [id, tests] : real) {
        INFO(id << ": run tests/behaviours --write");
        const auto row = written.find(id);
        if (row == written.end()) {
            FAIL_CHECK("the table has no row for it");
            continue;
        }
        CHECK(row->second.empty() == tests.empty());
        for (const auto& each : row->second) {
            INFO(each << " is claimed and does not name it");
            CHECK(tests.contains(each));
        }
    }
}

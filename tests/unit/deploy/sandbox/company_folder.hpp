// A company in a folder of its own, gone when the test ends.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "deploy/sandbox/company/company.hpp"

namespace slipway::sandbox {

struct temporary_folder {
    temporary_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "slipway-test-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::string path;
};

inline scenario shipped_scenario() {
    const auto read = load_scenario(SLIPWAY_SOURCE_DIR "/deploy/sandbox/scenario.yaml");
    if (!read) FAIL(read.error().sentence());
    return *read;
}

inline built_company build_test_company(const temporary_folder& in) {
    auto built = build_company(shipped_scenario(), in.path, SLIPWAY_BINARY_DIR "/salt");
    if (!built) FAIL(built.error().sentence());
    return std::move(*built);
}

}  // namespace slipway::sandbox

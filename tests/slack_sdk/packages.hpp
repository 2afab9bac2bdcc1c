// Where the pinned SDKs of Slack are, and running Node with them.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <iostream>

#include "integrations/process/process.hpp"
#include "tests/fakes/run_task.hpp"

namespace slipway::slack_sdk {

inline const std::string packages = SLIPWAY_SDK_FOLDER;
inline const std::string scripts = SLIPWAY_SOURCE_DIR "/tests/slack_sdk/";

/// False, with the word that ctest looks for, where the packages could not be installed.
inline bool are_there() {
    if (std::filesystem::exists(packages + "/.installed")) return true;
    std::cout << "skipped: " << packages << " is missing; npm installs it (deploy/packages.txt)\n";
    return false;
}

/// `node <argv>` with the packages in reach, to its end; what it printed is in the result.
inline process::outcome run_node(asio::io_context& loop, std::vector<std::string> argv) {
    const auto runner = process::create_runner(loop.get_executor());
    process::command what;
    what.argv = {"node"};
    what.argv.insert(what.argv.end(), argv.begin(), argv.end());
    what.environment = process::inherited();
    what.environment["NODE_PATH"] = packages + "/node_modules";
    auto ended = fakes::run_on(loop, runner->run(std::move(what)));
    REQUIRE(ended.has_value());
    return std::move(*ended);
}

}  // namespace slipway::slack_sdk

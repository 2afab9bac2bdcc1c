// The ingest behind a real listener, and what runs SDKs against it.
#pragma once

#include <filesystem>
#include <iostream>

#include "bot/http/ingest.hpp"
#include "integrations/async/task_group.hpp"
#include "integrations/base/json.hpp"
#include "integrations/process/process.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace slipway::sdk {

using namespace slipway::bot;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

inline const std::string key = "0123456789abcdef0123456789abcdef";
inline const telemetry::place shop{"shop", "production"};
inline const std::string scripts = SLIPWAY_SOURCE_DIR "/tests/sdk/", packages = SLIPWAY_SDK_FOLDER;

struct room {
    explicit room(ingest_settings settings = {}) {
        settings.keys = {{.project_number = "42", .public_key = key, .leads_to = shop}};
        receiver = std::make_unique<ingest>(loop.get_executor(), settings, ledger, *clock);
        auto handler = [this](net::server_request asked) { return receiver->handle(std::move(asked)); };
        server =
            net::create_http_server(loop.get_executor(), ingest_listener(settings, "127.0.0.1", 0), handler).value();
        tasks.spawn("ingest", receiver->work());
    }
    ~room() {
        const auto end = [](room& all) -> task<> {
            all.tasks.cancel();
            co_await all.tasks.join();
            co_await all.server->stop(milliseconds{0});
        };
        fakes::run_on(loop, end(*this));
    }
    room(const room&) = delete;
    room& operator=(const room&) = delete;

    std::string dsn() const { return "http://" + key + "@127.0.0.1:" + std::to_string(server->port()) + "/42"; }

    /// Runs the program to its end while the ingest serves.
    process::outcome run(std::vector<std::string> argv, std::map<std::string, std::string> more = {}) {
        process::command what;
        what.argv = std::move(argv);
        what.environment = process::inherited();
        what.environment["HOME"] = folder.file("");
        for (auto& [name, value] : more) what.environment[name] = value;
        auto ended = fakes::run_on(loop, runner->run(std::move(what)));
        REQUIRE(ended.has_value());
        while (receiver->group_some(1000) > 0) {
        }
        return std::move(*ended);
    }
    process::outcome must_run(std::vector<std::string> argv, std::map<std::string, std::string> more = {}) {
        auto ended = run(std::move(argv), std::move(more));
        INFO(ended.out << ended.err);
        REQUIRE(ended.code == 0);
        return ended;
    }
    std::uint64_t counted(const telemetry::place& where = shop) {
        const auto now = clock->now();
        return ledger.count({.where = where, .release = {}, .group = {}, .servers = {}}, {now - 24h, now + 24h});
    }
    telemetry::traffic traffic() { return ledger.traffic_of(shop, {clock->now() - 24h, clock->now() + 24h}); }
    std::vector<telemetry::group_record> groups(const telemetry::place& where = shop) {
        return ledger.first_seen_since(where, instant{});
    }

    asio::io_context loop;
    telemetry::error_ledger ledger;
    std::unique_ptr<timers> clock = create_system_timers();
    std::unique_ptr<process::runner> runner = process::create_runner(loop.get_executor());
    std::unique_ptr<ingest> receiver;
    std::unique_ptr<net::http_server> server;
    task_group tasks{loop.get_executor()};
    fakes::temporary_folder folder;
};

/// False, with the word that ctest looks for, where a program this test cannot do without is not installed.
inline bool is_there(const std::string& what, const std::string& package) {
    if (fs::exists(what)) return true;
    std::cout << "skipped: " << what << " is missing; install " << package << " (deploy/packages.txt)\n";
    return false;
}

inline const telemetry::group_record& only_group(const std::vector<telemetry::group_record>& all) {
    REQUIRE(all.size() == 1);
    return all.front();
}

}  // namespace slipway::sdk

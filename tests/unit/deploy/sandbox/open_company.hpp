// The whole product half of the sandbox on a free port of this machine.
#pragma once

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <filesystem>

#include "deploy/sandbox/company/parts.hpp"
#include "integrations/base/json.hpp"
#include "integrations/process/process.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/deploy/sandbox/company_folder.hpp"

namespace slipway::sandbox {

/// A sandbox on a free port of this machine.
struct open_company {
    temporary_folder folder;
    asio::io_context loop;
    std::unique_ptr<timers> clock = create_system_timers();
    std::unique_ptr<net::http_client> client = net::create_http_client(loop.get_executor(), {});
    std::unique_ptr<company> open;

    open_company() {
        settings how;
        how.port = 0;
        how.state = folder.path;
        how.scenario = shipped_scenario();
        auto made = create_company(loop.get_executor(), *clock, std::move(how));
        if (!made) FAIL(made.error().sentence());
        open = std::move(*made);
    }
    ~open_company() { fakes::run_on(loop, open->stop()); }

    void mount(const product_settings& how) {
        const auto mounted = mount_product(*open, how);
        if (!mounted) FAIL(mounted.error().sentence());
    }

    net::response get(const std::string& path) {
        net::request asked;
        asked.url = open->address() + path;
        asked.headers.add("PRIVATE-TOKEN", "sandbox-gitlab-token");
        auto said = fakes::run_on(loop, client->send(asked));
        if (!said) FAIL(said.error().sentence());
        return *said;
    }

    result<process::outcome> run(std::vector<std::string> argv, std::string directory = "") {
        const auto runner = process::create_runner(loop.get_executor());
        process::command what;
        what.argv = std::move(argv);
        what.directory = std::move(directory);
        what.environment = process::inherited();
        return fakes::run_on(loop, runner->run(what));
    }
};

}  // namespace slipway::sandbox

// slipway-sandbox: a complete local company on one port.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <iostream>

#include "deploy/sandbox/company/parts.hpp"
#include "deploy/sandbox/sandbox.hpp"
#include "deploy/sandbox/slack/slack.hpp"

namespace {

using namespace slipway;

/// Builds the parts in order; everything lives until a signal asks to stop.
task<> run(sandbox::company& company, std::string page_folder, sandbox::product_settings product, int& exit_code) {
    sandbox::slack::mount(company, page_folder);
    const auto mounted = sandbox::mount_product(company, product);
    if (!mounted) {
        std::cerr << "slipway-sandbox: " << mounted.error().sentence() << "\n";
        co_await company.stop();
        co_return;
    }

    std::cout << "The sandbox is ready. Open " << company.address() << "/ in a browser." << std::endl;
    const auto loop = co_await asio::this_coro::executor;
    asio::signal_set signals{loop, SIGINT, SIGTERM};
    co_await signals.async_wait(asio::use_awaitable);
    co_await company.stop();
    exit_code = 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App options{"A complete local company for Slipway: Slack with a web page, GitLab, Salt, a website."};
    sandbox::settings how;
    std::string scenario_file = SLIPWAY_SANDBOX_FOLDER "/scenario.yaml";
    std::string state;
    std::string page_folder;
    options.add_option("--port", how.port, "port of the one address (0 = any free port)")->capture_default_str();
    options.add_option("--listen", how.listen, "address to listen on")->capture_default_str();
    options.add_option("--scenario", scenario_file, "YAML file: who works here, channels, servers, tokens")
        ->capture_default_str();
    options.add_option("--state", state, "folder for repositories and files (default: a temporary one)");
    options.add_option("--page", page_folder, "serve the web page from this folder, for people who work on it");
    sandbox::product_settings product;
    product.salt_program = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "salt").string();
    bool no_visitors = false;
    options.add_option("--salt", product.salt_program, "the sandbox's salt program")->capture_default_str();
    options.add_option("--dsn", product.dsn, "where the website reports its errors (default: the scenario's site.dsn)");
    options.add_flag("--no-visitors", no_visitors, "nobody looks at the website by himself");
    CLI11_PARSE(options, argc, argv);

    how.state = state;
    product.visitors = !no_visitors;
    auto scenario = sandbox::load_scenario(scenario_file);
    if (!scenario) {
        std::cerr << "slipway-sandbox: " << scenario.error().sentence() << "\n";
        return 2;
    }
    how.scenario = std::move(*scenario);

    asio::io_context loop;
    const auto timers = create_system_timers();
    auto company = sandbox::create_company(loop.get_executor(), *timers, std::move(how));
    if (!company) {
        std::cerr << "slipway-sandbox: " << company.error().sentence() << "\n";
        return 1;
    }
    int exit_code = 1;
    asio::co_spawn(loop, run(**company, page_folder, product, exit_code), [&loop](std::exception_ptr thrown) {
        loop.stop();
        if (thrown) std::rethrow_exception(thrown);
    });
    try {
        loop.run();
    } catch (const std::exception& error) {
        std::cerr << "slipway-sandbox: stopped by a fault of its own: " << error.what() << "\n";
        exit_code = 70;
    }
    return exit_code;
}

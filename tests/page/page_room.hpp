// The sandbox, a scripted app and a browser, all on one loop: what a test of the page starts from.
#pragma once

#include <cstdlib>
#include <fstream>
#include <memory>

#include "deploy/sandbox/slack/slack.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/scripted_app.hpp"
#include "tests/fakes/webdriver.hpp"

namespace slipway::sandbox {

struct page_room {
    page_room() {
        settings how;
        how.port = 0;
        how.state = folder.file("state");
        how.scenario = load_scenario(SLIPWAY_SOURCE_DIR "/deploy/sandbox/scenario.yaml").value();
        company = create_company(loop.get_executor(), *clock, std::move(how)).value();
        slack::mount(*company);
        app = std::make_unique<fakes::scripted_app>(loop.get_executor(), company->address(), tasks);
        const auto started = fakes::run_on(loop, browser.start());
        if (!started) FAIL(started.error().sentence());
    }
    ~page_room() { fakes::run_on(loop, end()); }
    page_room(const page_room&) = delete;
    page_room& operator=(const page_room&) = delete;

    /// Runs the task; a failure of the browser fails the test with its sentence.
    template <class T>
    auto must(task<result<T>> work) {
        auto done = fakes::run_on(loop, std::move(work));
        if (!done) {
            show("failed");
            FAIL(done.error().sentence());
        }
        if constexpr (!std::is_void_v<T>) return std::move(*done);
    }
    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }

    void open_as(const std::string& user, const std::string& channel) {
        must(browser.open(company->address() + "/#as=" + user + "&channel=" + channel));
        see("document.querySelector('#composer-input') && document.querySelector('.workspace .line.on')");
    }
    void see(const std::string& condition) { must(browser.wait_for(condition)); }
    /// Waits until the element's visible text contains `text`.
    void see_text(const std::string& css, const std::string& text) {
        see("[...document.querySelectorAll(" + quoted(css) + ")].some((each) => each.innerText.includes(" +
            quoted(text) + "))");
    }
    void gone(const std::string& css) { see("!document.querySelector(" + quoted(css) + ")"); }
    void click(const std::string& css) { must(browser.click(css)); }
    void type(const std::string& css, const std::string& text) { must(browser.type(css, text)); }

    std::string post(json::object args) {
        const auto done = run(app->api.call("chat.postMessage", std::move(args)));
        INFO(json::serialize(done));
        REQUIRE(flag_at(done, "ok"));
        return text_at(done, "ts");
    }
    json::object call(std::string method, json::object args) {
        auto done = run(app->api.call(std::move(method), std::move(args)));
        INFO(json::serialize(done));
        REQUIRE(flag_at(done, "ok"));
        return done;
    }
    json::object next() { return run(app->next()); }

    /// With SLIPWAY_SCREENSHOTS=<folder>, writes <folder>/<name>.png for people who look at the page.
    void show(const std::string& name) {
        const char* where = std::getenv("SLIPWAY_SCREENSHOTS");
        if (where == nullptr) return;
        const auto picture = run(browser.screenshot());
        if (picture) std::ofstream{std::string{where} + "/" + name + ".png.base64"} << *picture;
    }

    static std::string quoted(const std::string& text) { return json::serialize(json::value(text)); }

    asio::io_context loop;
    std::unique_ptr<timers> clock = create_system_timers();
    fakes::temporary_folder folder;
    task_group tasks{loop.get_executor()};
    std::unique_ptr<sandbox::company> company;
    std::unique_ptr<fakes::scripted_app> app;
    fakes::webdriver browser{loop.get_executor()};

private:
    task<> end() {
        co_await browser.quit();
        tasks.cancel();
        co_await company->stop();
        co_await tasks.join();
    }
};

}  // namespace slipway::sandbox

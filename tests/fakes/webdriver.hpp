// A real browser for a test: chromedriver as a child process, WebDriver (W3C) over HTTP. Finding waits by itself.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "integrations/async/task_group.hpp"
#include "integrations/base/json.hpp"
#include "integrations/net/http.hpp"
#include "integrations/process/process.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace slipway::fakes {

/// One browser window. Every wait ends: an element that does not appear within `patience` is errc::not_found.
class webdriver {
public:
    explicit webdriver(executor loop)
        : loop_{loop},
          http_{net::create_http_client(loop, {})},
          runner_{process::create_runner(loop)},
          tasks_{loop},
          started_{loop, asio::steady_timer::time_point::max()} {}
    webdriver(const webdriver&) = delete;
    webdriver& operator=(const webdriver&) = delete;

    static constexpr milliseconds patience{15'000};

    /// Starts chromedriver on a free port and opens a headless window; errc::unavailable when either is missing.
    task<result<>> start(int width = 1280, int height = 800) {
        tasks_.spawn("chromedriver", drive());
        started_.expires_after(patience);
        static_cast<void>(co_await started_.async_wait(asio::as_tuple(asio::use_awaitable)));
        if (base_.empty())
            co_return failure{errc::unavailable, "chromedriver did not start (" + problem_ +
                                                     "); install chromium and chromium-driver (deploy/packages.txt)"};
        json::array arguments{"--headless",
                              "--no-sandbox",
                              "--disable-gpu",
                              "--disable-dev-shm-usage",
                              "--no-first-run",
                              "--disable-background-networking",
                              "--disable-component-update",
                              "--disable-sync",
                              "--force-color-profile=srgb",
                              "--lang=en-GB"};
        arguments.emplace_back("--window-size=" + std::to_string(width) + "," + std::to_string(height));
        arguments.emplace_back("--user-data-dir=" + profile_.file("profile"));
        json::object always{{"browserName", "chrome"}, {"goog:chromeOptions", {{"args", std::move(arguments)}}}};
        always["timeouts"] = {{"implicit", patience.count()}};
        always["goog:loggingPrefs"] = {{"browser", "ALL"}};
        json::object asked{{"capabilities", {{"alwaysMatch", std::move(always)}}}};
        const auto opened = co_await send("POST", "/session", std::move(asked));
        if (!opened) co_return opened.error();
        session_ = "/session/" + text_at(*opened, "sessionId");
        co_return result<>{};
    }

    task<result<>> open(std::string url) {
        json::object asked{{"url", std::move(url)}};
        co_return done(co_await send("POST", session_ + "/url", std::move(asked)));
    }
    /// Waits until the element is there; gives its id.
    task<result<std::string>> find(std::string css) { co_return co_await locate("css selector", std::move(css)); }
    /// Waits until an element that matches `css` contains `text`.
    task<result<std::string>> find_text(std::string css_class_or_tag, std::string text) {
        const auto path = "//*[self::" + css_class_or_tag + " or contains(concat(' ',@class,' '),' " +
                          css_class_or_tag + " ')][contains(normalize-space(.), \"" + text + "\")]";
        co_return co_await locate("xpath", path);
    }
    task<result<>> click(std::string css) { co_return done(co_await on_element("POST", std::move(css), "/click", {})); }
    /// Types into the element; "\uE007" is Enter, "\uE004" Tab, "\uE00C" Escape, "\uE015" arrow down.
    task<result<>> type(std::string css, std::string text) {
        json::object asked{{"text", std::move(text)}};
        co_return done(co_await on_element("POST", std::move(css), "/value", std::move(asked)));
    }
    /// The visible text of the first match.
    task<result<std::string>> text(std::string css) {
        const auto got = co_await on_element("GET", std::move(css), "/text", {});
        if (!got) co_return got.error();
        co_return got->is_string() ? std::string{got->get_string()} : std::string{};
    }
    /// What the script returns. Elements come back as objects.
    task<result<json::value>> run(std::string script, json::array arguments = {}) {
        json::object asked{{"script", std::move(script)}, {"args", std::move(arguments)}};
        co_return co_await send("POST", session_ + "/execute/sync", std::move(asked));
    }
    /// Waits until `condition` (a JavaScript expression) is true.
    task<result<>> wait_for(std::string condition) {
        const auto script =
            "const done = arguments[0]; const start = Date.now(); const look = () => { let ok = false; try { ok = "
            "Boolean(" +
            condition + "); } catch (e) { ok = false; } if (ok || Date.now() - start > " +
            std::to_string(patience.count()) + ") done(ok); else requestAnimationFrame(look); }; look();";
        json::object asked{{"script", script}, {"args", json::array{}}};
        const auto got = co_await send("POST", session_ + "/execute/async", std::move(asked));
        if (!got) co_return got.error();
        if (got->is_bool() && got->get_bool()) co_return result<>{};
        co_return failure{errc::not_found, "the page never came to: " + condition};
    }
    /// PNG, base64.
    task<result<std::string>> screenshot() {
        const auto got = co_await send("GET", session_ + "/screenshot", {});
        if (!got) co_return got.error();
        co_return std::string{got->get_string()};
    }
    /// Errors that the page wrote to its console so far.
    task<result<std::vector<std::string>>> console_errors() {
        json::object asked{{"type", "browser"}};
        const auto got = co_await send("POST", session_ + "/se/log", std::move(asked));
        if (!got) co_return got.error();
        std::vector<std::string> all;
        for (const auto& each : got->as_array()) {
            if (text_at(each, "level") == "SEVERE") all.push_back(text_at(each, "message"));
        }
        co_return all;
    }
    /// Closes the window and ends chromedriver. Await it before destruction.
    task<> quit() {
        if (!session_.empty()) static_cast<void>(co_await send("DELETE", session_, {}));
        tasks_.cancel();
        co_await tasks_.join();
    }

private:
    static result<> done(const result<json::value>& answer) {
        if (!answer) return answer.error();
        return {};
    }

    static errc kind_of(const std::string& error) {
        if (error == "no such element") return errc::not_found;
        return error == "stale element reference" ? errc::moved : errc::refused;
    }

    task<> drive() {
        process::command what;
        what.argv = {"chromedriver", "--port=0"};
        what.environment = process::inherited();
        what.environment["HOME"] = profile_.file("");
        const auto on_line = [this](const std::string& line, bool) {
            const std::string mark = "started successfully on port ";
            const auto at = line.find(mark);
            if (at == std::string::npos) return;
            auto port = line.substr(at + mark.size());
            while (!port.empty() && (port.back() < '0' || port.back() > '9')) port.pop_back();
            base_ = "http://127.0.0.1:" + port;
            started_.cancel();
        };
        what.total_timeout = std::chrono::minutes{10};
        const auto ended = co_await runner_->run(std::move(what), on_line);
        problem_ = ended ? "it ended: " + ended->err : ended.error().sentence();
        started_.cancel();
    }

    /// An element that the page replaced between finding and using it is found again: nothing was done with the old
    /// one.
    task<result<json::value>> on_element(std::string method, std::string css, std::string what, json::object body) {
        constexpr int attempts = 5;
        for (int attempt = 1;; ++attempt) {
            const auto found = co_await find(css);
            if (!found) co_return found.error();
            auto got = co_await send(method, session_ + "/element/" + *found + what, body);
            const bool replaced = !got && got.error() == errc::moved;
            if (!replaced || attempt == attempts) co_return got;
        }
    }

    task<result<std::string>> locate(std::string how, std::string where) {
        json::object asked{{"using", std::move(how)}, {"value", where}};
        const auto got = co_await send("POST", session_ + "/element", std::move(asked));
        if (!got) co_return failure{got.error().kind(), where + ": " + got.error().sentence()};
        for (const auto& member : got->as_object()) co_return std::string{member.value().as_string()};
        co_return failure{errc::lost, where + ": the driver gave no element id"};
    }

    task<result<json::value>> send(std::string method, std::string path, json::object body) {
        net::request asked;
        asked.method = std::move(method);
        asked.url = base_ + path;
        asked.timeout = milliseconds{45'000};
        if (asked.method == "POST") {
            asked.headers.add("Content-Type", "application/json; charset=utf-8");
            asked.body = json::serialize(body);
        }
        const auto got = co_await http_->send(std::move(asked));
        if (!got) co_return got.error();
        auto parsed = parse_json(got->body);
        if (!parsed) co_return parsed.error();
        const auto* value = at_path(*parsed, "value");
        if (got->status != 200)
            co_return failure{
                text_at(*parsed, "value.error") == "no such element" ? errc::not_found : errc::refused,
                text_at(*parsed, "value.error") + ": " + text_at(*parsed, "value.message").substr(0, 300)};
        co_return value != nullptr ? *value : json::value{};
    }

    executor loop_;
    temporary_folder profile_;
    std::unique_ptr<net::http_client> http_;
    std::unique_ptr<process::runner> runner_;
    task_group tasks_;
    asio::steady_timer started_;
    std::string base_;
    std::string session_;
    std::string problem_ = "no answer";
};

}  // namespace slipway::fakes

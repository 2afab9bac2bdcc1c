#include "integrations/gitlab/caller.hpp"

#include <spdlog/spdlog.h>

#include "integrations/async/timers.hpp"
#include "integrations/base/json.hpp"

namespace slipway::gitlab::detail {
namespace {

/// A longer Retry-After is the caller's business: a step shows it to people instead of sitting in a call.
constexpr milliseconds longest_wait{60'000};

bool is_success(int status) {
    return status >= 200 && status < 300;
}

bool worth_repeating(errc kind) {
    return kind == errc::limited || kind == errc::unavailable || may_have_happened(kind);
}

/// Without its query, which may hold people's words.
std::string_view shown(std::string_view url) {
    return url.substr(0, url.find('?'));
}

}  // namespace

caller::caller(net::http_client& client, timers& clock, chance roll, settings with)
    : client_{client},
      clock_{clock},
      roll_{std::move(roll)},
      settings_{std::move(with)},
      root_{settings_.url.substr(0, settings_.url.find_last_not_of('/') + 1) + "/api/v4"} {}

net::request caller::request_to(std::string method, std::string url) const {
    net::request asked;
    asked.method = std::move(method);
    asked.url = std::move(url);
    asked.timeout = settings_.request_timeout;
    asked.headers.add("PRIVATE-TOKEN", settings_.token);
    asked.headers.add("Accept", "application/json");
    return asked;
}

task<result<net::response>> caller::exchange(std::string what, net::request asked, call_kind kind) {
    const std::string method = asked.method;
    const std::string url{shown(asked.url)};
    auto answer = co_await client_.send(std::move(asked));
    if (!answer) {
        spdlog::info("GitLab {} {}: {}", method, url, answer.error().sentence());
        co_return answer.error().within(what);
    }
    const auto id = answer->headers.find("X-Request-Id").value_or("none");
    if (is_success(answer->status)) {
        spdlog::debug("GitLab {} {} → {} (request id {})", method, url, answer->status, id);
        co_return std::move(*answer);
    }
    const bool is_move = kind == call_kind::read && (answer->status == 301 || answer->status == 302 ||
                                                     answer->status == 307 || answer->status == 308);
    if (is_move) co_return std::move(*answer);
    spdlog::info("GitLab {} {} → {} (request id {})", method, url, answer->status, id);
    co_return explain(what, *answer, kind);
}

/// A moved project answers 301 to its new place. Followed once, for reads, on the same host.
task<result<net::response>> caller::follow_move(std::string what, net::response answer) {
    const auto location = answer.headers.find("Location").value_or("");
    if (!same_origin(location, root_)) {
        co_return failure{errc::refused, what + ": GitLab sends us to another host (" + std::string{shown(location)} +
                                             "), where the token must not go. Correct the URL in the settings"};
    }
    spdlog::warn("GitLab moved it: {} is the present place; the settings are stale", shown(location));
    auto second = co_await exchange(what, request_to("GET", location), call_kind::read);
    if (second && !is_success(second->status)) {
        co_return failure{errc::refused, what + ": GitLab sends us from place to place. Correct the settings"};
    }
    co_return second;
}

task<result<net::response>> caller::fetch(std::string what, std::string url) {
    backoff waits{settings_.wait, roll_};
    for (int attempt = 1;; ++attempt) {
        auto answer = co_await exchange(what, request_to("GET", url), call_kind::read);
        if (answer && is_success(answer->status)) co_return std::move(*answer);
        if (answer) co_return co_await follow_move(what, std::move(*answer));
        const bool again = worth_repeating(answer.error().kind()) && attempt < settings_.most_attempts;
        const auto asked_for = answer.error().retry_after.value_or(milliseconds{0});
        if (!again || asked_for > longest_wait) co_return answer.error();
        co_await clock_.sleep(waits.next(asked_for));
    }
}

task<result<json::value>> caller::read(std::string what, std::string path) {
    const auto answer = co_await fetch(what, root_ + path);
    if (!answer) co_return answer.error();
    co_return body_of(what, *answer);
}

task<result<std::string>> caller::read_text(std::string what, std::string path) {
    auto answer = co_await fetch(std::move(what), root_ + path);
    if (!answer) co_return answer.error();
    co_return std::move(answer->body);
}

task<result<pages>> caller::read_all(std::string what, std::string path) {
    pages all;
    std::string url = root_ + path + (path.find('?') == std::string::npos ? "?" : "&") + "per_page=100";
    while (!url.empty()) {
        if (all.count == settings_.most_pages) {
            co_return failure{errc::refused, what + ": more than " + std::to_string(settings_.most_pages) +
                                                 " pages; a part of the answer would be worse than none"};
        }
        const auto answer = co_await fetch(what, url);
        if (!answer) co_return answer.error();
        auto body = body_of(what, *answer);
        if (!body) co_return body.error();
        auto* items = body->if_array();
        if (items == nullptr) co_return failure{errc::lost, what + ": GitLab answered something that is not a list"};
        ++all.count;
        if (items->empty()) break;
        for (auto& each : *items) all.items.push_back(std::move(each));
        url = next_link(*answer);
        if (!url.empty() && !same_origin(url, root_)) {
            co_return failure{errc::refused,
                              what + ": GitLab's next page is on another host (" + std::string{shown(url)} +
                                  "), where the token must not go. Is GitLab's external_url the URL in the settings?"};
        }
    }
    co_return all;
}

task<result<json::value>> caller::write(std::string what, std::string method, std::string path, json::object body) {
    auto asked = request_to(std::move(method), root_ + path);
    asked.headers.add("Content-Type", "application/json");
    asked.body = json::serialize(body);
    const auto answer = co_await exchange(what, std::move(asked), call_kind::write);
    if (!answer) co_return answer.error();
    co_return body_of(what, *answer);
}

task<> caller::pause(milliseconds span) {
    co_await clock_.sleep(span);
}

}  // namespace slipway::gitlab::detail

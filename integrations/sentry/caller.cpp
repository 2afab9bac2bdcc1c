#include "integrations/sentry/caller.hpp"

#include <spdlog/spdlog.h>

#include "integrations/async/timers.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sentry::detail {
namespace {

/// A longer wait is the caller's business.
constexpr milliseconds longest_wait{60'000};

bool is_success(int status) {
    return status >= 200 && status < 300;
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
      root_{settings_.url.substr(0, settings_.url.find_last_not_of('/') + 1) + "/api/0"} {}

net::request caller::request_to(std::string method, std::string url) const {
    net::request asked;
    asked.method = std::move(method);
    asked.url = std::move(url);
    asked.timeout = settings_.request_timeout;
    asked.headers.add("Authorization", "Bearer " + settings_.token);
    asked.headers.add("Accept", "application/json");
    return asked;
}

task<result<>> caller::wait_for_window(std::string what) {
    const auto now = clock_.now();
    if (now >= closed_until_) co_return result<>{};
    const milliseconds left = closed_until_ - now;
    if (left > longest_wait) {
        failure why{errc::limited, what + ": Sentry's rate limit is used up until " + to_iso(closed_until_)};
        why.retry_after = left;
        co_return why;
    }
    co_await clock_.sleep(left);
    co_return result<>{};
}

task<result<net::response>> caller::exchange(std::string what, net::request asked, call_kind kind) {
    const auto open = co_await wait_for_window(what);
    if (!open) co_return open.error();
    const auto method = asked.method;
    const std::string url{shown(asked.url)};
    auto answer = co_await client_.send(std::move(asked));
    if (!answer) {
        spdlog::info("Sentry {} {}: {}", method, url, answer.error().sentence());
        co_return answer.error().within(what);
    }
    if (const auto ends = window_ends(*answer)) closed_until_ = std::max(closed_until_, *ends);
    if (is_success(answer->status)) {
        spdlog::debug("Sentry {} {} → {}", method, url, answer->status);
        co_return std::move(*answer);
    }
    spdlog::info("Sentry {} {} → {}", method, url, answer->status);
    co_return explain(what, *answer, kind, clock_.now());
}

task<result<net::response>> caller::fetch(std::string what, std::string url) {
    backoff waits{settings_.wait, roll_};
    for (int attempt = 1;; ++attempt) {
        auto answer = co_await exchange(what, request_to("GET", url), call_kind::read);
        if (answer) co_return std::move(*answer);
        const auto kind = answer.error().kind();
        const bool again = (kind == errc::limited || kind == errc::unavailable || may_have_happened(kind)) &&
                           attempt < settings_.most_attempts;
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

task<result<json::array>> caller::read_all(std::string what, std::string path,
                                           std::function<bool(const json::array&)> is_enough) {
    json::array all;
    auto url = root_ + path;
    for (std::size_t page = 0; !url.empty(); ++page) {
        if (page == settings_.most_pages)
            co_return failure{errc::refused, what + ": more than " + std::to_string(settings_.most_pages) +
                                                 " pages; a part of the answer would be worse than none"};
        const auto answer = co_await fetch(what, url);
        if (!answer) co_return answer.error();
        const auto body = body_of(what, *answer);
        if (!body) co_return body.error();
        const auto* items = body->if_array();
        if (items == nullptr) co_return failure{errc::lost, what + ": Sentry answered something that is not a list"};
        all.insert(all.end(), items->begin(), items->end());
        if (items->empty() || is_enough(*items)) break;
        url = next_page(*answer);
        if (!url.empty() && !same_origin(url, root_))
            co_return failure{errc::refused, what + ": Sentry's next page is on another host (" +
                                                 std::string{shown(url)} + "), where the token must not go"};
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

}  // namespace slipway::sentry::detail

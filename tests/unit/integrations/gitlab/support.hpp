// A GitLab that answers what the test planned and remembers what it was asked; time passes only when somebody sleeps.
#pragma once

#include <deque>
#include <map>

#include "integrations/async/timers.hpp"
#include "integrations/base/json.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/net/http.hpp"
#include "tests/fakes/run_task.hpp"

namespace slipway::gitlab::test {

using fakes::run;

class fake_gitlab final : public net::http_client {
public:
    task<result<net::response>> send(net::request asked) override {
        seen.push_back(asked);
        auto& queue = plans[asked.method + " " + asked.url.substr(root.size())];
        if (queue.empty())
            co_return failure{errc::unavailable, "the test planned no answer for " + asked.method + " " + asked.url};
        auto next = queue.front();
        if (queue.size() > 1) queue.pop_front();  // the last one repeats
        co_return next;
    }
    /// "GET /user"; several plans for one call are answered in order.
    void plan(const std::string& call, int status, std::string body, net::headers headers = {}) {
        net::response answer;
        answer.status = status;
        answer.headers = std::move(headers);
        answer.headers.add("Content-Type", "application/json");
        answer.body = std::move(body);
        plans[call].push_back(std::move(answer));
    }
    void plan_failure(const std::string& call, errc kind) { plans[call].push_back(failure{kind, "the line broke"}); }
    std::size_t count(const std::string& method) const {
        std::size_t found = 0;
        for (const auto& each : seen) found += each.method == method ? 1 : 0;
        return found;
    }

    const std::string root = "https://git.example/gitlab/api/v4";
    std::map<std::string, std::deque<result<net::response>>> plans;
    std::vector<net::request> seen;
};

class fake_clock final : public timers {
public:
    instant now() const override { return instant{} + slept; }
    task<> sleep(milliseconds span) override {
        slept += span;
        waits.push_back(span);
        co_return;
    }
    milliseconds slept{0};
    std::vector<milliseconds> waits;
};

struct bench {
    bench() {
        settings with;
        with.url = "https://git.example/gitlab/";
        with.token = "glpat-canary";
        api = create_api(server, clock, [] { return 0.5; }, with).value();
    }
    fake_gitlab server;
    fake_clock clock;
    std::unique_ptr<gitlab::api> api;
};

inline std::string request_json(std::int64_t iid, std::int64_t milestone = 5, const std::string& more = "") {
    return R"({"iid":)" + std::to_string(iid) + R"(,"project_id":7,"title":"T)" + std::to_string(iid) +
           R"(","state":"opened","sha":"aaa","target_branch":"main","milestone":{"id":)" + std::to_string(milestone) +
           R"(,"title":"1.4.0"})" + more + "}";
}

}  // namespace slipway::gitlab::test

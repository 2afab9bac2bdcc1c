#include "bot/http/health.hpp"

#include <boost/json.hpp>

namespace slipway::bot {
namespace {

namespace json = boost::json;

net::server_response as_json(int status, const json::object& body) {
    net::server_response answer;
    answer.status = status;
    answer.headers.add("Content-Type", "application/json");
    answer.headers.add("Cache-Control", "no-store");
    answer.body = json::serialize(body) + "\n";
    return answer;
}

net::server_response readiness(const std::vector<health_check>& checks) {
    bool ready = true;
    json::object told;
    for (const auto& each : checks) {
        const auto problem = each.problem();
        told[each.name] = problem ? json::value(*problem) : json::value("ok");
        if (problem && each.needed) ready = false;
    }
    return as_json(ready ? 200 : 503, {{"ready", ready}, {"checks", std::move(told)}});
}

}  // namespace

std::optional<net::server_response> answer_health(const net::server_request& asked,
                                                  const std::vector<health_check>& checks) {
    const bool live = asked.path == "/livez", ready = asked.path == "/readyz";
    if (!live && !ready) return std::nullopt;
    if (asked.method != "GET" && asked.method != "HEAD") {
        auto answer = as_json(405, {{"detail", "ask with GET"}});
        answer.headers.add("Allow", "GET, HEAD");
        return answer;
    }
    auto answer = live ? as_json(200, {{"live", true}}) : readiness(checks);
    if (asked.method == "HEAD") answer.body.clear();
    return answer;
}

net::http_handler health_handler(std::vector<health_check> checks, metrics_source figures) {
    // A named function's coroutine, not a capturing lambda's: captures would die with the lambda.
    struct answering {
        static task<net::server_response> run(net::server_response answer) { co_return answer; }
        static task<net::server_response> show(metrics_source from, bool with_body) {
            const auto all = co_await from();
            net::server_response page;
            page.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            page.headers.add("Cache-Control", "no-store");
            if (with_body) page.body = to_prometheus(all);
            co_return page;
        }
    };
    return [checks = std::move(checks), figures = std::move(figures)](net::server_request asked) {
        if (auto answer = answer_health(asked, checks)) return answering::run(std::move(*answer));
        const bool reads = asked.method == "GET" || asked.method == "HEAD";
        if (asked.path == "/metrics" && figures && reads) return answering::show(figures, asked.method == "GET");
        return answering::run(as_json(404, {{"detail", "there are /livez, /readyz and /metrics here"}}));
    };
}

}  // namespace slipway::bot

#include "deploy/sandbox/gitlab/server.hpp"

#include "deploy/sandbox/gitlab/control.hpp"
#include "deploy/sandbox/gitlab/pages.hpp"
#include "deploy/sandbox/gitlab/routes.hpp"
#include "deploy/sandbox/gitlab/rules.hpp"

namespace slipway::sandbox::gitlab {

namespace {

constexpr std::string_view api_root = "/gitlab/api/v4/";
constexpr std::size_t most_calls = 2'000;

std::vector<std::string> decoded_segments(std::string_view path) {
    std::vector<std::string> all;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        if (slash > 0) all.push_back(net::percent_decode(path.substr(0, slash)));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return all;
}

/// PRIVATE-TOKEN, or Authorization: Bearer.
std::string token_of(const net::server_request& asked) {
    if (const auto own = asked.headers.find("PRIVATE-TOKEN")) return *own;
    const auto authorization = asked.headers.find("Authorization").value_or("");
    const std::string scheme = "Bearer ";
    return authorization.starts_with(scheme) ? authorization.substr(scheme.size()) : "";
}

const user* caller_of(const instance& of, const net::server_request& asked) {
    const auto token = token_of(asked);
    if (token.empty()) return nullptr;
    for (const auto& each : of.users) {
        if (each.token == token) return &each;
    }
    return nullptr;
}

void nullify(json::value& in) {
    if (in.is_bool() && !in.as_bool()) {
        in = nullptr;
    } else if (auto* object = in.if_object()) {
        for (auto& each : *object) nullify(each.value());
    } else if (auto* array = in.if_array()) {
        for (auto& each : *array) nullify(each);
    }
}

std::string root_of(const net::server_request& asked) {
    return "http://" + asked.headers.find("Host").value_or("127.0.0.1") + "/gitlab";
}

}  // namespace

task<net::server_response> server::handle(net::server_request asked) {
    if (!asked.path.starts_with(api_root)) co_return page(asked);
    seen_call seen{asked.method, asked.path.substr(api_root.size()), "", 0};
    const auto struck = faults_.take(asked.method, asked.path);
    if (struck && struck->delay.count() > 0) co_await clock_.sleep(struck->delay);
    net::server_response made;
    if (!struck || struck->does_effect || !struck->answers) made = api(asked, seen);
    if (struck && struck->answers) made = to_response(*struck);
    seen.status = made.status;
    calls_.push_back(std::move(seen));
    if (calls_.size() > most_calls) calls_.pop_front();
    co_return made;
}

net::server_response server::api(const net::server_request& asked, seen_call& seen) {
    call made;
    made.method = asked.method;
    made.path = decoded_segments(std::string_view{asked.path}.substr(api_root.size()));
    made.root = root_of(asked);
    made.base = made.root + asked.path.substr(std::string_view{"/gitlab"}.size());
    made.now = clock_.now();
    made.caller = caller_of(of_, asked);
    if (!made.caller) return to_response(made, refuse(401, "401 Unauthorized"));
    seen.user = made.caller->username;
    auto with = parameters::of(asked);
    if (!with) return to_response(made, bad_parameter("The body could not be parsed"));
    made.with = std::move(*with);
    auto said = dispatch(of_, made);
    if (of_.null_booleans) nullify(said.body);
    auto out = to_response(made, std::move(said));
    out.headers.add("X-Request-Id", "sandbox-" + std::to_string(calls_.size() + 1));
    return out;
}

net::server_response server::page(const net::server_request& asked) {
    for (const auto& project : of_.projects) {
        for (auto& each : project->records.merge_requests) refresh(*project, each, clock_.now());
    }
    return show_page(of_, decoded_segments(std::string_view{asked.path}.substr(std::string_view{"/gitlab"}.size())));
}

task<net::server_response> server::control(net::server_request asked) {
    const std::string_view prefix = "/control/gitlab";
    const auto path = decoded_segments(std::string_view{asked.path}.substr(prefix.size()));
    co_return run_control({of_, faults_, calls_, clock_.now()}, asked.method, path, asked.body);
}

}  // namespace slipway::sandbox::gitlab

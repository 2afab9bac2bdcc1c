#include "bot/http/webhooks.hpp"

#include <spdlog/spdlog.h>

#include "integrations/base/json.hpp"

namespace slipway::bot {
namespace {

constexpr const char* source = "sentry-hook";
constexpr std::string_view lead = "/hooks/sentry/";
constexpr std::size_t longest_id = 200;

net::server_response answered(int status, const std::string& words) {
    net::server_response made;
    made.status = status;
    made.headers.add("Content-Type", "application/json");
    json::object body;
    body["detail"] = words;
    made.body = json::serialize(body) + "\n";
    return made;
}

std::string header(const net::server_request& asked, std::string_view name) {
    return asked.headers.find(name).value_or("");
}

}  // namespace

webhooks::webhooks(std::string client_secret, std::map<std::string, taker> projects, store::store& memory,
                   timers& clock)
    : secret_{std::move(client_secret)}, projects_{std::move(projects)}, memory_{memory}, clock_{clock} {}

task<net::server_response> webhooks::handle(net::server_request asked) {
    const auto decline = [this](int status, const std::string& words) {
        ++counts_.refused;
        return answered(status, words);
    };
    std::string_view project = asked.path;
    if (!project.starts_with(lead)) co_return decline(404, "Sentry's hooks are received at /hooks/sentry/<project>");
    project.remove_prefix(lead.size());
    while (project.ends_with('/')) project.remove_suffix(1);
    if (asked.method != "POST") co_return decline(405, "hooks are sent with POST");
    sentry::hook_request hook;
    hook.resource = header(asked, "Sentry-Hook-Resource");
    hook.signature = header(asked, "Sentry-Hook-Signature");
    hook.id = header(asked, "Request-ID").substr(0, longest_id);
    hook.body = std::move(asked.body);
    // The signature first: who has not the secret learns nothing, not even which projects there are.
    const auto genuine = sentry::check_hook(hook, secret_);
    if (!genuine) co_return decline(genuine.error() == errc::unauthorised ? 401 : 400, genuine.error().sentence());
    if (!projects_.contains(std::string{project})) co_return decline(404, "no such project uses Sentry here");
    store::envelope incoming;
    incoming.id = std::string{project} + "/" + hook.id;
    incoming.source = source;
    incoming.payload["project"] = project;
    incoming.payload["resource"] = hook.resource;
    incoming.payload["body"] = hook.body;
    incoming.received = clock_.now();
    const auto stored = co_await memory_.receive(incoming);
    if (!stored) co_return decline(503, "it could not be stored; send it again");
    if (*stored == store::arrival::repeat) {
        ++counts_.repeated;
        co_return answered(200, "known already");
    }
    ++counts_.received;
    const auto done = co_await work_on(std::move(incoming));
    if (!done) spdlog::warn("hook={} {}", hook.id, done.error().sentence());
    co_return answered(200, "taken");
}

task<result<>> webhooks::work_on(store::envelope stored) {
    const auto what =
        sentry::read_hook(text_at(stored.payload, "resource"), text_at(stored.payload, "body"), stored.received);
    const auto taker = projects_.find(text_at(stored.payload, "project"));
    if (what && taker != projects_.end()) taker->second(*what);
    store::batch changes;
    changes.handled.push_back({source, stored.id});
    const auto kept = co_await memory_.commit(std::move(changes));
    if (!kept) co_return kept.error();
    if (!what) co_return what.error();
    co_return result<>{};
}

task<result<>> webhooks::recover() {
    const auto left = co_await memory_.unhandled(source);
    if (!left) co_return left.error();
    for (const auto& each : *left) {
        const auto done = co_await work_on(each);
        if (!done) spdlog::warn("hook={} {}", each.id, done.error().sentence());
    }
    co_return result<>{};
}

}  // namespace slipway::bot

#include "deploy/sandbox/site/site.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "deploy/sandbox/salt/deployment.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::sandbox::site {

namespace {

constexpr std::string_view prefix = "/site";
constexpr std::size_t most_reports_at_once = 16;

/// What visitors look at, in turn: every kind of page, the ships most of all.
constexpr std::array<const char*, 8> tour{"/",     "/ships",        "/ships/aurora", "/store",
                                          "/news", "/ships/petrel", "/store",        "/ships/bulwark"};

net::server_response json_response(int status, const json::object& body) {
    net::server_response made;
    made.status = status;
    made.headers.add("Content-Type", "application/json");
    made.body = json::serialize(body) + "\n";
    return made;
}

net::server_response text_response(int status, const std::string& text) {
    net::server_response made;
    made.status = status;
    made.headers.add("Content-Type", "text/plain; charset=utf-8");
    made.body = text + "\n";
    return made;
}

bool among(const std::vector<std::string>& all, const std::string& one) {
    return std::ranges::find(all, one) != all.end();
}

std::vector<std::string> segments(std::string_view path) {
    std::vector<std::string> all;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        if (slash > 0) all.push_back(net::percent_decode(path.substr(0, slash)));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return all;
}

}  // namespace

website::website(site_settings how, timers& clock, net::http_client& client, task_group& tasks)
    : how_{std::move(how)}, clock_{clock}, client_{client}, tasks_{tasks} {}

task<net::server_response> website::handle(net::server_request asked) {
    auto path = net::percent_decode(asked.path.substr(prefix.size()));
    if (path.empty()) path = "/";
    const auto first = path.substr(1, std::min(path.find('/', 1), path.size()) - 1);
    if (among(how_.hosts, first)) {
        auto rest = path.substr(1 + first.size());
        if (rest.empty()) rest = "/";
        co_return serve(first, std::string{prefix} + "/" + first, rest);
    }
    std::vector<std::string> up;
    for (const auto& each : how_.behind_door) {
        if (!among(down_, each)) up.push_back(each);
    }
    if (up.empty()) co_return text_response(503, "no server is up");
    const auto host = up[next_host_++ % up.size()];
    co_return serve(host, std::string{prefix}, path);
}

net::server_response website::serve(const std::string& host, const std::string& root, const std::string& path) {
    if (among(down_, host)) return text_response(502, host + " does not answer");
    const std::string own = "/-/";
    if (path.starts_with(own)) return about(host, path.substr(own.size()));
    const auto folder = salt::served_folder(how_.state, host);
    if (folder.empty()) return text_response(503, "nothing is deployed on " + host);
    const visit asked{folder, host, root, path};
    const auto shown = answer(asked);
    ++pages_;
    if (shown.failed) report(asked, shown);
    net::server_response made;
    made.status = shown.status;
    made.headers.add("Content-Type", shown.content_type);
    made.headers.add("X-Version", shown.version);
    made.headers.add("X-Served-By", host);
    made.headers.add("Cache-Control", "no-store");
    made.body = shown.body;
    return made;
}

/// "/-/build-info" and "/-/services[/name]": what probes read.
net::server_response website::about(const std::string& host, const std::string& what) const {
    json::object body;
    body["host"] = host;
    if (what == "build-info") {
        const auto build = salt::deployed(how_.state, host);
        if (!build) return text_response(404, "nothing is deployed on " + host);
        body["version"] = build->version;
        body["commit"] = build->commit;
        body["deployed_at"] = to_iso(build->deployed_at);
        return json_response(200, body);
    }
    const auto describe = [](const salt::service_info& each) {
        json::object shown;
        shown["service"] = each.name;
        shown["started_at"] = to_iso(each.started_at);
        shown["generation"] = each.generation;
        return shown;
    };
    const std::string one = "services/";
    if (what.starts_with(one)) {
        const auto found = salt::service(how_.state, host, what.substr(one.size()));
        return found ? json_response(200, describe(*found)) : text_response(404, found.error().sentence());
    }
    if (what != "services") return text_response(404, "there are /-/build-info and /-/services");
    json::array all;
    for (const auto& each : salt::services(how_.state, host)) all.push_back(describe(each));
    body["services"] = std::move(all);
    return json_response(200, body);
}

void website::report(const visit& asked, const page& shown) {
    ++errors_;
    const auto to = read_dsn(how_.dsn);
    if (!to) return;
    if (tasks_.size() > most_reports_at_once) {
        ++refused_;
        last_problem_ = "too many reports were under way";
        return;
    }
    const incident what{shown, asked, random_hex(16), clock_.now()};
    tasks_.spawn("site: error report", send(envelope_request(what, *to)));
}

task<> website::send(net::request wanted) {
    const auto url = wanted.url;
    const auto said = co_await client_.send(std::move(wanted));
    if (said && said->status == 200) {
        ++reported_;
        co_return;
    }
    ++refused_;
    const auto problem = said ? url + " answered " + std::to_string(said->status) : said.error().sentence();
    if (problem != last_problem_) spdlog::warn("site: an error report was not taken: {}", problem);
    last_problem_ = problem;
}

task<> website::visitors(std::string address) {
    for (std::size_t turn = 0;; ++turn) {
        const auto pause = how_.visit_pause;
        co_await clock_.sleep(pause);
        if (!traffic_) continue;
        net::request wanted;
        wanted.url = address + std::string{prefix} + tour[turn % tour.size()];
        wanted.timeout = milliseconds{5'000};
        const auto said = co_await client_.send(std::move(wanted));
        if (!said) last_problem_ = "a visitor was turned away: " + said.error().sentence();
    }
}

json::object website::happened() const {
    json::object made;
    made["dsn"] = how_.dsn;
    made["traffic"] = traffic_;
    made["every_ms"] = how_.visit_pause.count();
    made["pages"] = pages_;
    made["errors"] = errors_;
    made["reported"] = reported_;
    made["refused"] = refused_;
    made["last_problem"] = last_problem_;
    json::object versions;
    for (const auto& host : how_.hosts) {
        const auto build = salt::deployed(how_.state, host);
        versions[host] = build ? build->version : "";
    }
    made["deployed"] = std::move(versions);
    made["down"] = json::array(down_.begin(), down_.end());
    return made;
}

result<> website::steer(const std::vector<std::string>& path, const json::object& body) {
    const auto what = path.empty() ? "" : path.front();
    if (what == "dsn") {
        const auto text = text_at(body, "dsn");
        if (!text.empty() && !read_dsn(text)) return failure{errc::invalid, "'" + text + "' is no DSN"};
        how_.dsn = text;
        return {};
    }
    if (what == "traffic") {
        if (body.contains("on")) traffic_ = flag_at(body, "on");
        const auto pause = number_at(body, "every_ms", how_.visit_pause.count());
        how_.visit_pause = milliseconds{std::max<std::int64_t>(pause, 20)};
        return {};
    }
    if (what == "hosts" && path.size() == 2 && among(how_.hosts, path[1])) {
        std::erase(down_, path[1]);
        if (flag_at(body, "down")) down_.push_back(path[1]);
        return {};
    }
    return failure{errc::not_found, "/control/site has dsn, traffic and hosts/<host>"};
}

task<net::server_response> website::control(net::server_request asked) {
    const auto path = segments(std::string_view{asked.path}.substr(std::string_view{"/control/site"}.size()));
    if (asked.method == "GET" && path.empty()) co_return json_response(200, happened());
    const auto body = parse_json(asked.body);
    const auto done = body && body->is_object() ? steer(path, body->as_object())
                                                : result<>{failure{errc::invalid, "the body is no JSON object"}};
    json::object said;
    said["ok"] = done.has_value();
    if (!done) said["error"] = done.error().sentence();
    co_return json_response(done ? 200 : 400, said);
}

}  // namespace slipway::sandbox::site

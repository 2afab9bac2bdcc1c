#include "tests/scenarios/company.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <iostream>
#include <thread>

#include "integrations/process/process.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/scenarios/log_secrets.hpp"

namespace slipway::scenarios {
namespace {

const std::string source = SLIPWAY_SOURCE_DIR;
const std::string binary = SLIPWAY_BINARY_DIR;

std::string last_lines(const std::string& text, std::size_t most) {
    return text.size() <= most ? text : "…" + text.substr(text.size() - most);
}

}  // namespace

company::company(company_settings how)
    : http_{net::create_http_client(loop_.get_executor(), {})},
      port_{free_port()},
      ingest_port_{free_port()},
      health_port_{free_port()} {
    address_ = "http://127.0.0.1:" + std::to_string(port_);
    if (how.signed_requests) request_port_ = free_port();
    write_configuration(how);
    start_sandbox(how);
    if (how.starts_bot) start_bot();
}

company::~company() {
    auto logs = names_of_several_;
    logs.insert("bot");
    if (std::uncaught_exceptions() == 0) {
        // R8.6: every company is a test of it, at trace level.
        for (const auto& name : logs) {
            const auto shown = lines_with_secrets(log_of_bot(name));
            for (const auto& each : shown) UNSCOPED_INFO(name << ".log: " << each);
            CHECK(shown.empty());
        }
        return;
    }
    for (const auto& name : logs)
        std::cerr << "--- " << name << ".log ends:\n" << last_lines(log_of_bot(name), 6000) << "\n";
    std::cerr << "--- the channel:\n";
    try {
        std::cerr << json::serialize(get("/site")) << "\n";
        for (const auto& each : messages()) std::cerr << "· " << last_lines(text_at(each, "text"), 700) << "\n";
    } catch (...) {
        std::cerr << "(the sandbox does not answer any more)\n";
    }
}

void company::write_configuration(const company_settings& how) {
    std::filesystem::create_directories(folder_.file("etc/projects"));
    std::filesystem::create_directories(folder_.file("bot"));
    auto project = text_of(source + "/deploy/example/projects/rsi-website.yaml");
    auto settings = text_of(source + "/deploy/example/slipway.yaml");
    auto checklist = text_of(source + "/deploy/checklists/default.yaml");
    project = replaced(project, "looks: [5s, 15s]", "looks: [2s, 6s]");
    for (const auto& each : how.project) project = replaced(project, each.what, each.with);
    for (const auto& each : how.checklist) checklist = replaced(checklist, each.what, each.with);
    if (project.find("{folder}/") != std::string::npos) project = replaced(project, "{folder}/", folder_.file(""));
    project = replaced(project, "http://127.0.0.1:8065", address_);
    project = replaced(project, "/var/lib/slipway-sandbox", folder_.file("sandbox"));
    settings = replaced(settings, "http://127.0.0.1:8065", address_);
    settings = replaced(settings, "127.0.0.1:9100", "127.0.0.1:" + std::to_string(ingest_port_));
    settings = replaced(settings, "127.0.0.1:9101", "127.0.0.1:" + std::to_string(health_port_));
    if (request_port_ != 0)
        settings = replaced(settings, "# listen: 127.0.0.1:9103", "listen: 127.0.0.1:" + std::to_string(request_port_));
    settings = replaced(settings, "/var/lib/slipway", folder_.file("bot"));
    settings = replaced(settings, "log_level: info", "log_level: trace");
    settings = replaced(settings, "../checklists/default.yaml", folder_.file("etc/checklist.yaml"));
    for (const auto& each : how.settings) settings = replaced(settings, each.what, each.with);
    write_text(project_file(), project);
    write_text(config(), settings);
    write_text(folder_.file("etc/checklist.yaml"), checklist);
    for (const std::string back : {"rollback", "hotfix"})
        write_text(folder_.file("etc/" + back + ".yaml"), text_of(source + "/deploy/checklists/" + back + ".yaml"));
}

void company::start_sandbox(const company_settings& how) {
    std::vector<std::string> argv{
        binary + "/slipway-sandbox",
        "--port",
        std::to_string(port_),
        "--state",
        folder_.file("sandbox"),
        "--salt",
        binary + "/salt",
        "--dsn",
        "http://5a1b0c5a1b0c5a1b0c5a1b0c5a1b0c5a@127.0.0.1:" + std::to_string(ingest_port_) + "/1"};
    argv.insert(argv.end(), how.sandbox_options.begin(), how.sandbox_options.end());
    sandbox_.emplace(std::move(argv), process::inherited(), folder_.file("sandbox.log"));
    const auto cap = std::chrono::steady_clock::now() + patience;
    while (text_of(folder_.file("sandbox.log")).find("is ready") == std::string::npos) {
        if (!sandbox_->runs() || std::chrono::steady_clock::now() > cap)
            FAIL("the sandbox did not start: " << text_of(folder_.file("sandbox.log")));
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    // Enough visitors that a watch of seconds sees some, also on a busy machine.
    put("/site/traffic", {{"every_ms", 150}});
    // Who moved which ref how often is part of what scenarios claim.
    git({"config", "core.logAllRefUpdates", "always"});
}

std::map<std::string, std::string> company::environment() const {
    auto all = process::inherited();
    all["PATH"] = folder_.file("sandbox/bin") + ":" + all["PATH"];
    all["SLACK_APP_TOKEN"] = "xapp-sandbox-slipway";
    all["SLACK_BOT_TOKEN"] = "xoxb-sandbox-slipway";
    all["GITLAB_TOKEN"] = "sandbox-gitlab-token";
    if (request_port_ != 0) {
        all.erase("SLACK_APP_TOKEN");
        all["SLACK_SIGNING_SECRET"] = "sandbox-signing-secret";
    }
    return all;
}

bool company::is_connected() {
    if (request_port_ == 0) return flag_at(get("/state?as=U0ANA"), "app.linked");
    const auto url = "http://127.0.0.1:" + std::to_string(request_port_) + "/slack/events";
    return flag_at(post("/requests", {{"url", url}}), "ok");
}

void company::start_bot() {
    if (request_port_ != 0) post("/requests", {{"url", ""}});
    wait_until("the link of before is gone", [this] { return !flag_at(get("/state?as=U0ANA"), "app.linked"); });
    auto variables = environment();
    for (const auto& [name, value] : bot_variables) variables[name] = value;
    const auto launch = [&] {
        bot_.emplace(std::vector<std::string>{binary + "/slipway", "run", "--config", config()}, variables,
                     folder_.file("bot.log"));
    };
    launch();
    // One that is told to die may do so before anybody has met it.
    const bool may_die = bot_variables.contains("SLIPWAY_KILL_POINTS");
    wait_until("the bot is linked", [this, &launch, may_die] {
        if (!bot_->runs() && !may_die) FAIL("the bot ended at once: " << bot_log());
        if (!bot_->runs()) launch();
        return is_connected();
    });
}

void company::kill_bot() {
    if (bot_) bot_->kill();
    bot_.reset();
}

int company::stop_bot() {
    const int code = bot_->stop();
    bot_.reset();
    return code;
}

void company::configure_bot_of_several(const std::string& name) {
    if (!balancer_) balancer_.emplace(ingest_port_);
    const auto ingest = free_port();
    const auto here = [](unsigned short port) { return "127.0.0.1:" + std::to_string(port); };
    auto settings = replaced(text_of(config()), "state_directory: " + folder_.file("bot"),
                             "state_directory: " + folder_.file("bot-" + name));
    settings = replaced(settings, here(ingest_port_), here(ingest));
    settings = replaced(settings, here(health_port_), here(free_port()));
    write_text(folder_.file("etc/" + name + ".yaml"), settings);
    balancer_->add(ingest);
}

program company::launch_bot_of_several(const std::string& name, const std::string& of) {
    if (names_of_several_.insert(name).second) configure_bot_of_several(name);
    auto variables = environment();
    for (const auto& [key, value] : bot_variables) variables[key] = value;
    several_.erase(name);
    return {{of.empty() ? binary + "/slipway" : of, "run", "--config", folder_.file("etc/" + name + ".yaml")},
            std::move(variables),
            folder_.file(name + ".log")};
}

void company::start_bot_of_several(const std::string& name, const std::string& of) {
    const auto before = log_of_bot(name).size();
    auto& bot = several_.emplace(name, launch_bot_of_several(name, of)).first->second;
    wait_until("the bot " + name + " has started", [&] {
        if (!bot.runs()) FAIL("the bot ended at once: " << log_of_bot(name).substr(before));
        return log_of_bot(name).find("started version=", before) != std::string::npos;
    });
}

std::pair<int, std::string> company::refusal_of_bot(const std::string& name, const std::string& of) {
    const auto before = log_of_bot(name).size();
    auto bot = launch_bot_of_several(name, of);
    int code = 0;
    wait_until("the bot " + name + " ends by itself", [&] {
        const bool runs = bot.runs(&code);
        if (log_of_bot(name).find("started version=", before) != std::string::npos) FAIL("the bot started");
        return !runs;
    });
    return {code, log_of_bot(name).substr(before)};
}

void company::kill_bot_of_several(const std::string& name) {
    several_.at(name).kill();
    several_.erase(name);
}

int company::stop_bot_of_several(const std::string& name) {
    const int code = several_.at(name).stop();
    several_.erase(name);
    return code;
}

std::pair<int, std::string> company::run_slipway(std::vector<std::string> words,
                                                 std::map<std::string, std::string> changed) {
    words.insert(words.begin(), binary + "/slipway");
    auto variables = environment();
    for (auto& [name, value] : changed) variables[name] = value;
    const auto log = folder_.file("other.log");
    std::filesystem::remove(log);
    program other{std::move(words), std::move(variables), log};
    const int code = other.wait();
    return {code, text_of(log)};
}

net::response company::send(std::string method, const std::string& path, std::string body, const std::string& token) {
    net::request asked;
    asked.method = std::move(method);
    asked.url = address_ + path;
    asked.body = std::move(body);
    asked.timeout = std::chrono::seconds{40};
    if (!token.empty()) asked.headers.add("PRIVATE-TOKEN", token);
    if (asked.method != "GET") asked.headers.add("Content-Type", "application/json");
    auto got = fakes::run_on(loop_, http_->send(std::move(asked)));
    if (!got) FAIL("the sandbox did not answer " << path << ": " << got.error().sentence());
    return std::move(*got);
}

json::value company::control(std::string method, const std::string& path, std::string body) {
    const auto got = send(std::move(method), "/control" + path, std::move(body));
    auto read = parse_json(got.body.empty() ? "{}" : got.body);
    if (got.status != 200 || !read) FAIL("the control interface said to " << path << ": " << got.body);
    return std::move(*read);
}

json::value company::get(const std::string& path) {
    return control("GET", path, "");
}
json::object company::post(const std::string& path, json::object body) {
    return control("POST", path, json::serialize(body)).as_object();
}
json::object company::put(const std::string& path, json::object body) {
    return control("PUT", path, json::serialize(body)).as_object();
}
void company::remove(const std::string& path) {
    control("DELETE", path, "");
}
json::value company::gitlab(const std::string& path) {
    const auto got = send("GET", "/gitlab/api/v4" + path, "", "sandbox-gitlab-reporter");
    auto read = parse_json(got.body);
    if (got.status != 200 || !read) FAIL("GitLab said to " << path << ": " << got.body);
    return std::move(*read);
}
net::response company::visit(const std::string& path) {
    return send("GET", path, "");
}

void company::wait_until(const std::string& what, const std::function<bool()>& is_true, std::chrono::seconds cap) {
    const auto until = std::chrono::steady_clock::now() + cap;
    while (true) {
        const auto seen = number_at(get("/state"), "newest");
        if (is_true()) return;
        if (std::chrono::steady_clock::now() > until) FAIL("not within " << cap.count() << " s: " << what);
        get("/events?as=U0ANA&wait=1&after=" + std::to_string(seen));
    }
}

std::string company::git(std::vector<std::string> words) {
    words.insert(words.begin(), {"git", "-C", repository()});
    process::command what;
    what.argv = std::move(words);
    what.environment = process::inherited();
    const auto runner = process::create_runner(loop_.get_executor());
    const auto done = fakes::run_on(loop_, runner->run(std::move(what)));
    if (!done || done->code != 0) FAIL("git failed: " << (done ? done->err : done.error().sentence()));
    auto text = done->out;
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

json::array company::gitlab_calls() {
    return array_at(get("/gitlab"), "calls");
}

int company::succeeded(const std::string& method, const std::string& path_end) {
    const auto calls = gitlab_calls();
    return static_cast<int>(std::ranges::count_if(calls, [&](const json::value& each) {
        const auto status = number_at(each, "status");
        return text_at(each, "method") == method && text_at(each, "path").ends_with(path_end) && status >= 200 &&
               status < 300;
    }));
}

json::array company::slack_calls() {
    return get("/calls").as_array();
}

}  // namespace slipway::scenarios

#include "deploy/sandbox/salt/api.hpp"

#include <algorithm>
#include <chrono>

#include "deploy/sandbox/salt/jobs.hpp"
#include "deploy/sandbox/salt/targeting.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::sandbox::salt {

namespace {

constexpr std::int64_t session_life_s = 12 * 3600;

net::server_response page(int status, const std::string& title) {
    net::server_response made;
    made.status = status;
    made.headers.add("Content-Type", "text/html;charset=utf-8");
    made.body = "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\">\n<html><head><title>" + title +
                "</title></head><body><h2>" + title + "</h2><p>Powered by CherryPy 18.8.0</p></body></html>\n";
    return made;
}

net::server_response as_json(json::value body, int status = 200) {
    net::server_response made;
    made.status = status;
    made.headers.add("Content-Type", "application/json");
    made.body = json::serialize(body);
    return made;
}

json::value wrapped(json::array entries) {
    json::object made;
    made["return"] = std::move(entries);
    return made;
}

/// JSON, or a form as pepper and curl may send it.
result<json::value> body_of(const net::server_request& asked) {
    const auto type = asked.headers.find("Content-Type").value_or("application/json");
    if (type.starts_with("application/json")) return parse_json(asked.body);
    json::object made;
    for (const auto& each : net::decode_form(asked.body)) made[each.name] = each.value;
    return json::value(std::move(made));
}

std::string option_of(const std::string& target_type) {
    if (target_type == "compound") return "-C";
    if (target_type == "list") return "-L";
    if (target_type == "grain") return "-G";
    if (target_type == "pcre") return "-E";
    return "";
}

target_kind kind_of(const std::string& target_type) {
    if (target_type == "compound") return target_kind::compound;
    if (target_type == "list") return target_kind::list;
    if (target_type == "grain") return target_kind::grain;
    if (target_type == "pcre") return target_kind::regex;
    return target_kind::glob;
}

std::string as_word(const json::value& value) {
    if (value.is_string()) return std::string{value.get_string()};
    return json::serialize(value);
}

std::string id_after(const std::string& text, std::string_view mark) {
    const auto at = text.find(mark);
    if (at == std::string::npos) return {};
    const auto from = at + mark.size();
    return text.substr(from, text.find('\n', from) - from);
}

}  // namespace

api::low api::read_low(const json::object& from) {
    low read;
    read.all = from;
    read.client = text_at(from, "client");
    read.function = text_at(from, "fun");
    read.target_type = text_at(from, "tgt_type");
    if (read.target_type.empty()) read.target_type = text_at(from, "expr_form");  // the name before 2017.7
    if (const auto* target = from.if_contains("tgt")) {
        if (const auto* list = target->if_array()) {
            for (const auto& each : *list) read.target += (read.target.empty() ? "" : ",") + as_word(each);
        } else {
            read.target = as_word(*target);
        }
    }
    if (const auto* arguments = from.if_contains("arg")) {
        if (const auto* list = arguments->if_array()) {
            for (const auto& each : *list) read.arguments.push_back(as_word(each));
        } else {
            read.arguments.push_back(as_word(*arguments));
        }
    }
    for (const auto& [name, value] : object_at(from, "kwarg"))
        read.arguments.push_back(std::string{name} + "=" + as_word(value));
    return read;
}

task<process::outcome> api::salt(std::vector<std::string> argv) {
    process::command what;
    what.argv = std::move(argv);
    what.argv.insert(what.argv.begin(), how_.program);
    what.environment = process::inherited();
    what.environment["SALT_SANDBOX_STATE"] = how_.state;
    what.environment["SALT_SANDBOX_NAME"] = "salt";
    const auto ran = co_await processes_.run(std::move(what));
    co_return ran ? *ran : process::outcome{.code = 2, .err = ran.error().sentence()};
}

task<json::value> api::run_local(low what) {
    std::vector<std::string> argv{"--out=json", "--out-indent=-1"};
    const bool is_async = what.client == "local_async";
    if (is_async) argv.emplace_back("--async");
    if (const auto* metadata = what.all.if_contains("metadata")) {
        argv.emplace_back("--metadata");
        argv.push_back(json::serialize(*metadata));
    }
    if (const auto option = option_of(what.target_type); !option.empty()) argv.push_back(option);
    argv.push_back(what.target);
    argv.push_back(what.function);
    argv.insert(argv.end(), what.arguments.begin(), what.arguments.end());
    const auto ran = co_await salt(std::move(argv));
    json::object made;
    if (is_async) {
        const auto jid = id_after(ran.out, "Executed command with job ID: ");
        if (jid.empty()) co_return made;  // nothing matched
        made["jid"] = jid;
        const auto of = open_master(how_.state);
        const auto ids = of ? match(of->minions, kind_of(what.target_type), what.target)
                            : result<std::vector<std::string>>{std::vector<std::string>{}};
        made["minions"] = ids ? json::array(ids->begin(), ids->end()) : json::array{};
        co_return made;
    }
    for (std::size_t at = 0; at < ran.out.size();) {
        const auto end = std::min(ran.out.find('\n', at), ran.out.size());
        const auto row = parse_json(std::string_view{ran.out}.substr(at, end - at));
        if (row && row->is_object())
            for (const auto& [host, value] : row->get_object()) {
                // The synchronous client leaves silent minions out without a word.
                const bool is_silent = value.is_string() && value.get_string().starts_with("Minion did not return");
                if (!is_silent) made[host] = value;
            }
        at = end + 1;
    }
    co_return made;
}

json::value api::run_runner(const low& what) const {
    const auto parameter = [&](std::string_view name) -> const json::value* {
        if (const auto* plain = what.all.if_contains(name)) return plain;
        return object_at(what.all, "kwarg").if_contains(name);
    };
    const auto* jid = parameter("jid");
    const auto wanted = jid != nullptr ? as_word(*jid) : what.arguments.empty() ? "" : what.arguments.front();
    if (what.function == "jobs.list_job") return list_job(how_.state, wanted);
    if (what.function == "jobs.lookup_jid") return lookup_jid(how_.state, wanted);
    if (what.function == "jobs.active") return json::object{};
    if (what.function == "jobs.list_jobs") {
        const auto* search = parameter("search_metadata");
        return list_jobs(how_.state, search != nullptr && search->is_object() ? search->get_object() : json::object{});
    }
    return json::value("'" + what.function + "' is not available.");
}

task<json::value> api::run_one(low what) {
    if (what.client == "runner") co_return run_runner(what);
    auto made = co_await run_local(std::move(what));
    co_return made;
}

net::server_response api::login(const net::server_request& asked) {
    if (asked.method != "POST") return page(401, "401 Unauthorized");
    const auto body = body_of(asked);
    if (!body) return page(400, "400 Bad Request");
    const auto& who = body->is_array() && !body->get_array().empty() ? body->get_array().front() : *body;
    const bool known = text_at(who, "username") == how_.username && text_at(who, "password") == how_.password &&
                       text_at(who, "eauth") == how_.eauth;
    if (!known) return page(401, "401 Unauthorized");
    const auto token = random_hex(20);
    sessions_.insert(token);
    const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    json::object session;
    session["token"] = token;
    session["start"] = now;
    session["expire"] = now + static_cast<double>(session_life_s);
    session["user"] = how_.username;
    session["eauth"] = how_.eauth;
    session["perms"] = json::array{"test.*", "state.*", "saltutil.*", "@runner"};
    auto made = as_json(wrapped({std::move(session)}));
    made.headers.add("X-Auth-Token", token);
    made.headers.add("Set-Cookie", "session_id=" + token + "; Path=/");
    return made;
}

task<net::server_response> api::run_low(json::value body, bool needs_session, net::server_request asked) {
    if (needs_session && !sessions_.contains(asked.headers.find("X-Auth-Token").value_or("")))
        co_return page(401, "401 Unauthorized");
    if (!body.is_array()) co_return page(400, "400 Bad Request: Lowstates must be a list");
    json::array answers;
    for (const auto& each : body.get_array()) {
        if (!each.is_object()) co_return page(400, "400 Bad Request");
        const auto what = read_low(each.get_object());
        if (!needs_session &&
            (text_at(each, "username") != how_.username || text_at(each, "password") != how_.password))
            co_return page(401, "401 Unauthorized");
        if (!how_.clients.contains(what.client)) co_return page(400, "400 Bad Request: client is disabled");
        auto one = co_await run_one(what);
        answers.push_back(std::move(one));
    }
    co_return as_json(wrapped(std::move(answers)));
}

task<net::server_response> api::handle(net::server_request asked) {
    const auto path = asked.path.substr(std::min(asked.path.size(), std::string_view{"/salt-api"}.size()));
    net::server_response made;
    const auto accepts = asked.headers.find("Accept").value_or("*/*");
    if (html_ > 0 && path != "/login") {
        --html_;
        made = page(500, "500 Internal Server Error");
    } else if (accepts.find("json") == std::string::npos && accepts.find("*/*") == std::string::npos) {
        made = page(406, "406 Not Acceptable");
    } else if (path == "/login") {
        made = login(asked);
    } else if (path == "/logout") {
        sessions_.erase(asked.headers.find("X-Auth-Token").value_or(""));
        made = as_json(wrapped({json::value("Your token has been cleared")}));
    } else if (asked.method == "POST" && (path.empty() || path == "/" || path == "/run")) {
        auto body = body_of(asked);
        if (body)
            made = co_await run_low(std::move(*body), path != "/run", asked);
        else
            made = page(400, "400 Bad Request");
    } else if (asked.method == "GET" && path.starts_with("/jobs/")) {
        if (sessions_.contains(asked.headers.find("X-Auth-Token").value_or("")))
            made = as_json(json::object{{"info", json::array{list_job(how_.state, path.substr(6))}},
                                        {"return", json::array{lookup_jid(how_.state, path.substr(6))}}});
        else
            made = page(401, "401 Unauthorized");
    } else {
        made = page(404, "404 Not Found");
    }
    if (lost_ > 0 && path != "/login" && made.status == 200) {
        --lost_;
        made = {};
        made.status = 0;
    }
    json::object call;
    call["method"] = asked.method;
    call["path"] = path;
    call["status"] = made.status;
    // What was asked for, without anybody's password.
    if (path == "/" || path.empty())
        if (const auto body = parse_json(asked.body)) call["low"] = *body;
    calls_.push_back(std::move(call));
    co_return made;
}

task<net::server_response> api::control(net::server_request asked) {
    if (asked.method == "GET") {
        json::object made;
        made["calls"] = calls_;
        co_return as_json(std::move(made));
    }
    const auto body = parse_json(asked.body.empty() ? "{}" : asked.body);
    if (!body || !body->is_object()) co_return as_json(json::object{{"error", "the body is no JSON object"}}, 400);
    if (flag_at(*body, "forget_sessions")) sessions_.clear();
    html_ = static_cast<int>(number_at(*body, "html", html_));
    lost_ = static_cast<int>(number_at(*body, "lose_answers", lost_));
    if (body->get_object().contains("clients")) {
        how_.clients.clear();
        for (const auto& each : array_at(*body, "clients")) how_.clients.insert(as_word(each));
    }
    co_return as_json(json::object{{"ok", true}});
}

}  // namespace slipway::sandbox::salt

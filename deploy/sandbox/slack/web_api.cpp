#include "deploy/sandbox/slack/web_api.hpp"

#include <algorithm>
#include <sstream>

#include "integrations/base/digest.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

constexpr std::size_t most_calls = 5'000;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

json::object from_fields(std::string_view encoded) {
    json::object made;
    for (const auto& each : net::decode_form(encoded)) made[each.name] = each.value;
    return made;
}

bool shares_a_scope(const world& all, std::string_view wanted) {
    std::istringstream words{std::string{wanted}};
    for (std::string scope; words >> scope;) {
        if (std::ranges::find(all.scopes, scope) != all.scopes.end()) return true;
    }
    return wanted.empty();
}

std::string joined(const std::vector<std::string>& all) {
    std::string made;
    for (const auto& each : all) made += (made.empty() ? "" : ",") + each;
    return made;
}

json::object shortened(const json::object& args) {
    json::object made;
    for (const auto& each : args) {
        if (each.key() != "token") made[each.key()] = each.value();
    }
    return made;
}

}  // namespace

net::server_response json_response(const json::value& body, int status) {
    net::server_response made;
    made.status = status;
    made.headers.add("Content-Type", "application/json; charset=utf-8");
    made.headers.add("Cache-Control", "no-store");
    made.body = json::serialize(body);
    return made;
}

net::server_response text_response(std::string body, int status, std::string type) {
    net::server_response made;
    made.status = status;
    made.headers.add("Content-Type", std::move(type));
    made.body = std::move(body);
    return made;
}

json::object refuse_token(const world& all, const method& rule, const std::string& authorization) {
    if (rule.token == token_kind::none) return {};
    constexpr std::string_view bearer = "Bearer ";
    if (!authorization.starts_with(bearer)) return refused("not_authed");
    const auto token = authorization.substr(bearer.size());
    const bool is_bot = equal_in_constant_time(token, all.bot_token);
    const bool is_app = equal_in_constant_time(token, all.app_token);
    if (!is_bot && !is_app) return refused("invalid_auth");
    if (is_bot != (rule.token == token_kind::bot)) return refused("not_allowed_token_type");
    if (is_app || shares_a_scope(all, rule.scopes)) return {};
    auto refusal = refused("missing_scope");
    std::string needed{rule.scopes};
    std::ranges::replace(needed, ' ', ',');
    refusal["needed"] = needed;
    refusal["provided"] = joined(all.scopes);
    return refusal;
}

json::object read_arguments(const method& rule, const net::server_request& asked, json::object& refusal,
                            std::vector<std::string>& warnings) {
    if (asked.method == "GET") return from_fields(asked.query);
    const auto type = lower(asked.headers.find("Content-Type").value_or(""));
    if (type.starts_with("application/x-www-form-urlencoded")) {
        if (type.find("charset") != std::string::npos) warnings.emplace_back("superfluous_charset");
        return from_fields(asked.body);
    }
    if (asked.body.empty()) return {};
    if (type.empty()) {
        refusal = refused("missing_post_type");
    } else if (!type.starts_with("application/json") || rule.body == body_kind::form_only) {
        refusal = refused("invalid_post_type");
    } else {
        if (type.find("charset") == std::string::npos) warnings.emplace_back("missing_charset");
        auto parsed = parse_json(asked.body);
        if (!parsed) {
            refusal = refused("invalid_json");
        } else if (!parsed->is_object()) {
            refusal = refused("json_not_object");
        } else {
            return std::move(parsed->get_object());
        }
    }
    return {};
}

web_api::outcome web_api::run(const method& rule, const net::server_request& asked, json::object& args) {
    const auto now = timers_.now();
    if (auto refusal = refuse_token(all_, rule, asked.headers.find("Authorization").value_or("")); !refusal.empty())
        return {200, std::move(refusal)};
    if (rule.name == "apps.connections.open" && asked.method != "POST") return {200, refused("insecure_request")};
    json::object refusal;
    std::vector<std::string> warnings;
    args = read_arguments(rule, asked, refusal, warnings);
    if (!refusal.empty()) return {200, std::move(refusal)};
    auto wait = all_.limits.take(std::string{rule.name}, rule.per_minute, now);
    if (!wait && rule.name == "chat.postMessage") wait = all_.limits.take_post(arguments{args}.text("channel"), now);
    if (wait) return {429, refused("ratelimited"), *wait};
    outcome done{200, rule.run(all_, arguments{args}, now)};
    if (!warnings.empty() && !done.body.contains("warning")) {
        done.body["warning"] = joined(warnings);
        done.body["response_metadata"] = {{"warnings", json::value_from(warnings)}};
    }
    return done;
}

net::server_response web_api::written(const method* rule, outcome what) const {
    auto made = json_response(what.body, what.status);
    made.headers.add("x-slack-req-id", random_hex(16));
    made.headers.add("x-oauth-scopes", joined(all_.scopes));
    if (rule != nullptr) made.headers.add("x-accepted-oauth-scopes", std::string{rule->scopes});
    if (what.retry_after > 0) made.headers.add("Retry-After", std::to_string(what.retry_after));
    return made;
}

api_fault* web_api::next_fault(const std::string& method) {
    const auto found = faults_.find(method);
    if (found == faults_.end()) return nullptr;
    while (!found->second.empty() && found->second.front().times <= 0) found->second.pop_front();
    if (found->second.empty()) return nullptr;
    --found->second.front().times;
    return &found->second.front();
}

void web_api::remember(const std::string& method, const json::object& args, const outcome& what) {
    if (calls_.size() >= most_calls) calls_.erase(calls_.begin());
    const auto* error = what.body.if_contains("error");
    calls_.push_back({{"method", method},
                      {"args", shortened(args)},
                      {"ok", flag_at(what.body, "ok")},
                      {"error", error != nullptr ? *error : json::value{""}},
                      {"ts", text_at(what.body, "ts")},
                      {"status", what.status},
                      {"at", to_iso(timers_.now())}});
}

task<net::server_response> web_api::answer(net::server_request asked) {
    const std::string name = asked.path.substr(asked.path.rfind('/') + 1);
    const auto* rule = find_method(name);
    if (rule == nullptr) {
        outcome unknown{200, refused("unknown_method")};
        unknown.body["req_method"] = name;
        remember(name, {}, unknown);
        co_return written(nullptr, std::move(unknown));
    }
    const auto* found = next_fault(name);
    const api_fault fault = found != nullptr ? *found : api_fault{};
    const bool before = fault.answer.starts_with("error:") || fault.answer == "ratelimited" ||
                        fault.answer == "http_500" || fault.answer == "html";
    json::object args;
    outcome done;
    if (!before) {
        done = run(*rule, asked, args);
    } else if (fault.answer == "ratelimited") {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(fault.wait).count();
        done = {429, refused("ratelimited"), static_cast<int>(seconds)};
    } else if (fault.answer.starts_with("error:")) {
        done = {200, refused(fault.answer.substr(6))};
    } else {
        done = {fault.answer == "html" ? 503 : 500, refused(fault.answer)};
    }
    remember(name, args, done);
    if (fault.answer == "hang") co_await timers_.sleep(fault.wait);
    const bool as_page = fault.answer == "html" || fault.answer == "lost" || fault.answer == "http_500";
    if (as_page)
        co_return text_response("<html><body>Something went wrong on our side.</body></html>\n",
                                fault.answer == "lost" ? 504 : done.status, "text/html; charset=utf-8");
    auto answer = written(rule, std::move(done));
    if (fault.answer == "drip") answer.drip = fault.wait;
    co_return answer;
}

net::server_response web_api::respond(const net::server_request& asked, const std::string& id) {
    const auto now = timers_.now();
    std::string problem;
    const auto target = all_.responses.redeem(id, now, problem);
    if (!target) return text_response(problem, 404);
    const auto parsed = parse_json(asked.body);
    if (!parsed || !parsed->is_object()) return text_response("invalid_payload", 400);
    const arguments said{parsed->get_object()};
    auto& space = all_.workspace;
    auto* where = space.find(target->channel);
    if (where == nullptr) return text_response("channel_not_found", 404);
    auto* source = where->find(target->source_ts);
    const auto log = [&](const char* error) {
        json::object body{{"ok", *error == '\0'}, {"error", error}};
        remember("response_url", said.all(), {200, std::move(body)});
    };
    if (said.flag("delete_original") && source != nullptr) space.remove(*where, target->source_ts);
    if (said.flag("replace_original") && source != nullptr) {
        auto next = *source;
        next.blocks.clear();
        if (take_content(said, next, /*needs_content=*/true)) {
            log("invalid_blocks");
            return text_response("invalid_blocks", 400);
        }
        *source = std::move(next);
        space.changed(*source);
        log("");
        return text_response("ok");
    }
    const bool only_deletes = said.flag("delete_original") && !said.has("text") && !said.has("blocks");
    if (only_deletes) {
        log("");
        return text_response("ok");
    }
    message what;
    what.user = space.bot_user;
    what.bot_id = space.bot_id;
    if (take_content(said, what, /*needs_content=*/true)) {
        log("invalid_blocks");
        return text_response("invalid_blocks", 400);
    }
    what.thread_ts = said.text("thread_ts");
    if (said.text("response_type") != "in_channel") what.ephemeral_to = target->user;
    space.post(*where, std::move(what), now);
    log("");
    return text_response("ok");
}

net::server_response web_api::upload(const net::server_request& asked, const std::string& id) {
    const auto found = all_.workspace.files.find(id);
    if (found == all_.workspace.files.end() || found->second.complete) return text_response("not found\n", 404);
    auto content = asked.body;
    const auto type = asked.headers.find("Content-Type").value_or("");
    if (const auto at = type.find("boundary="); type.starts_with("multipart/form-data") && at != std::string::npos) {
        auto boundary = type.substr(at + 9);
        std::erase(boundary, '"');
        const auto start = content.find("\r\n\r\n");
        const auto end = content.rfind("\r\n--" + boundary);
        if (start == std::string::npos || end == std::string::npos || end < start + 4)
            return text_response("the multipart body has no part\n", 400);
        content = content.substr(start + 4, end - start - 4);
    }
    if (content.size() != found->second.announced)
        return text_response("expected " + std::to_string(found->second.announced) + " bytes, got " +
                                 std::to_string(content.size()) + "\n",
                             400);
    found->second.content = std::move(content);
    found->second.uploaded = true;
    return text_response("OK - " + std::to_string(found->second.content.size()));
}

}  // namespace slipway::sandbox::slack

#include "deploy/sandbox/gitlab/faults.hpp"

#include <map>

namespace slipway::sandbox::gitlab {

namespace {

fault wrong(std::string method, std::string path_ends, int status, std::string body,
            std::string content_type = "application/json") {
    fault made;
    made.method = std::move(method);
    made.path_ends = std::move(path_ends);
    made.status = status;
    made.body = std::move(body);
    made.content_type = std::move(content_type);
    return made;
}

std::map<std::string, fault, std::less<>> presets() {
    std::map<std::string, fault, std::less<>> all;
    all["moved"] = wrong("PUT", "/merge", 409, R"({"message":"SHA does not match HEAD of source branch"})");
    all["not_mergeable"] = wrong("PUT", "/merge", 405, R"({"message":"405 Method Not Allowed"})");
    all["conflict"] = wrong("PUT", "/merge", 422, R"({"message":"Branch cannot be merged"})");
    all["unauthorised"] = wrong("", "", 401, R"({"message":"401 Unauthorized"})");
    all["throttled"] = wrong("", "", 429, "Retry later\n", "text/plain");
    all["bad_gateway"] = wrong("", "", 502, "<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html");
    all["request_lost"] = wrong("", "", 0, "");
    all["reply_lost"] = wrong("", "", 0, "");
    all["reply_lost"].does_effect = true;
    all["slow"] = wrong("", "", 0, "");
    all["slow"].answers = false;
    all["slow"].delay = milliseconds{5'000};
    return all;
}

}  // namespace

result<> fault_list::add(const json::object& wanted) {
    const auto all = presets();
    const auto kind = text_at(wanted, "kind");
    const auto found = all.find(kind);
    if (found == all.end()) {
        std::string names;
        for (const auto& [name, preset] : all) names += (names.empty() ? "" : ", ") + name;
        return failure{errc::invalid, "'" + kind + "' is no kind of fault; there are " + names};
    }
    auto made = found->second;
    if (wanted.contains("method")) made.method = text_at(wanted, "method");
    if (wanted.contains("path_ends")) made.path_ends = text_at(wanted, "path_ends");
    if (wanted.contains("body")) made.body = text_at(wanted, "body");
    if (wanted.contains("content_type")) made.content_type = text_at(wanted, "content_type");
    if (wanted.contains("retry_after")) made.retry_after = text_at(wanted, "retry_after");
    if (wanted.contains("does_effect")) made.does_effect = flag_at(wanted, "does_effect");
    made.status = static_cast<int>(number_at(wanted, "status", made.status));
    made.times = number_at(wanted, "times", made.times);
    made.delay = milliseconds{number_at(wanted, "delay_ms", made.delay.count())};
    faults_.push_back(std::move(made));
    return {};
}

std::optional<fault> fault_list::take(const std::string& method, const std::string& path) {
    for (auto each = faults_.begin(); each != faults_.end(); ++each) {
        if (!each->method.empty() && each->method != method) continue;
        if (!path.ends_with(each->path_ends)) continue;
        auto struck = *each;
        if (--each->times <= 0) faults_.erase(each);
        return struck;
    }
    return std::nullopt;
}

net::server_response to_response(const fault& what) {
    net::server_response made;
    made.status = what.status;
    if (what.status == 0) return made;
    made.headers.add("Content-Type", what.content_type);
    if (!what.retry_after.empty()) made.headers.add("Retry-After", what.retry_after);
    made.body = what.body;
    return made;
}

}  // namespace slipway::sandbox::gitlab

#include "deploy/sandbox/gitlab/call.hpp"

#include <algorithm>
#include <charconv>

namespace slipway::sandbox::gitlab {

namespace {

std::string to_text(const json::value& from) {
    if (const auto* text = from.if_string()) return std::string{*text};
    if (from.is_null()) return "";
    return json::serialize(from);
}

void put(json::object& into, const net::field& field) {
    if (!field.name.ends_with("[]")) {
        into[field.name] = field.value;
        return;
    }
    auto& list = into[field.name.substr(0, field.name.size() - 2)];
    if (!list.is_array()) list = json::array{};
    list.as_array().emplace_back(field.value);
}

std::string query_with_page(const call& asked, std::int64_t page, std::int64_t per_page) {
    std::vector<net::field> fields;
    for (const auto& [name, value] : asked.with.all()) {
        if (name == "page" || name == "per_page") continue;
        const std::string key{name};
        if (value.is_array()) {
            for (const auto& each : value.as_array()) fields.push_back({key + "[]", to_text(each)});
        } else {
            fields.push_back({key, to_text(value)});
        }
    }
    fields.push_back({"page", std::to_string(page)});
    fields.push_back({"per_page", std::to_string(per_page)});
    return asked.base + "?" + net::encode_form(fields);
}

void cut_page(const call& asked, json::array& items, net::headers& into) {
    const auto per_page = std::clamp<std::int64_t>(asked.with.number("per_page", 20), 1, 100);
    const auto page = std::max<std::int64_t>(asked.with.number("page", 1), 1);
    const auto total = static_cast<std::int64_t>(items.size());
    const auto pages = std::max<std::int64_t>((total + per_page - 1) / per_page, 1);
    const auto from = std::min(total, (page - 1) * per_page);
    const auto until = std::min(total, from + per_page);
    json::array part(items.begin() + from, items.begin() + until);
    items = std::move(part);

    std::string link;
    const auto add = [&](std::int64_t to, const char* relation) {
        link += (link.empty() ? "<" : ", <") + query_with_page(asked, to, per_page) + ">; rel=\"" + relation + "\"";
    };
    if (page > 1) add(page - 1, "prev");
    if (page < pages) add(page + 1, "next");
    add(1, "first");
    add(pages, "last");
    into.add("Link", link);
    into.add("X-Page", std::to_string(page));
    into.add("X-Per-Page", std::to_string(per_page));
    into.add("X-Next-Page", page < pages ? std::to_string(page + 1) : "");
    into.add("X-Prev-Page", page > 1 ? std::to_string(page - 1) : "");
    into.add("X-Total", std::to_string(total));
    into.add("X-Total-Pages", std::to_string(pages));
}

}  // namespace

std::optional<parameters> parameters::of(const net::server_request& asked) {
    parameters read;
    for (const auto& field : net::decode_form(asked.query)) put(read.all_, field);
    if (asked.body.empty()) return read;
    const auto type = asked.headers.find("Content-Type").value_or("");
    if (type.starts_with("application/json")) {
        const auto body = parse_json(asked.body);
        if (!body || !body->is_object()) return std::nullopt;
        for (const auto& [name, value] : body->as_object()) read.all_[name] = value;
    } else {
        for (const auto& field : net::decode_form(asked.body)) put(read.all_, field);
    }
    return read;
}

std::string parameters::text(std::string_view name) const {
    const auto* found = all_.if_contains(name);
    return found ? to_text(*found) : "";
}

std::int64_t parameters::number(std::string_view name, std::int64_t otherwise) const {
    const auto written = text(name);
    std::int64_t read = 0;
    const auto [end, problem] = std::from_chars(written.data(), written.data() + written.size(), read);
    return problem == std::errc{} && end == written.data() + written.size() ? read : otherwise;
}

bool parameters::flag(std::string_view name) const {
    const auto written = text(name);
    return written == "true" || written == "1";
}

std::vector<std::string> parameters::list(std::string_view name) const {
    std::vector<std::string> all;
    const auto* found = all_.if_contains(name);
    if (!found) return all;
    if (found->is_array()) {
        for (const auto& each : found->as_array()) all.push_back(to_text(each));
        return all;
    }
    const auto written = to_text(*found);
    std::size_t from = 0;
    while (from <= written.size()) {
        const auto comma = std::min(written.find(',', from), written.size());
        if (comma > from) all.push_back(written.substr(from, comma - from));
        from = comma + 1;
    }
    return all;
}

answer refuse(int status, json::value message) {
    json::object body;
    body["message"] = std::move(message);
    return {status, std::move(body)};
}

answer not_found(const std::string& what) {
    return refuse(404, json::value(what.empty() ? "404 Not Found" : "404 " + what + " Not Found"));
}

answer bad_parameter(const std::string& what) {
    json::object body;
    body["error"] = what;
    return {400, std::move(body)};
}

answer list_of(json::array items) {
    return {200, std::move(items), true};
}

net::server_response to_response(const call& asked, answer made) {
    net::server_response out;
    out.status = made.status;
    out.headers.add("Content-Type", made.is_text ? "text/plain; charset=utf-8" : "application/json");
    out.headers.add("Cache-Control", "max-age=0, private, must-revalidate");
    if (made.is_list) cut_page(asked, made.body.as_array(), out.headers);
    if (made.is_text) {
        out.body = std::string{made.body.as_string()};
    } else if (made.status != 204) {
        out.body = json::serialize(made.body);
    }
    return out;
}

}  // namespace slipway::sandbox::gitlab

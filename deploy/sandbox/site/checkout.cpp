#include "deploy/sandbox/site/checkout.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>

#include "deploy/sandbox/salt/deployment.hpp"

namespace slipway::sandbox::site {

namespace fs = std::filesystem;

namespace {

/// The value of "key=…" in a properties file; "" when missing.
std::string property(const std::string& text, const std::string& key) {
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(key + "=")) return line.substr(key.size() + 1);
    }
    return "";
}

std::string file_of(const visit& asked, const std::string& name) {
    return salt::read_file(asked.folder + "/" + name).value_or("");
}

struct route {
    std::string address;
    std::string page_template;
    std::string title;
    std::string variable;  ///< "ship", with "ships.slug" behind the sign; "" = none
    std::string list;
    std::string key;
    int line = 0;
};

std::vector<route> routes_of(const std::string& text) {
    std::vector<route> all;
    std::istringstream in{text};
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        std::istringstream words{line};
        route read;
        std::string one;
        if (line.starts_with('#') || !(words >> read.address >> read.page_template >> read.title)) continue;
        std::ranges::replace(read.title, '_', ' ');
        read.line = number;
        if (words >> one) {
            const auto sign = std::min(one.find('='), one.size());
            const auto dot = std::min(one.find('.', sign), one.size());
            read.variable = one.substr(0, sign);
            read.list = one.substr(std::min(sign + 1, one.size()), dot - sign - 1);
            read.key = one.substr(std::min(dot + 1, one.size()));
        }
        all.push_back(std::move(read));
    }
    return all;
}

/// What the ":…" of the address stands for; nullopt when the path is another one.
std::optional<std::string> capture(const std::string& address, const std::string& path) {
    const auto colon = address.find(':');
    if (colon == std::string::npos) return address == path ? std::optional<std::string>{""} : std::nullopt;
    if (!path.starts_with(address.substr(0, colon))) return std::nullopt;
    const auto rest = path.substr(colon);
    return rest.empty() || rest.find('/') != std::string::npos ? std::nullopt : std::optional{rest};
}

/// Every data/*.json as a variable named after its file.
json::object read_data(const visit& asked) {
    json::object all;
    std::error_code problem;
    for (const auto& each : fs::directory_iterator{asked.folder + "/data", problem}) {
        if (each.path().extension() != ".json") continue;
        auto read = parse_json(salt::read_file(each.path().string()).value_or(""));
        if (read) all[each.path().stem().string()] = std::move(*read);
    }
    return all;
}

const json::value* item_of(const json::object& scope, const route& by, const std::string& wanted) {
    for (const auto& each : array_at(scope, by.list)) {
        if (text_at(each, by.key) == wanted) return &each;
    }
    return nullptr;
}

page asset(page made, const visit& asked) {
    const auto name = asked.path.substr(1);
    const auto text = name.find("..") == std::string::npos ? salt::read_file(asked.folder + "/" + name) : std::nullopt;
    const auto kind = fs::path{name}.extension().string();
    made.content_type = kind == ".css"    ? "text/css; charset=utf-8"
                        : kind == ".js"   ? "text/javascript; charset=utf-8"
                        : kind == ".json" ? "application/json"
                                          : "text/plain; charset=utf-8";
    made.status = text ? 200 : 404;
    made.body = text.value_or("not found\n");
    return made;
}

page broken(page made, const visit& asked, page_error error, const route& by, const std::string& routes) {
    error.frames.insert(error.frames.begin(), frame_at("routes.conf", routes, by.line, "GET " + by.address));
    made.status = 500;
    made.failed = true;
    made.body =
        "<!doctype html><title>Something went wrong</title><h1>Something went wrong</h1>"
        "<p>This page cannot be shown. We have been told.</p><p>Version <span id=\"version\">" +
        made.version + "</span> on " + asked.host + ".</p>\n";
    made.error = std::move(error);
    return made;
}

}  // namespace

page answer(const visit& asked) {
    page made;
    const auto properties = file_of(asked, "config/app.properties");
    made.version = property(properties, "centrifuge.project.version");
    made.name = property(properties, "centrifuge.project.name");
    made.environment = property(file_of(asked, "make.conf"), "environment");
    if (asked.path.starts_with("/assets/")) return asset(std::move(made), asked);

    auto scope = read_data(asked);
    scope["root"] = asked.root;
    scope["host"] = asked.host;
    scope["version"] = made.version;
    const auto routes = file_of(asked, "routes.conf");
    for (const auto& each : routes_of(routes)) {
        const auto captured = capture(each.address, asked.path);
        if (!captured) continue;
        made.route = each.address;
        if (!each.variable.empty()) {
            const auto* item = item_of(scope, each, *captured);
            if (!item) break;
            json::value chosen = *item;
            scope[each.variable] = std::move(chosen);
        }
        const auto name = "templates/" + each.page_template;
        const loader load = [&asked](const std::string& file) {
            return file.find("..") == std::string::npos ? salt::read_file(asked.folder + "/" + file) : std::nullopt;
        };
        auto content = render(name, file_of(asked, name), scope, load);
        if (content.failed) return broken(std::move(made), asked, std::move(content.error), each, routes);
        scope["title"] = each.title;
        scope["content"] = content.html;
        auto whole = render("templates/layout.html", file_of(asked, "templates/layout.html"), scope, load);
        if (whole.failed) return broken(std::move(made), asked, std::move(whole.error), each, routes);
        made.body = std::move(whole.html);
        return made;
    }
    made.status = 404;
    made.body =
        "<!doctype html><title>Not found</title><h1>There is no such page</h1><p>Version <span id=\"version\">" +
        made.version + "</span></p>\n";
    return made;
}

}  // namespace slipway::sandbox::site

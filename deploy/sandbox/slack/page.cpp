#include "deploy/sandbox/slack/page.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>

#include "deploy/sandbox/slack/web_api.hpp"

namespace slipway::sandbox::slack {
namespace {

std::string type_of(std::string_view name) {
    if (name.ends_with(".html")) return "text/html; charset=utf-8";
    if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    return name.ends_with(".svg") ? "image/svg+xml" : "text/plain; charset=utf-8";
}

std::optional<std::string> content_of(const std::filesystem::path& folder, const std::string& name) {
    if (folder.empty()) {
        const auto files = page_files();
        const auto found = std::ranges::find(files, name, &page_file::name);
        return found == files.end() ? std::optional<std::string>{} : std::string{found->content};
    }
    // Only names that the build knows too: nothing outside the folder can be asked for.
    if (std::ranges::find(page_files(), name, &page_file::name) == page_files().end()) return {};
    std::ifstream file{folder / name, std::ios::binary};
    if (!file) return {};
    return std::string{std::istreambuf_iterator<char>{file}, {}};
}

net::server_response serve(const std::filesystem::path& folder, const std::string& path) {
    const bool is_start = path == "/" || path.starts_with("/archives/") || path == "/company";
    const auto name = is_start ? std::string{"index.html"} : path.substr(1);
    auto content = content_of(folder, name);
    if (!content) return text_response("the page has no file " + path + "\n", 404);
    auto made = text_response(std::move(*content), 200, type_of(name));
    made.headers.add("Cache-Control", "no-cache");
    made.headers.add("X-Content-Type-Options", "nosniff");
    made.headers.add(
        "Content-Security-Policy",
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ws:; "
        "frame-src 'self'; frame-ancestors 'none'");
    return made;
}

task<net::server_response> answer(std::filesystem::path folder, net::server_request asked) {
    co_return serve(folder, asked.path);
}

}  // namespace

part page_part(const std::filesystem::path& folder) {
    part made;
    made.name = "page";
    made.prefix = "/";
    made.handle = [folder](net::server_request asked) { return answer(folder, std::move(asked)); };
    return made;
}

}  // namespace slipway::sandbox::slack

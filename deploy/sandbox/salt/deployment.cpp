#include "deploy/sandbox/salt/deployment.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "integrations/base/json.hpp"

namespace slipway::sandbox::salt {

namespace fs = std::filesystem;

namespace {

/// {1, 4, 0} for "1.4.0"; nullopt for anything else.
std::optional<std::array<int, 3>> version_of(const std::string& tag) {
    std::array<int, 3> parts{};
    const char* at = tag.data();
    const char* const end = tag.data() + tag.size();
    for (std::size_t each = 0; each < parts.size(); ++each) {
        const auto [next, problem] = std::from_chars(at, end, parts[each]);
        if (problem != std::errc{}) return std::nullopt;
        at = next;
        if (each + 1 == parts.size()) break;
        if (at == end || *at != '.') return std::nullopt;
        ++at;
    }
    return at == end ? std::optional{parts} : std::nullopt;
}

std::string service_file(const std::string& state, const std::string& host, const std::string& name) {
    return host_folder(state, host) + "/services/" + name + ".json";
}

result<> write_service(const std::string& state, const std::string& host, const service_info& what) {
    json::object body;
    body["service"] = what.name;
    body["started_at"] = to_iso(what.started_at);
    body["generation"] = what.generation;
    return write_file(service_file(state, host, what.name), json::serialize(body) + "\n");
}

}  // namespace

std::optional<std::string> read_file(const std::string& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in) return std::nullopt;
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

result<> write_file(const std::string& file, const std::string& bytes) {
    std::error_code problem;
    fs::create_directories(fs::path{file}.parent_path(), problem);
    const auto beside = file + ".new";
    std::ofstream out{beside, std::ios::binary};
    out << bytes;
    out.close();
    if (out) fs::rename(beside, file, problem);
    if (!out || problem) return failure{errc::unavailable, file + " cannot be written; is the disk full or read-only?"};
    return {};
}

std::string host_folder(const std::string& state, const std::string& host) {
    return state + "/hosts/" + host;
}

std::string served_folder(const std::string& state, const std::string& host) {
    std::error_code problem;
    const auto folder = host_folder(state, host) + "/current";
    return fs::exists(folder, problem) ? folder : "";
}

std::optional<build_info> deployed(const std::string& state, const std::string& host) {
    const auto text = read_file(host_folder(state, host) + "/build-info.json");
    if (!text) return std::nullopt;
    const auto body = parse_json(*text);
    if (!body) return std::nullopt;
    return build_info{text_at(*body, "version"), text_at(*body, "commit"),
                      from_iso(text_at(*body, "deployed_at")).value_or(instant{})};
}

result<tag_info> newest_tag(const repository& from, const std::string& branch) {
    const auto head = from.branch(branch);
    if (!head) return failure{errc::not_found, "the repository has no branch " + branch};
    std::optional<tag_info> best;
    for (const auto& tag : from.tags()) {
        const auto version = version_of(tag.name);
        if (!version || !from.contains(*head, tag.commit)) continue;
        if (!best || *version_of(best->name) < *version) best = tag;
    }
    if (!best) return failure{errc::not_found, "no tag x.y.z is reachable from " + branch};
    return *best;
}

result<> deploy(const std::string& state, const std::string& host, const repository& from, const tag_info& tag,
                instant now) {
    const auto folder = host_folder(state, host);
    const auto release = folder + "/releases/" + tag.name;
    std::error_code problem;
    if (!fs::exists(release, problem)) {
        const auto beside = folder + "/releases/." + tag.name;
        fs::remove_all(beside, problem);
        const auto exported = from.export_to(tag.commit, beside);
        if (!exported) return exported;
        fs::rename(beside, release, problem);
    }
    fs::remove(folder + "/current.new", problem);
    fs::create_directory_symlink("releases/" + tag.name, folder + "/current.new", problem);
    if (!problem) fs::rename(folder + "/current.new", folder + "/current", problem);
    if (problem) {
        return failure{errc::unavailable, "switching " + host + " to " + tag.name + " failed: " + problem.message()};
    }
    json::object body;
    body["version"] = tag.name;
    body["commit"] = tag.commit;
    body["deployed_at"] = to_iso(now);
    return write_file(folder + "/build-info.json", json::serialize(body) + "\n");
}

result<service_info> service(const std::string& state, const std::string& host, const std::string& name) {
    const bool is_plain = !name.empty() && name.find_first_of("/.") == std::string::npos;
    const auto text = is_plain ? read_file(service_file(state, host, name)) : std::nullopt;
    if (!text) return failure{errc::not_found, host + " has no service " + name};
    const auto body = parse_json(*text);
    if (!body) return body.error();
    return service_info{name, from_iso(text_at(*body, "started_at")).value_or(instant{}),
                        number_at(*body, "generation")};
}

result<service_info> restart(const std::string& state, const std::string& host, const std::string& name, instant now) {
    auto found = service(state, host, name);
    if (!found) return found;
    found->started_at = now;
    ++found->generation;
    const auto written = write_service(state, host, *found);
    if (!written) return written.error();
    return found;
}

result<> install(const std::string& state, const std::string& host, const std::string& name, instant now) {
    return write_service(state, host, {name, now, 1});
}

std::vector<service_info> services(const std::string& state, const std::string& host) {
    std::vector<service_info> all;
    std::error_code problem;
    for (const auto& file : fs::directory_iterator{host_folder(state, host) + "/services", problem}) {
        if (file.path().extension() != ".json") continue;
        auto read = service(state, host, file.path().stem().string());
        if (read) all.push_back(std::move(*read));
    }
    std::ranges::sort(all, {}, &service_info::name);
    return all;
}

}  // namespace slipway::sandbox::salt

#include "deploy/sandbox/salt/jobs.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "deploy/sandbox/salt/deployment.hpp"

namespace slipway::sandbox::salt {

namespace fs = std::filesystem;

namespace {

std::string folder_of_jobs(const std::string& state) {
    return state + "/salt/jobs/";
}
bool is_jid(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}
std::string stop_file(const master& of, const std::string& host, const std::string& jid, bool kill) {
    return folder_of_jobs(of.state) + jid + "." + host + (kill ? ".kill" : ".term");
}

/// Metadata as `--metadata` and salt-api give it: JSON, or any text.
json::value read_metadata(const std::string& text) {
    auto read = parse_json(text);
    return read ? std::move(*read) : json::value(text);
}

bool among(const json::array& all, const std::string& one) {
    return std::ranges::any_of(all,
                               [&](const json::value& each) { return each.is_string() && each.get_string() == one; });
}

}  // namespace

job_file::job_file(const master& of, const arguments& job, std::vector<std::string> ids, std::string jid, int pid)
    : file_{folder_of_jobs(of.state) + jid + ".json"}, jid_{std::move(jid)} {
    body_["jid"] = jid_;
    body_["Function"] = job.function;
    json::array words(job.positional.begin(), job.positional.end());
    if (!job.named.empty()) {
        json::object named;
        for (const auto& [name, value] : job.named)
            named[name] = value == "true" ? json::value(true) : json::value(value);
        named["__kwarg__"] = true;
        words.push_back(std::move(named));
    }
    body_["Arguments"] = std::move(words);
    body_["Minions"] = json::array(ids.begin(), ids.end());
    body_["Target"] = job.target;
    body_["Target-type"] = job.kind == target_kind::list ? "list" : "compound";
    body_["User"] = "root";
    if (!job.metadata.empty()) body_["Metadata"] = read_metadata(job.metadata);
    body_["Result"] = json::object{};
    body_["Pid"] = pid;
    body_["Done"] = false;
    const auto written = write();
    static_cast<void>(written);  // the first return says it again, aloud
}

result<> job_file::add(const minion_return& row) {
    if (row.returned) {
        json::object entry;
        entry["return"] = row.value;
        entry["retcode"] = row.retcode;
        entry["success"] = row.retcode == 0;
        body_["Result"].as_object()[row.id] = std::move(entry);
    }
    return write();
}

result<> job_file::close() {
    body_["Done"] = true;
    return write();
}

result<> job_file::write() const {
    return write_file(file_, json::serialize(body_) + "\n");
}

std::string unused_job_id(const std::string& state, instant now) {
    auto id = job_id(now);
    std::error_code problem;
    for (int each = 1; each < 1000 && fs::exists(folder_of_jobs(state) + id + ".json", problem); ++each) {
        auto digits = std::to_string(each);
        id.replace(id.size() - digits.size(), digits.size(), digits);
    }
    return id;
}

json::object list_job(const std::string& state, const std::string& jid) {
    const auto text = is_jid(jid) ? read_file(folder_of_jobs(state) + jid + ".json") : std::nullopt;
    auto body = text ? parse_json(*text) : failure{errc::not_found, ""};
    if (!body || !body->is_object()) {
        json::object unknown;
        unknown["jid"] = jid;
        unknown["Error"] = "Cannot contact returner or no job with this jid";
        return unknown;
    }
    return std::move(body->get_object());
}

json::object list_jobs(const std::string& state, const json::object& search) {
    json::object all;
    std::error_code problem;
    for (const auto& file : fs::directory_iterator{folder_of_jobs(state), problem}) {
        if (file.path().extension() != ".json") continue;
        auto about = list_job(state, file.path().stem().string());
        if (about.contains("Error")) continue;
        const auto& metadata = object_at(about, "Metadata");
        const bool fits = search.empty() || std::ranges::any_of(search, [&](const auto& each) {
                              const auto* value = metadata.if_contains(each.key());
                              return value != nullptr && *value == each.value();
                          });
        if (!fits) continue;
        const auto jid = text_at(about, "jid");
        for (const auto* each : {"jid", "Result", "Pid", "Done", "Minions"}) about.erase(each);
        all[jid] = std::move(about);
    }
    return all;
}

json::object lookup_jid(const std::string& state, const std::string& jid) {
    json::object returned;
    const auto about = list_job(state, jid);
    for (const auto& [host, entry] : object_at(about, "Result"))
        if (const auto* value = at_path(entry, "return")) returned[host] = *value;
    return returned;
}

json::object find_job(const master& of, const std::string& host, const std::string& jid) {
    const auto about = list_job(of.state, jid);
    const auto pid = static_cast<int>(number_at(about, "Pid"));
    const bool over = about.contains("Error") || flag_at(about, "Done") || object_at(about, "Result").contains(host);
    const bool works = pid > 0 && ::kill(pid, 0) == 0;
    if (over || !works || !among(array_at(about, "Minions"), host) || is_stopped(of, host, jid)) return {};
    json::object running;
    running["jid"] = jid;
    running["fun"] = text_at(about, "Function");
    running["pid"] = pid;
    return running;
}

void stop_job(const master& of, const std::string& host, const std::string& jid, bool kill) {
    if (!is_jid(jid)) return;
    const auto written = write_file(stop_file(of, host, jid, kill), "\n");
    static_cast<void>(written);  // as on a host whose disk is full: nothing happens, and find_job says so
}

bool is_stopped(const master& of, const std::string& host, const std::string& jid) {
    std::error_code problem;
    const bool stubborn = std::ranges::find(of.faults.stubborn, host) != of.faults.stubborn.end();
    return fs::exists(stop_file(of, host, jid, true), problem) ||
           (!stubborn && fs::exists(stop_file(of, host, jid, false), problem));
}

void note_on_host(const master& of, const std::string& host, const arguments& job, const std::string& jid, int retcode,
                  instant now) {
    json::object entry;
    entry["at"] = to_iso(now);
    entry["jid"] = jid;
    entry["fun"] = job.function;
    entry["arg"] = json::array(job.positional.begin(), job.positional.end());
    entry["test"] = job.is_test();
    entry["retcode"] = retcode;
    std::error_code problem;
    fs::create_directories(host_folder(of.state, host), problem);
    std::ofstream{host_folder(of.state, host) + "/salt.log", std::ios::app} << json::serialize(entry) << "\n";
}

json::object host_logs(const std::string& state) {
    json::object all;
    std::error_code problem;
    for (const auto& host : fs::directory_iterator{state + "/hosts", problem}) {
        std::istringstream lines{read_file(host.path().string() + "/salt.log").value_or("")};
        json::array entries;
        for (std::string line; std::getline(lines, line);)
            if (auto read = parse_json(line)) entries.push_back(std::move(*read));
        if (!entries.empty()) all[host.path().filename().string()] = std::move(entries);
    }
    return all;
}

}  // namespace slipway::sandbox::salt

#include "deploy/sandbox/salt/master.hpp"

#include <algorithm>

#include "deploy/sandbox/salt/build_state.hpp"
#include "deploy/sandbox/salt/deployment.hpp"
#include "deploy/sandbox/salt/jobs.hpp"

namespace slipway::sandbox::salt {

namespace {

bool among(const std::vector<std::string>& all, const std::string& one) {
    return std::ranges::find(all, one) != all.end();
}

std::vector<std::string> texts(const json::value& from, std::string_view key) {
    std::vector<std::string> all;
    for (const auto& each : array_at(from, key)) {
        if (each.is_string()) all.emplace_back(each.as_string());
    }
    return all;
}

faults read_faults(const std::string& state) {
    faults read;
    const auto text = read_file(state + "/salt/faults.json");
    const auto body = text ? parse_json(*text) : failure{errc::not_found, ""};
    if (!body) return read;
    read.silent = texts(*body, "silent");
    read.compile_error = texts(*body, "compile_error");
    read.failing_state = texts(*body, "failing_state");
    read.failing_run = texts(*body, "failing_run");
    read.half_done = texts(*body, "half_done");
    read.hanging = texts(*body, "hanging");
    read.stubborn = texts(*body, "stubborn");
    read.busy = texts(*body, "busy");
    read.chatter = texts(*body, "chatter");
    read.slow = milliseconds{number_at(*body, "slow_ms")};
    read.unauthenticated = flag_at(*body, "unauthenticated");
    return read;
}

minion_return no_such_service(const std::string& id, const std::string& sentence) {
    return {id, json::value("ERROR: " + sentence), 1};
}

/// service.restart → true; docker.restart → an object; supervisord.restart → its words.
minion_return restart_service(const master& of, const std::string& id, const arguments& job, instant now) {
    if (job.positional.empty()) {
        return {id,
                json::value("Passed invalid arguments to " + job.function + ": missing 1 required argument: 'name'"),
                1};
    }
    const auto& name = job.positional.front();
    const auto done = restart(of.state, id, name, now);
    if (!done) return no_such_service(id, done.error().sentence());
    if (job.function == "supervisord.restart") return {id, json::value(name + ": stopped\n" + name + ": started")};
    if (job.function != "docker.restart") return {id, true};
    json::object change;
    change["old"] = "running";
    change["new"] = "running";
    json::object made;
    made["state"] = std::move(change);
    made["restarted"] = true;
    made["result"] = true;
    return {id, std::move(made)};
}

minion_return service_status(const master& of, const std::string& id, const arguments& job, instant now) {
    json::object all;
    for (const auto& each : services(of.state, id)) {
        if (!job.positional.empty() && each.name != job.positional.front()) continue;
        if (job.function == "service.status") return {id, true};
        if (job.function == "docker.state") return {id, "running"};
        json::object shown;
        shown["state"] = "RUNNING";
        shown["reason"] = "uptime " + to_words(now - each.started_at) + ", started " + to_iso(each.started_at);
        shown["started_at"] = to_iso(each.started_at);
        all[each.name] = std::move(shown);
    }
    if (!job.positional.empty() && all.empty()) {
        if (job.function == "service.status") return {id, false};
        return no_such_service(id, id + " has no service " + job.positional.front());
    }
    return {id, std::move(all)};
}

minion_return grain(const master& of, const std::string& id, const arguments& job) {
    const auto found = std::ranges::find(of.minions, id, &minion::id);
    const auto name = job.positional.empty() ? "" : job.positional.front();
    json::value value = "";
    if (name == "roles") value = json::array(found->roles.begin(), found->roles.end());
    if (name == "id" || name == "host") value = id;
    if (job.function == "grains.get") return {id, std::move(value)};
    json::object made;
    made[name] = std::move(value);
    return {id, std::move(made)};
}

}  // namespace

result<master> open_master(const std::string& state) {
    const auto file = state + "/salt/minions.json";
    const auto text = read_file(file);
    if (!text) return failure{errc::not_found, file + " cannot be read; SALT_SANDBOX_STATE names the sandbox's folder"};
    const auto body = parse_json(*text);
    if (!body) return body.error().within(file);
    master read;
    read.state = state;
    read.repository = text_at(*body, "repository");
    for (const auto& each : array_at(*body, "minions"))
        read.minions.push_back({text_at(each, "id"), texts(each, "roles")});
    read.faults = read_faults(state);
    return read;
}

minion_return no_answer(const std::string& id) {
    minion_return made{id, nullptr, 2, false};
    made.value =
        "Minion did not return. [No response]\nThe minions may not have all finished running and any "
        "remaining minions will return upon completion.";
    return made;
}

bool hangs(const master& of, const std::string& id, const arguments& job) {
    const bool is_state = job.function == "state.sls" || job.function == "state.apply";
    return is_state && !job.is_test() && among(of.faults.hanging, id);
}

minion_return run_on_minion(const master& of, const std::string& id, const arguments& job, instant now) {
    if (among(of.faults.silent, id)) return no_answer(id);
    const auto& function = job.function;
    if (function == "test.ping") return {id, true};
    if (function == "test.version") return {id, "3006.9"};
    if (function == "state.sls" || function == "state.apply") {
        trouble wanted = trouble::none;
        if (among(of.faults.compile_error, id)) wanted = trouble::compile_error;
        if (among(of.faults.failing_state, id)) wanted = trouble::failing_state;
        if (!job.is_test() && among(of.faults.failing_run, id)) wanted = trouble::failing_state;
        if (!job.is_test() && among(of.faults.half_done, id)) wanted = trouble::half_done;
        if (among(of.faults.busy, id)) wanted = trouble::busy;
        return run_build_state(of, id, job, wanted, now);
    }
    if (function == "grains.get" || function == "grains.item") return grain(of, id, job);
    if (function == "service.restart" || function == "docker.restart" || function == "supervisord.restart") {
        return restart_service(of, id, job, now);
    }
    if (function == "service.status" || function == "docker.state" || function == "supervisord.status") {
        return service_status(of, id, job, now);
    }
    const auto about = job.positional.empty() ? std::string{} : job.positional.front();
    if (function == "saltutil.find_job") return {id, find_job(of, id, about)};
    if (function == "saltutil.term_job" || function == "saltutil.kill_job") {
        const bool ran = !find_job(of, id, about).empty();
        stop_job(of, id, about, function == "saltutil.kill_job");
        return {id, ran ? json::value("Signal sent to job " + about) : json::value("")};
    }
    if (function == "saltutil.running") return {id, json::array{}};
    return {id, json::value("'" + function + "' is not available."), 254};
}

std::string job_id(instant now) {
    std::string digits;
    for (const char each : to_iso(now)) {
        if (each >= '0' && each <= '9') digits += each;
    }
    return (digits + "000").substr(0, 20);
}

}  // namespace slipway::sandbox::salt

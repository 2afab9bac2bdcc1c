#include "commands/release/read_runners.hpp"

#include <array>

#include "commands/release/setting_checks.hpp"

namespace slipway::release {
namespace {

using place = yaml_value;
using namespace checks;

std::vector<int> codes_at(const place& at, std::vector<int> otherwise) {
    if (!at.present()) return otherwise;
    std::vector<int> all;
    for (const auto& each : at.items()) all.push_back(static_cast<int>(each.number(0, 0, 255)));
    return all;
}

boost::json::value plain(const YAML::Node& node) {
    if (node.IsMap()) {
        boost::json::object all;
        for (const auto& each : node) all[each.first.Scalar()] = plain(each.second);
        return all;
    }
    if (node.IsSequence()) {
        boost::json::array all;
        for (const auto& each : node) all.push_back(plain(each));
        return all;
    }
    if (!node.IsScalar()) return nullptr;
    const bool quoted = node.Tag() == "!";
    if (!quoted && (node.Scalar() == "true" || node.Scalar() == "false")) return node.Scalar() == "true";
    std::int64_t number = 0;
    // "1.10" is a version and stays text; only whole numbers are numbers.
    if (!quoted && YAML::convert<std::int64_t>::decode(node, number)) return number;
    return boost::json::value(node.Scalar());
}

boost::json::object params_at(const place& at) {
    if (!at.present()) return {};
    at.entries();  // says so when it is no mapping
    return at.is_map() ? plain(at.node()).as_object() : boost::json::object{};
}

void read_salt(const place& at, runner_settings& into) {
    at.only({"function", "arguments", "target"});
    into.salt_function = at.required("function").name();
    into.salt_arguments = at.at("arguments").texts();
    into.salt_target = at.at("target").text();
}

void read_http(const place& at, runner_settings& into) {
    at.only({"url", "token_from", "params"});
    into.url = text_that(at.required("url"), is_web_url, "an http or https address without a password");
    into.token_from = text_that(at.at("token_from"), is_variable, "the name of an environment variable");
    into.params = params_at(at.at("params"));
}

void read_pipeline(const place& at, runner_settings& into) {
    at.only({"ref", "variables"});
    into.ref = at.at("ref").text();
    for (const auto& [name, value] : at.at("variables").entries()) into.variables[name] = value.text();
}

runner_settings read_runner(const place& at) {
    at.only({"command", "driver", "http", "pipeline", "manual_job", "salt", "environment", "ok_codes", "warn_codes",
             "unreachable_codes", "params", "poll", "idle_timeout", "grace"});
    runner_settings made;
    static constexpr std::array<std::string_view, 6> kinds{"command",  "driver",     "http",
                                                           "pipeline", "manual_job", "salt"};
    int written = 0;
    for (std::size_t each = 0; each < kinds.size(); ++each)
        if (at.at(kinds[each]).present()) {
            made.kind = static_cast<runner_kind>(each);
            ++written;
        }
    if (written != 1)
        at.problem("`" + at.path() +
                   "` needs exactly one of command, driver, http, pipeline, manual_job and salt: who runs it");
    if (made.kind == runner_kind::command) made.argv = command_at(at.at("command"));
    if (made.kind == runner_kind::external) made.argv = command_at(at.at("driver"));
    if (made.kind == runner_kind::http) read_http(at.at("http"), made);
    if (made.kind == runner_kind::pipeline) read_pipeline(at.at("pipeline"), made);
    if (made.kind == runner_kind::manual_job) made.job = at.at("manual_job").name();
    if (made.kind == runner_kind::salt) read_salt(at.at("salt"), made);
    made.environment = texts_that(at.at("environment"), is_variable, "the name of an environment variable");
    made.ok_codes = codes_at(at.at("ok_codes"), made.ok_codes);
    made.warn_codes = codes_at(at.at("warn_codes"), {});
    made.unreachable_codes = codes_at(at.at("unreachable_codes"), {});
    if (at.at("params").present()) made.params = params_at(at.at("params"));
    made.poll = at.at("poll").duration(made.poll);
    if (made.poll < milliseconds{100}) at.at("poll").problem("`" + at.path() + ".poll` must be 100ms or more");
    made.idle_timeout = at.at("idle_timeout").duration(made.idle_timeout);
    made.grace = at.at("grace").duration(made.grace);
    return made;
}

}  // namespace

std::map<std::string, runner_settings> read_runners(const yaml_value& at) {
    std::map<std::string, runner_settings> all;
    for (const auto& [name, how] : at.entries()) {
        if (!is_identifier(name))
            how.problem("the runner `" + name + "` must be named in lower-case letters, digits and dashes");
        all[name] = read_runner(how);
    }
    return all;
}

}  // namespace slipway::release

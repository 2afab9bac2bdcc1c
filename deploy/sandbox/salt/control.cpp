#include "deploy/sandbox/salt/control.hpp"

#include "deploy/sandbox/salt/deployment.hpp"
#include "deploy/sandbox/salt/jobs.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::salt {

task<net::server_response> control(std::string state, net::server_request asked) {
    if (asked.path.ends_with("/log")) {
        net::server_response log;
        log.headers.add("Content-Type", "application/json");
        log.body = json::serialize(host_logs(state));
        co_return log;
    }
    const auto file = state + "/salt/faults.json";
    net::server_response made;
    made.headers.add("Content-Type", "application/json");
    if (asked.method == "GET") {
        made.body = read_file(file).value_or("{}\n");
        co_return made;
    }
    const auto wanted = asked.method == "DELETE" ? std::string{"{}"} : asked.body;
    const auto read = parse_json(wanted);
    const auto written = read && read->is_object() ? write_file(file, json::serialize(*read) + "\n")
                                                   : result<>{failure{errc::invalid, "the body is no JSON object"}};
    json::object said;
    said["ok"] = written.has_value();
    if (!written) {
        said["error"] = written.error().sentence();
        made.status = 400;
    }
    made.body = json::serialize(said) + "\n";
    co_return made;
}

}  // namespace slipway::sandbox::salt

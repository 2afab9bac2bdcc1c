// A Salt master with a few hosts that remember what was called on them.
#pragma once

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "integrations/salt/salt.hpp"

namespace slipway::fakes {

class fake_salt final : public salt::salt_client {
public:
    std::vector<std::string> hosts{"web1", "web2"};
    std::set<std::string> silent;    ///< known and not answering
    std::set<std::string> failing;   ///< functions fail there
    std::vector<std::string> calls;  ///< "web1,web2 service.restart nginx"
    std::function<void(const std::string& host)> on_call;

    task<result<salt::salt_rows>> ping(std::string) override {
        salt::salt_rows rows;
        for (const auto& host : hosts) rows.hosts[host] = row(host, silent.contains(host));
        co_return rows;
    }
    task<result<salt::salt_rows>> state(std::vector<std::string> wanted, std::string, salt::run_mode,
                                        process::line_sink) override {
        auto rows = co_await call(std::move(wanted), "state.sls", {}, {});
        co_return rows;
    }
    task<result<salt::salt_rows>> call(std::vector<std::string> wanted, std::string function,
                                       std::vector<std::string> arguments, process::line_sink) override {
        std::string line;
        for (const auto& host : wanted) line += (line.empty() ? "" : ",") + host;
        line += " " + function;
        for (const auto& each : arguments) line += " " + each;
        calls.push_back(line);
        salt::salt_rows rows;
        for (const auto& host : wanted) {
            rows.hosts[host] = row(host, silent.contains(host));
            if (failing.contains(host)) {
                rows.hosts[host].what = salt::reply::failed;
                rows.hosts[host].text = untrusted{"no such service"};
            } else if (!silent.contains(host) && on_call) {
                on_call(host);
            }
        }
        co_return rows;
    }
    std::vector<std::string> ping_argv(const std::string& compound) const override { return {"salt", "-C", compound}; }
    std::vector<std::string> state_argv(const std::vector<std::string>&, const std::string& sls,
                                        salt::run_mode) const override {
        return {"salt", sls};
    }
    std::vector<std::string> call_argv(const std::vector<std::string>&, const std::string& function,
                                       const std::vector<std::string>&) const override {
        return {"salt", function};
    }

private:
    static salt::host_row row(const std::string& host, bool is_silent) {
        salt::host_row made;
        made.host = host;
        made.what = is_silent ? salt::reply::missing : salt::reply::ok;
        made.value = true;
        return made;
    }
};

}  // namespace slipway::fakes

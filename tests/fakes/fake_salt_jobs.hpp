// A master's job cache: jobs are done when they are asked for, except on hosts that are silent.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "integrations/salt/jobs.hpp"

namespace slipway::fakes {

class fake_salt_jobs final : public salt::job_client {
public:
    std::set<std::string> silent;
    std::vector<std::string> calls;  ///< "web1,web2 service.restart nginx"

    task<result<salt::begun_job>> start(salt::job_order what) override {
        std::string line;
        for (const auto& host : what.hosts) line += (line.empty() ? "" : ",") + host;
        line += " " + what.function;
        for (const auto& each : what.arguments) line += " " + each;
        calls.push_back(line);
        const auto jid = "2026112409300000000" + std::to_string(calls.size());
        hosts_[jid] = what.hosts;
        jids_[what.key] = jid;
        salt::begun_job begun;
        begun.jid = jid;
        begun.minions = what.hosts;
        co_return begun;
    }
    task<result<std::optional<salt::job_record>>> read(std::string jid) override {
        const auto known = hosts_.find(jid);
        if (known == hosts_.end()) co_return std::optional<salt::job_record>{};
        salt::job_record record;
        record.minions = known->second;
        for (const auto& host : known->second)
            if (!silent.contains(host))
                record.results[host] = boost::json::object{{"return", true}, {"retcode", 0}, {"success", true}};
        co_return std::optional{std::move(record)};
    }
    task<result<std::vector<std::string>>> running(std::string, std::vector<std::string>) override {
        co_return std::vector<std::string>{};
    }
    task<result<>> signal(std::string, std::vector<std::string>, salt::job_signal) override { co_return result<>{}; }
    task<result<std::optional<std::string>>> find(std::string key) override {
        const auto known = jids_.find(key);
        co_return known == jids_.end() ? std::optional<std::string>{} : std::optional{known->second};
    }
    std::string words(const salt::job_order& what) const override { return what.function; }

private:
    std::map<std::string, std::vector<std::string>> hosts_;
    std::map<std::string, std::string> jids_;
};

}  // namespace slipway::fakes

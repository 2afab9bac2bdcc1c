// Calls the sandbox's GitLab as a program would, without a socket in between.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "deploy/sandbox/gitlab/server.hpp"
#include "integrations/base/json.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/unit/deploy/sandbox/company_folder.hpp"

namespace slipway::sandbox {

/// A clock that stands until it is slept on.
class standing_clock final : public timers {
public:
    instant now() const override { return now_; }
    task<> sleep(milliseconds span) override {
        now_ += span;
        slept.push_back(span);
        co_return;
    }
    std::vector<milliseconds> slept;

private:
    instant now_ = *from_iso("2026-11-24T09:00:00.000Z");
};

struct reply {
    int status = 0;
    json::value body;
    std::string text;
    net::headers headers;
};

struct gitlab_room {
    temporary_folder folder;
    built_company company = build_test_company(folder);
    standing_clock clock;
    gitlab::server gitlab{company.gitlab, clock};
    std::string token = "sandbox-gitlab-token";

    gitlab::hosted_project& project() { return *company.gitlab.projects.front(); }

    reply call(const std::string& method, const std::string& path, const std::string& body = "") {
        return send(method, "/gitlab/api/v4/" + path, body);
    }

    reply control(const std::string& method, const std::string& path, const std::string& body = "") {
        return send(method, "/control/gitlab/" + path, body);
    }

    reply send(const std::string& method, const std::string& target, const std::string& body) {
        net::server_request asked;
        asked.method = method;
        const auto mark = target.find('?');
        asked.path = target.substr(0, mark);
        if (mark != std::string::npos) asked.query = target.substr(mark + 1);
        asked.headers.add("Host", "gitlab.test:8065");
        if (!token.empty()) asked.headers.add("PRIVATE-TOKEN", token);
        if (!body.empty()) asked.headers.add("Content-Type", "application/json");
        asked.body = body;
        const bool is_control = asked.path.starts_with("/control");
        const auto said = fakes::run(is_control ? gitlab.control(asked) : gitlab.handle(asked));
        reply read{said.status, nullptr, said.body, said.headers};
        if (said.headers.find("Content-Type").value_or("").starts_with("application/json")) {
            read.body = parse_json(said.body).value();
        }
        return read;
    }
};

inline const std::string website = "projects/cig%2Frsi-website";

}  // namespace slipway::sandbox

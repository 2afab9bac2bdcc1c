// A server on loopback for the tests of this room: it remembers what it was asked and answers what the test wants.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "integrations/net/server.hpp"
#include "tests/fakes/run_task.hpp"

namespace slipway::net {

struct house {
    explicit house(executor loop, server_settings settings = {}, websocket_handler on_websocket = {},
                   upgrade_check check = {}) {
        auto handle = [this](server_request asked) { return answer(std::move(asked)); };
        server = create_http_server(std::move(loop), std::move(settings), std::move(handle), std::move(on_websocket),
                                    std::move(check))
                     .value();
    }
    std::string url(const std::string& rest, const std::string& scheme = "http") const {
        return scheme + "://127.0.0.1:" + std::to_string(server->port()) + rest;
    }
    task<server_response> answer(server_request asked) {
        seen.push_back(asked);
        const auto planned = plans.find(asked.path);
        if (planned != plans.end()) co_return co_await planned->second(std::move(asked));
        server_response echo;
        echo.headers.add("X-Method", asked.method);
        echo.body = asked.body;
        co_return echo;
    }

    std::map<std::string, http_handler> plans;
    std::vector<server_request> seen;
    std::unique_ptr<http_server> server;
};

inline request get(std::string url) {
    request asked;
    asked.url = std::move(url);
    return asked;
}

inline request post(std::string url, std::string body) {
    auto asked = get(std::move(url));
    asked.method = "POST";
    asked.body = std::move(body);
    return asked;
}

}  // namespace slipway::net

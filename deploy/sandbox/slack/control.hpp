// The control interface: what the page, the demonstration's check and end-to-end tests use to be people and to cause
// trouble.
#pragma once

#include "deploy/sandbox/sandbox.hpp"
#include "deploy/sandbox/slack/acting.hpp"
#include "deploy/sandbox/slack/link_hub.hpp"
#include "deploy/sandbox/slack/live_feed.hpp"
#include "deploy/sandbox/slack/strange_doors.hpp"
#include "deploy/sandbox/slack/web_api.hpp"

namespace slipway::sandbox::slack {

class control {
public:
    control(company& around, world& all, request_sender& requests, link_hub& links, web_api& api, acting& people,
            live_feed& feed, strange_doors& doors)
        : around_{around},
          all_{all},
          requests_{requests},
          links_{links},
          api_{api},
          people_{people},
          feed_{feed},
          doors_{doors} {}

    task<net::server_response> answer(net::server_request asked);

private:
    task<net::server_response> read(std::string what, std::vector<net::field> query);
    task<net::server_response> act(std::string what, json::object body);
    task<net::server_response> use_requests(std::string url);
    task<net::server_response> lead_astray(std::string kind, std::int64_t times);
    net::server_response cause(const std::string& what, const json::object& body);
    json::object state(const std::string& user) const;
    json::object channel(const std::string& id, const std::string& user);
    json::object views(const std::string& user);
    json::object fault(const json::object& body);

    company& around_;
    world& all_;
    request_sender& requests_;
    link_hub& links_;
    web_api& api_;
    acting& people_;
    live_feed& feed_;
    strange_doors& doors_;
};

/// {"type":"views","stack":[…],"home":…}: a person's modals and Home.
json::object views_of(world& all, const std::string& user);

}  // namespace slipway::sandbox::slack

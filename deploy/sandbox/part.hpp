// One part of the sandbox: a product of the company (Slack, GitLab, the website …) mounted under a path of the one
// port.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "integrations/net/server.hpp"

namespace slipway::sandbox {

/// A link in the page's "Company" view.
struct page_link {
    std::string title;  ///< "GitLab"
    std::string path;   ///< "/gitlab/": on the sandbox's own address
};

/// Handlers see the whole path, prefix included. Everything runs on the loop thread.
struct part {
    std::string name;    ///< for log lines: "gitlab"
    std::string prefix;  ///< "/gitlab/"; the longest matching prefix of all parts gets the request
    net::http_handler handle;
    net::websocket_handler on_websocket = {};  ///< none: upgrades below the prefix are answered 404
    net::upgrade_check check_upgrade = {};
    std::vector<page_link> pages = {};
    std::function<task<>()> stop = {};       ///< awaited before the process ends: end own tasks and programs here
    std::shared_ptr<void> keeps_alive = {};  ///< whatever the handlers refer to
};

}  // namespace slipway::sandbox

// The website's program: a deployed checkout answers an address with a page, from its own routes, templates and data.
#pragma once

#include <string>

#include "deploy/sandbox/site/template.hpp"

namespace slipway::sandbox::site {

struct visit {
    std::string folder;  ///< the deployed checkout
    std::string host;    ///< shown in the footer
    std::string root;    ///< prefix of every link: "/site" or "/site/p-prod-web1"
    std::string path;    ///< "/ships/aurora"
};

struct page {
    int status = 200;
    std::string content_type = "text/html; charset=utf-8";
    std::string body;
    std::string version;      ///< what config/app.properties says
    std::string name;         ///< of the product: "rsi-website"
    std::string environment;  ///< what make.conf says
    std::string route;        ///< "/ships/:slug": for the error report
    bool failed = false;
    page_error error;  ///< when failed; status is 500 then
};

/// Reads the files anew at every visit: what is deployed is what is served.
page answer(const visit& asked);

}  // namespace slipway::sandbox::site

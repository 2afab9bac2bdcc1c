#include "deploy/sandbox/company/parts.hpp"

#include <algorithm>

#include "deploy/sandbox/company/company.hpp"
#include "deploy/sandbox/gitlab/server.hpp"
#include "deploy/sandbox/salt/api.hpp"
#include "deploy/sandbox/salt/control.hpp"
#include "deploy/sandbox/site/site.hpp"

namespace slipway::sandbox {

namespace {

site::site_settings site_settings_of(const surroundings& around, const std::string& folder,
                                     const product_settings& how) {
    site::site_settings made;
    made.state = folder;
    made.dsn = how.dsn.empty() ? around.scenario.site_dsn : how.dsn;
    made.visit_pause = how.visit_pause;
    for (const auto& each : around.scenario.servers) {
        made.hosts.push_back(each.id);
        const bool serves = std::ranges::find(each.services, "website") != each.services.end();
        if (serves && each.id.starts_with(around.scenario.site_production)) made.behind_door.push_back(each.id);
    }
    return made;
}

/// Everything of the product, built in order.
struct product {
    product(const surroundings& around, built_company made, const product_settings& how)
        : built{std::move(made)},
          client{net::create_http_client(around.loop, {.user_agent = "harbour-visitor/1.0"})},
          processes{process::create_runner(around.loop)},
          salt_api{*processes, {built.folder, how.salt_program}},
          gitlab{built.gitlab, around.timers},
          website{site_settings_of(around, built.folder, how), around.timers, *client, around.tasks} {}

    built_company built;
    std::unique_ptr<net::http_client> client;
    std::unique_ptr<process::runner> processes;
    salt::api salt_api;
    gitlab::server gitlab;
    site::website website;
};

part part_at(std::string name, std::string prefix, net::http_handler handle, std::shared_ptr<void> keeps) {
    part made;
    made.name = std::move(name);
    made.prefix = std::move(prefix);
    made.handle = std::move(handle);
    made.keeps_alive = std::move(keeps);
    return made;
}

}  // namespace

result<> mount_product(company& into, const product_settings& how) {
    const auto& around = into.around();
    auto built = build_company(around.scenario, around.state.string(), how.salt_program);
    if (!built) return built.error();
    const auto all = std::make_shared<product>(around, std::move(*built), how);
    using asked = net::server_request;

    auto gitlab = part_at("gitlab", "/gitlab/", [all](asked it) { return all->gitlab.handle(std::move(it)); }, all);
    gitlab.pages = {{"GitLab", "/gitlab/" + all->built.gitlab.projects.front()->records.path}};
    into.mount(std::move(gitlab));
    into.mount(part_at(
        "gitlab control", "/control/gitlab/", [all](asked it) { return all->gitlab.control(std::move(it)); }, all));

    auto site = part_at("site", "/site/", [all](asked it) { return all->website.handle(std::move(it)); }, all);
    site.pages = {{"Website", "/site/"}};
    into.mount(std::move(site));
    into.mount(part_at(
        "site control", "/control/site/", [all](asked it) { return all->website.control(std::move(it)); }, all));
    into.mount(part_at(
        "salt control", "/control/salt/", [all](asked it) { return salt::control(all->built.folder, std::move(it)); },
        all));
    into.mount(part_at("salt-api", "/salt-api/", [all](asked it) { return all->salt_api.handle(std::move(it)); }, all));
    into.mount(part_at(
        "salt-api control", "/control/salt/api", [all](asked it) { return all->salt_api.control(std::move(it)); },
        all));
    if (how.visitors) around.tasks.spawn("site: visitors", all->website.visitors(around.address));
    return {};
}

}  // namespace slipway::sandbox

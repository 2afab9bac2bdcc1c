#include "deploy/sandbox/slack/slack.hpp"

#include "deploy/sandbox/slack/acting.hpp"
#include "deploy/sandbox/slack/control.hpp"
#include "deploy/sandbox/slack/link_hub.hpp"
#include "deploy/sandbox/slack/live_feed.hpp"
#include "deploy/sandbox/slack/page.hpp"
#include "deploy/sandbox/slack/web_api.hpp"

namespace slipway::sandbox::slack {
namespace {

/// Everything of this Slack, built in order.
struct service {
    explicit service(company& into)
        : around{into.around()},
          all{around.scenario},
          requests{around.loop, around.scenario.workspace.signing_secret, around.timers},
          links{all, requests, around.loop, around.timers, around.tasks},
          api{all, around.timers},
          people{all, links, around.timers},
          feed{all, around.tasks, around.timers},
          doors{around.loop, around.state},
          controls{into, all, requests, links, api, people, feed, doors} {
        all.address = all.workspace.address = around.address;
        all.websocket_address = "ws" + around.address.substr(4);
        all.workspace.on_change = [this](const change& what) { feed.publish(what); };
        all.views.on_change = [this](const std::string& user) { feed.publish({views_of(all, user), "", user}); };
    }

    task<net::server_response> answer(net::server_request asked) {
        const auto& path = asked.path;
        const auto rest = [&path](std::string_view prefix) { return path.substr(prefix.size()); };
        if (path.starts_with("/slack/api/")) co_return co_await api.answer(std::move(asked));
        if (path.starts_with("/slack/response/")) co_return api.respond(asked, rest("/slack/response/"));
        if (path.starts_with("/slack/upload/")) co_return api.upload(asked, rest("/slack/upload/"));
        if (path.starts_with("/slack/files/")) co_return file_content(rest("/slack/files/"));
        co_return text_response("this Slack has nothing at " + path + "\n", 404);
    }

    net::server_response file_content(const std::string& id) const {
        const auto found = all.workspace.files.find(id);
        if (found == all.workspace.files.end() || !found->second.complete)
            return text_response("there is no file " + id + "\n", 404);
        const bool is_picture = found->second.content.starts_with("\x89PNG");
        auto made =
            is_picture ? text_response(found->second.content, 200, "image/png") : text_response(found->second.content);
        made.headers.add("X-Content-Type-Options", "nosniff");
        return made;
    }

    const surroundings& around;
    world all;
    request_sender requests;
    link_hub links;
    web_api api;
    acting people;
    live_feed feed;
    strange_doors doors;
    control controls;
};

task<> hang_up(std::shared_ptr<service> here) {
    here->links.drop_all(/*aborted=*/false);
    co_await here->doors.close();
}

part web_part(const std::shared_ptr<service>& here) {
    part made;
    made.name = "slack";
    made.prefix = "/slack/";
    made.handle = [here](net::server_request asked) { return here->answer(std::move(asked)); };
    made.on_websocket = [here](std::unique_ptr<net::websocket> socket, net::server_request asked) {
        return here->links.serve(std::move(socket), std::move(asked));
    };
    made.check_upgrade = [here](const net::server_request& asked) { return here->links.refuse_upgrade(asked); };
    made.stop = [here] { return hang_up(here); };
    made.keeps_alive = here;
    return made;
}

part control_part(const std::shared_ptr<service>& here) {
    part made;
    made.name = "control";
    made.prefix = "/control/";
    made.handle = [here](net::server_request asked) { return here->controls.answer(std::move(asked)); };
    made.on_websocket = [here](std::unique_ptr<net::websocket> socket, net::server_request asked) {
        return here->feed.serve(std::move(socket), net::field_of(net::decode_form(asked.query), "as"));
    };
    made.keeps_alive = here;
    return made;
}

}  // namespace

void mount(company& into, const std::filesystem::path& page_folder) {
    const auto here = std::make_shared<service>(into);
    into.mount(web_part(here));
    into.mount(control_part(here));
    into.mount(page_part(page_folder));
}

}  // namespace slipway::sandbox::slack

// The instance, projects, branches, milestones and people.
#include <algorithm>

#include "integrations/base/json.hpp"
#include "integrations/gitlab/http_api.hpp"
#include "integrations/gitlab/reading.hpp"

namespace slipway::gitlab::detail {
namespace {

std::string milestone_path(const milestone& which) {
    const auto owner =
        which.project_id != 0 ? project_root(which.project_id) : "/groups/" + std::to_string(which.group_id);
    return owner + "/milestones/" + std::to_string(which.id);
}

result<milestone> checked_milestone(const json::value& body, std::string_view what) {
    auto made = to_milestone(body);
    const auto id = made.id;
    return identified(std::move(made), id, what);
}

}  // namespace

std::string project_root(std::int64_t project) {
    return "/projects/" + std::to_string(project);
}

std::string request_name(std::int64_t iid) {
    return "merge request !" + std::to_string(iid);
}

task<result<server_version>> http_api::version() {
    const auto body = co_await call_.read("Cannot ask GitLab for its version", "/version");
    if (!body) co_return body.error();
    server_version made{text_at(*body, "version"), text_at(*body, "revision")};
    if (made.version.empty())
        co_return failure{errc::lost, "The server did not say which GitLab version it is. Is the URL GitLab's own?"};
    co_return made;
}

task<result<user>> http_api::current_user() {
    const std::string what = "Cannot ask GitLab whose token this is";
    const auto body = co_await call_.read(what, "/user");
    if (!body) co_return body.error();
    auto made = to_user(*body);
    const auto id = made.id;
    co_return identified(std::move(made), id, what);
}

task<result<project>> http_api::project_by_path(std::string path) {
    const std::string what = "Cannot find the project " + path;
    const auto body = co_await call_.read(what, "/projects/" + net::percent_encode(path));
    if (!body) co_return body.error();
    auto made = to_project(*body);
    const auto id = made.id;
    co_return identified(std::move(made), id, what);
}

task<result<branch>> http_api::branch_of(std::int64_t project, std::string name) {
    const auto body = co_await call_.read("Cannot read the branch " + name,
                                          project_root(project) + "/repository/branches/" + net::percent_encode(name));
    if (!body) co_return body.error();
    co_return to_branch(*body);
}

task<result<std::vector<protected_tag>>> http_api::protected_tags(std::int64_t project) {
    const auto found =
        co_await call_.read_all("Cannot read the protected tags", project_root(project) + "/protected_tags");
    if (!found) co_return found.error();
    co_return all_of(*found, to_protected_tag);
}

task<result<milestone>> http_api::milestone_by_title(std::int64_t project, std::string title) {
    const auto path = project_root(project) + "/milestones?include_ancestors=true&title=" + net::percent_encode(title);
    const auto found = co_await call_.read_all("Cannot look up the milestone \"" + title + "\"", path);
    if (!found) co_return found.error();
    auto all = all_of(*found, to_milestone);
    std::erase_if(all, [&title](const milestone& each) { return each.title.raw() != title || each.id == 0; });
    if (all.empty()) {
        co_return failure{
            errc::not_found,
            "There is no milestone \"" + title +
                "\" in the project or its groups, or it is not visible to the bot. Create it, or correct the version"};
    }
    const auto own = std::ranges::find(all, project, &milestone::project_id);
    co_return own != all.end() ? *own : all.front();
}

task<result<milestone>> http_api::read_milestone(milestone which) {
    const std::string what = "Cannot read the milestone \"" + which.title.raw() + "\"";
    const auto body = co_await call_.read(what, milestone_path(which));
    if (!body) co_return body.error();
    co_return checked_milestone(*body, what);
}

task<result<std::vector<milestone>>> http_api::open_milestones(std::int64_t project) {
    const auto found = co_await call_.read_all(
        "Cannot list the open milestones", project_root(project) + "/milestones?include_ancestors=true&state=active");
    if (!found) co_return found.error();
    auto all = all_of(*found, to_milestone);
    std::erase_if(all, [](const milestone& each) { return each.id == 0 || !each.active; });
    co_return all;
}

/// GitLab takes every PUT, so what is there is compared with what was read, right before.
task<result<milestone>> http_api::set_milestone_description(milestone which, std::string description) {
    const std::string what = "Cannot write the description of the milestone \"" + which.title.raw() + "\"";
    const auto now = co_await read_milestone(which);
    if (!now) co_return now.error();
    if (now->description.raw() != which.description.raw()) {
        co_return failure{errc::moved, what + ": somebody edited it a moment ago. Read it again, then repeat"};
    }
    json::object change;
    change["description"] = description;
    const auto body = co_await call_.write(what, "PUT", milestone_path(which), std::move(change));
    if (!body) co_return body.error();
    co_return checked_milestone(*body, what);
}

task<result<user>> http_api::user_by_name(std::string username) {
    const auto found = co_await call_.read_all("Cannot look up the user @" + username,
                                               "/users?username=" + net::percent_encode(username));
    if (!found) co_return found.error();
    const auto all = all_of(*found, to_user);
    const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
    const auto match = std::ranges::find_if(
        all, [&](const user& each) { return each.id != 0 && std::ranges::equal(each.username, username, same); });
    if (match == all.end()) co_return failure{errc::not_found, "GitLab knows no user @" + username};
    co_return *match;
}

task<result<std::vector<user>>> http_api::group_members(std::string group) {
    const auto found = co_await call_.read_all("Cannot read the members of the group " + group,
                                               "/groups/" + net::percent_encode(group) + "/members/all");
    if (!found) co_return found.error();
    auto all = all_of(*found, to_user);
    std::erase_if(all, [](const user& each) { return each.id == 0; });
    co_return all;
}

task<result<std::vector<user>>> http_api::search_users(std::string text) {
    const auto found =
        co_await call_.read_all("Cannot search GitLab's users", "/users?search=" + net::percent_encode(text));
    if (!found) co_return found.error();
    auto all = all_of(*found, to_user);
    std::erase_if(all, [](const user& each) { return each.id == 0; });
    co_return all;
}

}  // namespace slipway::gitlab::detail

namespace slipway::gitlab {
namespace {

bool is_loopback(std::string_view url) {
    const auto host = url.substr(url.find("://") + 3);
    return host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
}

}  // namespace

result<std::unique_ptr<api>> create_api(net::http_client& client, timers& clock, chance roll, settings with) {
    const bool secure = with.url.starts_with("https://");
    if (!secure && !with.url.starts_with("http://")) {
        return failure{errc::invalid, "GITLAB_URL has to begin with https://"};
    }
    if (!secure && !is_loopback(with.url)) {
        return failure{errc::invalid, "GITLAB_URL would send the token unencrypted: use https://"};
    }
    const auto authority = with.url.substr(0, with.url.find('/', with.url.find("://") + 3));
    if (authority.find('@') != std::string::npos || with.url.find_first_of("?# ") != std::string::npos) {
        return failure{
            errc::invalid,
            "GITLAB_URL has to be a plain address without user, query or blanks; the token goes into GITLAB_TOKEN"};
    }
    const bool printable = std::ranges::all_of(with.token, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
    if (with.token.empty() || !printable) {
        return failure{errc::invalid,
                       "GITLAB_TOKEN is empty, or holds blanks or a line break: give it exactly as GitLab showed it"};
    }
    std::unique_ptr<api> made = std::make_unique<detail::http_api>(client, clock, std::move(roll), std::move(with));
    return made;
}

}  // namespace slipway::gitlab

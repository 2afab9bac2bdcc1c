#include "deploy/sandbox/scenario.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>

namespace slipway::sandbox {

namespace {

std::string text(const YAML::Node& from, const char* key) {
    const auto node = from[key];
    if (!node) throw YAML::Exception{from.Mark(), std::string{"'"} + key + "' is missing here"};
    return node.as<std::string>();
}

std::vector<std::string> texts(const YAML::Node& from, const char* key) {
    return from[key] ? from[key].as<std::vector<std::string>>() : std::vector<std::string>{};
}

persona read_persona(const YAML::Node& node) {
    persona read;
    read.key = text(node, "key");
    read.name = text(node, "name");
    read.title = text(node, "title");
    read.roles = texts(node, "roles");
    read.groups = texts(node, "groups");
    read.colour = text(node, "colour");
    read.initials = text(node, "initials");
    read.email = text(node, "email");
    read.slack_id = text(node["slack"], "id");
    read.slack_name = text(node["slack"], "name");
    read.gitlab_id = node["gitlab"]["id"].as<std::int64_t>();
    read.gitlab_username = text(node["gitlab"], "username");
    return read;
}

workspace read_workspace(const YAML::Node& node) {
    workspace read;
    read.id = text(node, "id");
    read.domain = text(node, "domain");
    read.name = text(node, "name");
    read.app_id = text(node, "app_id");
    read.bot_token = text(node, "bot_token");
    read.app_token = text(node, "app_token");
    read.signing_secret = text(node, "signing_secret");
    const auto bot = node["bot"];
    read.bot = {text(bot, "id"),           text(bot, "bot_id"), text(bot, "name"),
                text(bot, "display_name"), text(bot, "colour"), text(bot, "initials")};
    read.scopes = texts(node, "scopes");
    for (const auto& each : node["commands"]) {
        read.commands.push_back(
            {text(each, "name"), text(each, "description"), text(each, "usage"), texts(each, "examples")});
    }
    return read;
}

void read_channels(const YAML::Node& nodes, scenario& into) {
    for (const auto& node : nodes) {
        channel read{text(node, "id"), text(node, "name"), text(node, "topic"), texts(node, "members")};
        read.is_private = node["private"].as<bool>(false);
        read.app_is_member = node["app_is_member"].as<bool>(true);
        for (const auto& member : read.members) {
            if (!into.find_persona(member)) throw YAML::Exception{node.Mark(), "no persona has the key " + member};
        }
        into.channels.push_back(std::move(read));
    }
}

void read_gitlab(const YAML::Node& node, scenario& into) {
    into.gitlab_version = text(node, "version");
    for (const auto& user : node["users"]) {
        into.gitlab_accounts.push_back({user["id"].as<std::int64_t>(), text(user, "username"), text(user, "name"),
                                        text(user, "email"), text(user, "token"), user["access"].as<int>()});
    }
}

scenario read_scenario(const YAML::Node& root, const std::filesystem::path& file) {
    scenario read;
    read.workspace = read_workspace(root["workspace"]);
    for (const auto& node : root["personas"]) read.personas.push_back(read_persona(node));
    read_channels(root["channels"], read);
    read_gitlab(root["gitlab"], read);
    for (const auto& node : root["servers"]) {
        read.servers.push_back({text(node, "id"), texts(node, "roles"), texts(node, "services")});
    }
    read.site_dsn = text(root["site"], "dsn");
    read.site_production = text(root["site"], "production");
    read.file = std::filesystem::absolute(file).string();
    if (const auto others = root["product"]["dependencies"])
        read.product_dependencies = others.as<std::vector<std::string>>();
    read.product_folder = (file.parent_path() / text(root["product"], "folder")).lexically_normal().string();
    return read;
}

template <class List, class Member>
auto find_in(const List& list, Member member, std::string_view value) -> decltype(list.data()) {
    const auto found = std::ranges::find(list, value, member);
    return found == list.end() ? nullptr : &*found;
}

}  // namespace

const persona* scenario::find_persona(std::string_view key) const {
    return find_in(personas, &persona::key, key);
}

const persona* scenario::find_by_slack_id(std::string_view slack_id) const {
    return find_in(personas, &persona::slack_id, slack_id);
}

const persona* scenario::find_by_gitlab_username(std::string_view username) const {
    return find_in(personas, &persona::gitlab_username, username);
}

const channel* scenario::find_channel(std::string_view id) const {
    return find_in(channels, &channel::id, id);
}

result<scenario> load_scenario(const std::string& file) {
    try {
        return read_scenario(YAML::LoadFile(file), std::filesystem::absolute(file));
    } catch (const YAML::BadFile&) {
        return failure{errc::invalid, "the scenario file " + file + " cannot be opened; give its path with --scenario"};
    } catch (const YAML::Exception& wrong) {
        const auto line = wrong.mark.is_null() ? std::string{} : ":" + std::to_string(wrong.mark.line + 1);
        return failure{errc::invalid, file + line + ": " + wrong.msg};
    }
}

}  // namespace slipway::sandbox

#include "integrations/git/git_command.hpp"

#include "integrations/base/digest.hpp"

namespace slipway::git::detail {
namespace {

/// Configuration through GIT_CONFIG_COUNT, GIT_CONFIG_KEY_n and GIT_CONFIG_VALUE_n: visible to this process alone, and
/// cleared by git before it starts a local remote's hooks.
class configuration {
public:
    explicit configuration(std::map<std::string, std::string>& environment) : environment_{environment} {}
    void set(const std::string& key, const std::string& value) {
        const auto number = std::to_string(count_++);
        environment_["GIT_CONFIG_KEY_" + number] = key;
        environment_["GIT_CONFIG_VALUE_" + number] = value;
        environment_["GIT_CONFIG_COUNT"] = std::to_string(count_);
    }

private:
    std::map<std::string, std::string>& environment_;
    int count_ = 0;
};

/// "https://host:port/" of a web URL; "" for paths and ssh.
std::string web_root(const std::string& url) {
    if (!url.starts_with("https://") && !url.starts_with("http://")) return {};
    const auto host = url.find("://") + 3;
    const auto scheme = url.substr(0, host);
    auto authority = url.substr(host, url.find('/', host) - host);
    const auto at = authority.rfind('@');
    if (at != std::string::npos) authority.erase(0, at + 1);
    return scheme + authority + "/";
}

bool is_loopback(const std::string& root) {
    const auto host = root.substr(root.find("://") + 3);
    for (const std::string_view each : {"127.", "localhost/", "localhost:", "[::1]"}) {
        if (host.starts_with(each)) return true;
    }
    return false;
}

void set_habits(configuration& config, const transport_settings& settings) {
    config.set("core.hooksPath", "/dev/null");  // no program that a repository brings along
    config.set("credential.helper", "");
    config.set("safe.directory", "*");
    config.set("gc.auto", "0");
    config.set("maintenance.auto", "false");
    config.set("push.followTags", "false");
    config.set("push.gpgSign", "false");
    config.set("submodule.recurse", "false");
    config.set("advice.detachedHead", "false");
    config.set("http.followRedirects", "false");  // a redirect would take the Authorization header to another host
    if (!settings.ca_file.empty()) config.set("http.sslCAInfo", settings.ca_file);
}

}  // namespace

result<process::command> git_command(const transport_settings& settings, std::string directory, std::string url,
                                     std::vector<std::string> arguments) {
    process::command command;
    command.argv = {settings.program};
    command.argv.insert(command.argv.end(), std::make_move_iterator(arguments.begin()),
                        std::make_move_iterator(arguments.end()));
    command.directory = std::move(directory);
    command.environment = process::inherited();
    for (const auto& [name, value] : settings.environment) command.environment[name] = value;
    command.environment["LC_ALL"] = "C";  // answers.cpp reads git's words
    command.environment["GIT_TERMINAL_PROMPT"] = "0";
    command.environment["GIT_CONFIG_NOSYSTEM"] = "1";
    command.environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
    command.environment["GIT_OPTIONAL_LOCKS"] = "0";
    command.environment.emplace("GIT_SSH_COMMAND", "ssh -o BatchMode=yes");
    command.total_timeout = settings.quick_limit;

    configuration config{command.environment};
    set_habits(config, settings);
    const auto root = web_root(url);
    if (root.empty() || settings.secret.empty()) return command;
    if (root.starts_with("http://") && !is_loopback(root)) {
        return failure{errc::invalid, "The token would travel unencrypted to " + root + ": use its https URL"};
    }
    const auto login = to_base64(settings.user + ":" + settings.secret);
    config.set("http." + root + ".extraHeader", "Authorization: Basic " + login);
    command.secrets = {settings.secret, login};
    return command;
}

}  // namespace slipway::git::detail

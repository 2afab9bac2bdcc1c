#include "commands/release/read_machines.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "commands/release/setting_checks.hpp"

namespace slipway::release {
namespace {

using namespace checks;
using place = yaml_value;

constexpr std::string_view url_words = "an http or https address without a password";

bool is_host(std::string_view text) {
    return !text.empty() && text.front() != '-' && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) || c == '.' || c == '-' || c == '_';
    });
}

std::vector<std::string> hosts_at(const place& at) {
    return texts_that(at, is_host, "the name or address of a host");
}

bool names_host(std::string_view text) {
    return text.find("{host}") != std::string_view::npos;
}

/// "4 of 5".
void read_good(const place& at, home_page_settings& made) {
    const auto text = at.text();
    const auto part = text.find(" of ");
    const auto number = [](std::string_view digits) {
        int value = 0;
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return problem == std::errc{} && end == digits.data() + digits.size() ? value : 0;
    };
    if (part != std::string::npos) {
        made.good = number(std::string_view{text}.substr(0, part));
        made.of = number(std::string_view{text}.substr(part + 4));
    }
    if (part == std::string::npos || made.good < 1 || made.of < made.good || made.of > 1000)
        at.problem("`" + at.path() + "` must say how many answers have to be good, such as `4 of 5`");
}

per_host_settings read_per_host(const place& at) {
    at.only({"hosts", "url", "address", "host_header"});
    per_host_settings made;
    const auto hosts = at.required("hosts");
    if (hosts.is_text() && hosts.text() == "pinned")
        made.pinned = true;
    else if (hosts.is_text())
        hosts.problem("`" + hosts.path() + "` is a list of hosts, or `pinned` for those that answered Salt");
    else
        made.hosts = hosts_at(hosts);
    made.url = text_that(at.at("url"), is_web_url, url_words);
    made.address = at.at("address").text();
    made.host_header = text_that(at.at("host_header"), is_host, "the name of the website");
    if (at.at("url").present() == at.at("address").present())
        at.problem("`" + at.path() +
                   "` needs either `url` (a page of its own for each host) or `address` (where the "
                   "home page's own address is asked), with {host} in it");
    else if (!names_host(at.at("url").present() ? made.url : made.address))
        at.problem("`" + at.path() + "` must say where the host stands: {host}");
    if (!made.address.empty() && !made.host_header.empty())
        at.at("host_header").problem("with `address` each page is asked under its own name; take `host_header` out");
    return made;
}

}  // namespace

home_page_settings read_home_page(const place& at) {
    at.only({"urls", "status", "marker", "forbidden", "version_header", "version_marker", "redirects",
             "certificate_days", "good_in_a_row", "good", "pause", "patience", "per_host"});
    home_page_settings made;
    made.urls = texts_that(at.at("urls"), is_web_url, url_words);
    made.status = static_cast<int>(at.at("status").number(made.status, 100, 599));
    made.marker = at.at("marker").text();
    made.forbidden = at.at("forbidden").texts();
    made.version_header = at.at("version_header").text();
    made.version_marker = at.at("version_marker").text();
    if (!made.version_marker.empty() && made.version_marker.find("{version}") == std::string::npos)
        at.at("version_marker").problem("`home_page.version_marker` must say where the version stands: {version}");
    const auto redirects = at.at("redirects").one_of({"none", "same-host", "follow"}, "none");
    made.redirects = redirects == "follow"      ? redirect_policy::follow
                     : redirects == "same-host" ? redirect_policy::same_host
                                                : redirect_policy::none;
    made.certificate_days = static_cast<int>(at.at("certificate_days").number(made.certificate_days, 0, 3650));
    made.good = made.of = static_cast<int>(at.at("good_in_a_row").number(made.good, 1, 1000));
    if (const auto good = at.at("good")) {
        if (at.at("good_in_a_row").present())
            good.problem("`" + at.path() + "` has both `good` and `good_in_a_row`; one of them decides");
        read_good(good, made);
    }
    made.pause = at.at("pause").duration(made.pause);
    made.patience = at.at("patience").duration(made.patience);
    if (const auto per_host = at.at("per_host")) made.per_host = read_per_host(per_host);
    return made;
}

restart_settings read_restart(const place& at) {
    at.only({"command", "salt", "hosts", "probe", "probe_url", "order", "settle", "patience"});
    restart_settings made;
    made.command = command_at(at.at("command"));
    const auto salt = at.at("salt");
    salt.only({"function", "arguments", "target"});
    if (salt) made.salt_function = salt.required("function").name();
    made.salt_arguments = salt.at("arguments").texts();
    made.salt_target = salt.at("target").text();
    made.hosts = hosts_at(at.at("hosts"));
    made.probe = command_at(at.at("probe"));
    made.probe_url = text_that(at.at("probe_url"), is_web_url, url_words);
    made.one_by_one = at.at("order").one_of({"together", "one-by-one"}, "together") == "one-by-one";
    made.settle = at.at("settle").duration(made.settle);
    made.patience = at.at("patience").duration(made.patience);
    if (at.at("command").present() == salt.present())
        at.problem("`" + at.path() + "` needs either `command` or `salt`, to say how it is restarted");
    if (salt && !made.hosts.empty())
        at.at("hosts").problem("Salt's hosts are named by `salt.target`, or are those of the build; take `hosts` out");
    const bool per_host = std::ranges::any_of(made.command, names_host);
    if (!made.hosts.empty() && !per_host)
        at.at("hosts").problem("the hosts are not used: no argument of `command` holds {host}");
    return made;
}

runbook_settings read_runbook(const place& at) {
    at.only({"section", "label", "languages", "downtime", "allow", "environment", "timeout", "idle_timeout"});
    runbook_settings made;
    made.section = at.at("section").name(made.section);
    made.label = at.at("label").name(made.label);
    if (const auto languages = at.at("languages")) made.languages = languages.texts();
    for (auto& each : made.languages)
        std::ranges::transform(each, each.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto downtime = at.at("downtime");
    downtime.only({"section", "text", "label"});
    made.downtime_section = downtime.at("section").text(made.downtime_section);
    made.downtime_text = downtime.at("text").text();
    made.downtime_label = downtime.at("label").text(made.downtime_label);
    for (const auto& each : at.at("allow").items()) {
        auto words = each.is_text() ? std::vector<std::string>{each.text()} : each.texts();
        if (words.empty() || words.front().empty() || words.front().find('*') != std::string::npos)
            each.problem("`" + each.path() +
                         "` begins with the name of a program, written out: `salt`, or a list of words such as "
                         "[salt, -L, \"*\", service.status, ...]");
        else
            made.allow.push_back(std::move(words));
    }
    made.environment = texts_that(at.at("environment"), is_variable, "the name of an environment variable");
    made.timeout = at.at("timeout").duration(made.timeout);
    made.idle_timeout = at.at("idle_timeout").duration(made.idle_timeout);
    return made;
}

}  // namespace slipway::release

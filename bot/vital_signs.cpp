#include "bot/vital_signs.hpp"

#include <unistd.h>

#include <fstream>

namespace slipway::bot {
namespace {

double seconds(milliseconds span) {
    return static_cast<double>(span.count()) / 1000.0;
}

std::vector<metric_sample> one(double value) {
    return {{"", value}};
}
std::vector<metric_sample> age(const std::optional<milliseconds>& since) {
    if (!since) return {};
    return one(seconds(*since));
}

std::optional<std::string> link_problem(gateway::socket_mode& link) {
    const auto health = link.health();
    if (health.live) return std::nullopt;
    return health.sentence.empty() ? "the link to Slack is not up yet" : health.sentence;
}

std::optional<std::string> ghost_problem(gateway::socket_mode& link) {
    const auto health = link.health();
    if (health.connections <= health.held) return std::nullopt;
    return "Slack counted " + std::to_string(health.connections) +
           " connections of this app at the last hello and we hold " + std::to_string(health.held) +
           ": another process uses the same app token, or dead links are still registered; either gets a share of the "
           "clicks";
}

void add_link(std::vector<metric>& all, gateway::socket_mode& link) {
    const auto health = link.health();
    all.push_back({"slipway_slack_link_live", "1 while a Socket Mode link has said hello and is heard.",
                   metric_kind::gauge, one(health.live ? 1 : 0)});
    all.push_back({"slipway_slack_links_held", "Socket Mode links that this process holds.", metric_kind::gauge,
                   one(health.held)});
    all.push_back({"slipway_slack_links_counted", "Connections of the app as Slack counted them at the last hello.",
                   metric_kind::gauge, one(static_cast<double>(health.connections))});
    all.push_back({"slipway_slack_transport_age_seconds", "Since the last byte from Slack on a serving link.",
                   metric_kind::gauge, age(health.transport_age)});
    all.push_back(
        {"slipway_slack_hello_age_seconds", "Since the last hello.", metric_kind::gauge, age(health.hello_age)});
    all.push_back({"slipway_slack_reconnects_total", "Hellos after the first one.", metric_kind::counter,
                   one(health.reconnects)});
}

void add_requests(std::vector<metric>& all, const gateway::http_mode& requests) {
    const auto& seen = requests.requests();
    all.push_back({"slipway_slack_requests_total",
                   "Requests that claimed to be Slack's, by what became of them.",
                   metric_kind::counter,
                   {{"result=\"genuine\"", static_cast<double>(seen.received)},
                    {"result=\"unauthorised\"", static_cast<double>(seen.unauthorised)},
                    {"result=\"malformed\"", static_cast<double>(seen.malformed)}}});
}

void add_acknowledgements(std::vector<metric>& all, const gateway::ack_figures& acks) {
    all.push_back({"slipway_slack_acknowledgements_total",
                   "Envelopes by what became of their acknowledgement; late ones were sent as well.",
                   metric_kind::counter,
                   {{"result=\"sent\"", static_cast<double>(acks.sent)},
                    {"result=\"late\"", static_cast<double>(acks.late)},
                    {"result=\"missed\"", static_cast<double>(acks.missed)},
                    {"result=\"refused\"", static_cast<double>(acks.refused)}}});
    all.push_back({"slipway_slack_acknowledge_longest_seconds", "The slowest acknowledgement since the start.",
                   metric_kind::gauge, one(seconds(acks.longest))});
}

/// Resident memory; nothing where /proc does not tell.
std::vector<metric_sample> resident_bytes() {
    std::ifstream from{"/proc/self/statm"};
    std::uint64_t whole = 0, resident = 0;
    if (!(from >> whole >> resident)) return {};
    return one(static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
}

}  // namespace

std::vector<health_check> vital_checks(organs of) {
    std::vector<health_check> all;
    if (of.link != nullptr) {
        all.push_back({"slack", [link = of.link] { return link_problem(*link); }, true});
        all.push_back({"slack_connections", [link = of.link] { return ghost_problem(*link); }, false});
    }
    all.push_back({"outbox",
                   [sender = of.sender]() -> std::optional<std::string> {
                       const auto& last = sender->figures().last_error;
                       if (last.empty()) return std::nullopt;
                       return last;
                   },
                   false});
    return all;
}

task<std::vector<metric>> vital_figures(organs of) {
    const auto depth = co_await of.memory->outbox_depth();
    std::vector<metric> all;
    all.push_back(
        {"slipway_info", "The version that runs.", metric_kind::gauge, {{"version=\"" SLIPWAY_VERSION "\"", 1}}});
    all.push_back({"slipway_start_time_seconds", "When this process started, in Unix time.", metric_kind::gauge,
                   one(static_cast<double>(to_unix(of.started)))});
    if (of.link != nullptr) add_link(all, *of.link);
    if (of.requests != nullptr) add_requests(all, *of.requests);
    add_acknowledgements(all, of.link != nullptr ? of.link->acknowledgements() : of.requests->acknowledgements());
    all.push_back({"slipway_inbox_handling", "Envelopes that are being handled.", metric_kind::gauge,
                   one(static_cast<double>(of.envelopes->running()))});
    all.push_back({"slipway_store_up", "1 when the store answered this scrape.", metric_kind::gauge,
                   one(depth.has_value() ? 1 : 0)});
    all.push_back({"slipway_outbox_depth", "Messages that Slack does not show yet as they shall be.",
                   metric_kind::gauge, depth ? one(static_cast<double>(*depth)) : std::vector<metric_sample>{}});
    const auto& out = of.sender->figures();
    all.push_back({"slipway_outbox_deliveries_total",
                   "Attempts to deliver a message, by outcome.",
                   metric_kind::counter,
                   {{"result=\"sent\"", static_cast<double>(out.sent)},
                    {"result=\"retried\"", static_cast<double>(out.retried)},
                    {"result=\"given_up\"", static_cast<double>(out.given_up)}}});
    all.push_back({"process_resident_memory_bytes", "Resident memory.", metric_kind::gauge, resident_bytes()});
    co_return all;
}

}  // namespace slipway::bot

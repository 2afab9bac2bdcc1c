#include "integrations/salt/rows.hpp"

#include <algorithm>
#include <array>

#include "integrations/base/digest.hpp"

namespace slipway::salt {
namespace {

std::string joined(const std::vector<std::string>& names, std::size_t most = 10) {
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < most; ++i) text += (i > 0 ? ", " : "") + names[i];
    if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
    return text;
}

}  // namespace

std::string_view to_string(reply what) noexcept {
    static constexpr std::array<std::string_view, 5> words{"ok", "would change", "failed", "busy", "missing"};
    return words[static_cast<std::size_t>(what)];
}

const state_row* host_row::cause() const noexcept {
    const auto failed_itself = [](const state_row& each) { return each.result == false && !each.follower; };
    auto found = std::ranges::find_if(states, failed_itself);
    if (found == states.end()) found = std::ranges::find(states, std::optional{false}, &state_row::result);
    return found == states.end() ? nullptr : &*found;
}

std::size_t host_row::changed() const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(
        states, [](const state_row& each) { return !each.result || (*each.result && !each.changes.empty()); }));
}

std::vector<std::string> salt_rows::of(reply what) const {
    std::vector<std::string> names;
    for (const auto& [name, row] : hosts)
        if (row.expected && row.what == what) names.push_back(name);
    return names;
}

std::vector<std::string> salt_rows::unexpected() const {
    std::vector<std::string> names;
    for (const auto& [name, row] : hosts)
        if (!row.expected) names.push_back(name);
    return names;
}

bool salt_rows::all_well() const noexcept {
    return !hosts.empty() && !complaint && exit_code == 0 && std::ranges::all_of(hosts, [](const auto& each) {
        return each.second.expected && (each.second.what == reply::ok || each.second.what == reply::would);
    });
}

std::string salt_rows::summary() const {
    if (hosts.empty()) return "no host answered";
    const auto well = of(reply::ok).size() + of(reply::would).size();
    const auto strangers = unexpected();
    std::string text = std::to_string(well) + " of " + std::to_string(hosts.size() - strangers.size()) + " hosts ok";
    const auto add = [&text](const std::vector<std::string>& names, std::string_view what) {
        if (!names.empty()) text += "; " + joined(names) + " " + std::string{what};
    };
    add(of(reply::would), "would change");
    add(of(reply::failed), "failed");
    add(of(reply::busy), "busy with another state run");
    add(of(reply::missing), "did not answer (the job may still be running there)");
    add(strangers, "answered without being asked");
    if (well == hosts.size() && exit_code != 0) text += "; but salt ended with code " + std::to_string(exit_code);
    return text;
}

namespace {

std::string print_of(const std::string& name, const host_row& row) {
    std::vector<std::string> states;
    for (const auto& each : row.states) {
        const std::string_view result = !each.result ? "would" : *each.result ? "true" : "false";
        states.push_back(fingerprint({each.function, each.id, each.name, result}));
    }
    std::ranges::sort(states);  // the order of execution is no part of what changes
    auto lines = fingerprint({"row", name, to_string(row.what)});
    for (const auto& each : states) lines += each;
    return lines;
}

}  // namespace

std::string dry_run_fingerprint(const salt_rows& dry, const std::vector<std::string>& hosts, std::string_view commit) {
    auto pinned = hosts;
    std::ranges::sort(pinned);
    std::string lines;
    for (const auto& each : pinned) lines += fingerprint({"host", each});
    for (const auto& [name, row] : dry.hosts) lines += print_of(name, row);
    return fingerprint({"salt-dry-run", commit, lines});
}

std::map<std::string, std::string> host_fingerprints(const salt_rows& dry, std::string_view commit) {
    std::map<std::string, std::string> all;
    for (const auto& [name, row] : dry.hosts) all[name] = fingerprint({"salt-host", commit, print_of(name, row)});
    return all;
}

dry_run_news compare_dry_runs(const std::map<std::string, std::string>& approved, const salt_rows& now,
                              std::string_view commit) {
    dry_run_news news;
    for (const auto& [name, print] : host_fingerprints(now, commit)) {
        const auto known = approved.find(name);
        if (known != approved.end() && known->second == print)
            news.same.push_back(name);
        else if (known != approved.end() && now.hosts.at(name).what == reply::ok)
            news.settled.push_back(name);
        else
            news.changed.push_back(name);
    }
    return news;
}

}  // namespace slipway::salt

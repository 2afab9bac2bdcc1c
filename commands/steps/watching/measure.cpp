#include "commands/steps/watching/measure.hpp"

#include <algorithm>
#include <set>

#include "integrations/base/json.hpp"

namespace slipway::steps {
namespace {

using std::chrono::minutes;

/// Sessions or transactions stand for traffic only when they are more than companions of errors: some SDKs send a
/// session just before each first error.
constexpr double least_units = 100, units_per_error = 5;

double in_minutes(milliseconds span) {
    return std::chrono::duration<double, std::ratio<60>>(span).count();
}

/// What has the code that was deployed, told by the releases and servers that errors name, else by Salt's hosts.
class code_map {
public:
    code_map(const context& here, const std::vector<telemetry::group_activity>& active)
        : version_{here.state->version} {
        for (const auto& each : active)
            for (const auto& [release, count] : each.releases)
                if (is_new(release)) tagged_ = true;
        for (const auto& each : array_at(here.state->facts, "hosts"))
            if (const auto* name = each.if_string()) hosts_.emplace(name->data(), name->size());
    }
    bool is_tagged() const noexcept { return tagged_; }
    std::size_t hosts() const noexcept { return hosts_.size(); }
    /// "1.4.0", "shop@1.4.0", "shop@1.4.0+77"
    bool is_new(std::string_view release) const {
        const auto at = release.rfind('@');
        auto version = at == std::string_view::npos ? release : release.substr(at + 1);
        version = version.substr(0, version.find('+'));
        return !version_.empty() && version == version_;
    }

private:
    std::string version_;
    std::set<std::string> hosts_;
    bool tagged_ = false;
};

struct served_code {
    std::set<std::string> on_new, on_old;
};

/// Servers by the release that their errors name since the restarts. A server that named both has been deployed.
served_code servers_of(const telemetry::error_ledger& ledger, const telemetry::place& where, telemetry::window when,
                       const code_map& code) {
    served_code found;
    std::set<std::string> releases;
    for (const auto& each : ledger.active_groups({where, {}, {}, {}}, when))
        for (const auto& [release, count] : each.releases) releases.insert(release);
    for (const auto& release : releases) {
        if (release.empty()) continue;
        for (const auto& each : ledger.active_groups({where, release, {}, {}}, when))
            for (const auto& [server, count] : each.servers)
                if (!server.empty()) (code.is_new(release) ? found.on_new : found.on_old).insert(server);
    }
    for (const auto& each : found.on_new) found.on_old.erase(each);
    return found;
}

/// What happened before somebody said "resolved" in this very release is past.
void forget_until(std::vector<std::uint32_t>& counts, instant from, instant until) {
    const auto past = std::chrono::floor<minutes>(until - from).count();
    for (std::size_t i = 0; i < counts.size() && static_cast<std::int64_t>(i) <= past; ++i) counts[i] = 0;
}

void set_units(errors::comparison_input& input, const telemetry::traffic& before, const telemetry::traffic& after) {
    const auto usable = [&](std::uint64_t x1, std::uint64_t x2) {
        const auto enough = [](std::uint64_t units, std::uint64_t errors) {
            return static_cast<double>(units) >= std::max(least_units, units_per_error * static_cast<double>(errors));
        };
        return enough(x1, before.errors) && enough(x2, after.errors);
    };
    if (usable(before.sessions, after.sessions)) {
        input.before_units = static_cast<double>(before.sessions);
        input.after_units = static_cast<double>(after.sessions);
        input.unit = "sessions";
    } else if (usable(before.transactions, after.transactions)) {
        input.before_units = static_cast<double>(before.transactions);
        input.after_units = static_cast<double>(after.transactions);
        input.unit = "transactions";
    }
}

}  // namespace

errors::comparison_input measure(const context& here, const watch_plan& plan, instant until, const error_marks& marks,
                                 const known_fixes& fixes) {
    const auto& ledger = *here.with.errors;
    const auto where = place_of(here);
    const auto end = instant{std::chrono::ceil<minutes>(until)};
    const telemetry::window before{plan.before_from, plan.deployed}, after{plan.deployed, end};
    const telemetry::window settled{std::min(plan.settled, end), end};

    errors::comparison_input input;
    input.before_minutes = in_minutes(plan.deployed - plan.before_from);
    input.after_minutes = in_minutes(until - plan.deployed);
    input.restart_minutes = static_cast<std::size_t>(std::chrono::floor<minutes>(plan.settled - plan.deployed).count());
    input.looks = std::max<std::size_t>(1, plan.looks.size());
    const auto traffic_before = ledger.traffic_of(where, before), traffic_after = ledger.traffic_of(where, settled);
    input.traffic_before = traffic_before.any();
    input.traffic_after = traffic_after.any();
    set_units(input, traffic_before, traffic_after);

    // Also the groups that went quiet: without them the rest would look louder in total.
    const auto active = ledger.active_groups({where, {}, {}, {}}, {plan.before_from, end});
    const code_map code{here, active};
    input.servers = code.hosts();
    const auto servers = code.is_tagged() ? servers_of(ledger, where, settled, code) : served_code{};
    input.wave = {servers.on_new.size(), servers.on_old.size()};
    for (const auto& each : active) {
        const auto& hash = each.group.hash;
        errors::group_counts counts;
        counts.group = hash;
        counts.title = each.group.title;
        counts.before = ledger.per_minute({where, {}, hash, {}}, before);
        counts.after = ledger.per_minute({where, {}, hash, {}}, after);
        for (const auto& since : ledger.active_groups({where, {}, hash, {}}, settled))
            for (const auto& [server, count] : since.servers) counts.servers_after += server.empty() ? 0 : 1;
        if (input.wave.known()) {
            counts.on_new_code = ledger.count({where, {}, hash, servers.on_new}, settled);
            counts.on_old_code = ledger.count({where, {}, hash, servers.on_old}, settled);
        }
        counts.seen_before = each.group.first_seen < plan.deployed;
        counts.below_error = each.group.level < telemetry::severity::error;
        if (const auto mark = marks.find(hash); mark != marks.end()) {
            counts.muted = mark->second.muted_in == here.state->id;
            if (mark->second.resolved_in == here.state->id)
                forget_until(counts.after, plan.deployed, mark->second.resolved_at);
        }
        if (const auto fix = fixes.find(hash); fix != fixes.end()) {
            counts.fix_is_in_release = true;
            counts.fix = fix->second;
        }
        input.groups.push_back(std::move(counts));
    }
    return input;
}

std::vector<std::string> new_groups(const context& here, const watch_plan& plan, const error_marks& marks) {
    std::vector<std::string> found;
    for (const auto& each : here.with.errors->first_seen_since(place_of(here), plan.deployed)) {
        if (each.last_seen < plan.settled || each.level < telemetry::severity::error) continue;
        const auto mark = marks.find(each.hash);
        const bool dealt_with = mark != marks.end() &&
                                (mark->second.muted_in == here.state->id || mark->second.resolved_in == here.state->id);
        if (!dealt_with) found.push_back(each.hash);
    }
    return found;
}

}  // namespace slipway::steps

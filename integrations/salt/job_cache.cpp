// What the master's job cache says, pure.
#include "integrations/salt/names.hpp"

namespace slipway::salt {

std::optional<job_record> to_record(const json::object& listed) {
    // Older masters make something up for an id that they do not know.
    const bool invented = text_at(listed, "Function") == "unknown-function";
    if (listed.contains("Error") || !listed.contains("Result") || invented) return std::nullopt;
    job_record record;
    for (const auto& each : array_at(listed, "Minions"))
        if (each.is_string()) record.minions.emplace_back(each.get_string());
    record.results = object_at(listed, "Result");
    return record;
}

std::optional<std::string> newest_of(const json::object& jobs, const std::string& key) {
    std::optional<std::string> newest;
    for (const auto& [name, about] : jobs) {
        const std::string jid{name};
        if (!is_jid(jid) || text_at(about, "Metadata.slipway") != key) continue;
        if (!newest || *newest < jid) newest = jid;  // job ids begin with their time
    }
    return newest;
}

std::vector<std::string> still_running(const salt_rows& found) {
    std::vector<std::string> hosts;
    for (const auto& [name, row] : found.hosts) {
        const auto* about = row.value.if_object();
        if (row.what != reply::missing && about != nullptr && !about->empty()) hosts.push_back(name);
    }
    return hosts;
}

}  // namespace slipway::salt

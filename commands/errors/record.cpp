#include "commands/errors/record.hpp"

#include <algorithm>

namespace slipway::errors {

json::object record_of(const verdict& judged) {
    const auto of_class = [&](change what) { return std::ranges::count(judged.groups, what, &group_verdict::what); };
    json::object made;
    made["overall"] = to_string(judged.overall);
    made["advice"] = to_string(judged.next);
    made["why"] = judged.why;
    made["before"] = judged.before;
    made["after"] = judged.after;
    made["before_minutes"] = judged.before_minutes;
    made["after_minutes"] = judged.after_minutes;
    made["new"] = of_class(change::fresh);
    made["regressed"] = of_class(change::regressed);
    made["louder"] = of_class(change::louder);
    if (judged.total_louder) made["total_at_least"] = judged.total_at_least;
    if (!judged.unit.empty()) made["unit"] = judged.unit;
    if (judged.wave.known()) {
        made["servers_new"] = judged.wave.new_code;
        made["servers_old"] = judged.wave.old_code;
    }
    return made;
}

json::object record_of(const group_verdict& judged) {
    json::object made;
    made["hash"] = judged.group;
    made["title"] = judged.title.raw();
    made["what"] = to_string(judged.what);
    made["before"] = judged.before;
    made["after"] = judged.after;
    made["ratio"] = judged.ratio;
    made["at_least"] = judged.what == change::louder ? judged.at_least : 0.0;
    made["p"] = judged.p;
    made["alarming"] = judged.alarming;
    made["spared"] = judged.spared;
    made["servers"] = judged.servers;
    made["why"] = judged.why;
    return made;
}

json::array needing_records(const verdict& judged, std::size_t most) {
    json::array all;
    for (const auto& each : judged.needing_issues()) {
        if (all.size() == most) break;
        all.emplace_back(record_of(each));
    }
    return all;
}

}  // namespace slipway::errors

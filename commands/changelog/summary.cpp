#include "commands/changelog/summary.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace slipway::changelog {
namespace {

using request_key = std::pair<std::string, std::int64_t>;  ///< project and number

/// Alive wins over dead, proof over suspicion, an own landing over one inside another's or a pick, then evidence. Of
/// equals the first one seen stays: the newest.
bool speaks_louder(const attribution& one, const attribution& other) {
    const auto rank = [](const attribution& each) {
        return std::tuple{!each.alive(), each.way == arrival::cherry_pick, each.through, each.how};
    };
    return rank(one) < rank(other);
}

class collecting {
public:
    collecting(const std::vector<known_request>& known, const attribution_settings& settings) : settings_{settings} {
        for (const auto& each : known) titles_.emplace(each.iid, &each.title);
    }
    /// `ours`: whatever path it is written with, of this project or an earlier name of it.
    void add(const landed_change& change, const attribution& from, bool ours) {
        if (!change.is_proven(from)) return;
        landed_request made{from, change.commit, title_of(change, from, ours), {}};
        const bool has_name = ours && !settings_.project_path.empty();
        if (made.request.project.empty() || has_name) made.request.project = settings_.project_path;
        const auto [at, is_new] = places_.try_emplace({made.request.project, from.iid}, all_.size());
        if (is_new) {
            all_.push_back(std::move(made));
            return;
        }
        auto& present = all_[at->second];
        if (speaks_louder(made.request, present.request)) {
            std::swap(made, present);
            present.also = std::move(made.also);
        }
        if (made.landing != present.landing) present.also.push_back(made.landing);
    }
    std::vector<landed_request> take() { return std::move(all_); }

private:
    untrusted title_of(const landed_change& change, const attribution& from, bool ours) const {
        const auto known = ours ? titles_.find(from.iid) : titles_.end();
        if (known != titles_.end() && !known->second->raw().empty()) return *known->second;
        return from.title.raw().empty() ? change.title : from.title;
    }

    const attribution_settings& settings_;
    std::map<std::int64_t, const untrusted*> titles_;
    std::map<request_key, std::size_t> places_;
    std::vector<landed_request> all_;
};

/// Inside a merge that nobody's request explains, a nested request explains only its own part.
bool explains(const landed_change& change, const std::vector<attribution>& some) {
    return std::ranges::any_of(some, [&](const attribution& each) { return !each.through && change.is_proven(each); });
}

}  // namespace

range_summary summarise(const std::vector<landed_change>& newest_first, const std::vector<known_request>& known,
                        const attribution_settings& settings) {
    range_summary made;
    collecting requests{known, settings};
    for (const auto& change : newest_first) {
        for (const auto& each : change.requests) requests.add(change, each, /*ours=*/true);
        for (const auto& each : change.foreign_requests) requests.add(change, each, /*ours=*/false);
        if (explains(change, change.requests) || explains(change, change.foreign_requests)) continue;
        (change.kind == landed_kind::housekeeping ? made.housekeeping : made.orphans).push_back(change);
    }
    for (auto& each : requests.take()) (each.request.alive() ? made.landed : made.dead).push_back(std::move(each));
    return made;
}

}  // namespace slipway::changelog

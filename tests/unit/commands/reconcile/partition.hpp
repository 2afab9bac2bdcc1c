// Whether a landed set accounts for every commit of its range exactly once. Reads the graph alone: it knows nothing of
// messages, merge requests or how the set was made.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "commands/changelog/summary.hpp"
#include "integrations/git/history.hpp"

namespace slipway::reconcile {

class partition {
public:
    /// `range`: the commits reachable from the range's end and not from its beginning.
    partition(const git::history& range, const changelog::range_summary& found) : range_{range}, found_{found} {}

    /// A sentence for each commit that is nowhere or in two places, and for each step that has two answers.
    std::vector<std::string> faults() {
        note_requests();
        note_others(found_.orphans, "orphans", /*may_hold_requests=*/true);
        note_others(found_.housekeeping, "housekeeping", /*may_hold_requests=*/false);
        place_commits();
        return std::move(faults_);
    }

private:
    using positions = std::set<std::size_t>;

    void note_requests() {
        std::set<std::pair<std::string, std::int64_t>> met;
        for (const auto* some : {&found_.landed, &found_.dead}) {
            for (const auto& each : *some) {
                if (!met.emplace(each.request.project, each.request.iid).second)
                    faults_.push_back("!" + std::to_string(each.request.iid) + " has two places");
                note_step(each.landing);
                for (const auto& other : each.also) note_step(other);
            }
        }
        requests_ = steps_;
    }
    /// A merge by hand is nobody's, with what is nested in it; any other step has one answer.
    void note_others(const std::vector<changelog::landed_change>& all, const std::string& where,
                     bool may_hold_requests) {
        positions met;
        for (const auto& each : all) {
            const auto at = note_step(each.commit);
            if (!at) continue;
            const bool nests = may_hold_requests && range_.at(*at).parents.size() > 1;
            if (!met.insert(*at).second || others_.contains(*at) || (requests_.contains(*at) && !nests))
                faults_.push_back(name(*at) + " is in " + where + " and elsewhere");
        }
        others_.merge(met);
    }
    std::optional<std::size_t> note_step(const std::string& commit) {
        const auto at = range_.find(commit);
        if (at)
            steps_.insert(*at);
        else
            faults_.push_back("commit " + commit.substr(0, 10) + " is not of the range");
        return at;
    }

    /// Oldest first: a step has itself and what it brought that no older one has. A merge that other steps lie in only
    /// carries them: it has itself.
    void place_commits() {
        for (auto each = steps_.rbegin(); each != steps_.rend(); ++each) {
            auto own = brought_by(*each);
            own.erase(*each);
            if (placed_.contains(*each)) faults_.push_back(name(*each) + " came with an older step");
            placed_.insert(*each);
            const bool carries = std::ranges::any_of(own, [&](std::size_t one) { return steps_.contains(one); });
            if (!carries) placed_.merge(own);
        }
        for (std::size_t each = 0; each < range_.size(); ++each)
            if (!placed_.contains(each)) faults_.push_back(name(each) + " is nowhere");
    }
    positions brought_by(std::size_t step) const {
        auto all = reachable(step);
        const auto& parents = range_.at(step).parents;
        const auto first = parents.empty() ? std::nullopt : range_.find(parents.front());
        if (first)
            for (const auto each : reachable(*first)) all.erase(each);
        return all;
    }
    positions reachable(std::size_t from) const {
        positions met{from};
        std::vector<std::size_t> open{from};
        while (!open.empty()) {
            const auto at = open.back();
            open.pop_back();
            for (const auto parent : range_.parents(at))
                if (met.insert(parent).second) open.push_back(parent);
        }
        return met;
    }
    std::string name(std::size_t at) const {
        return range_.at(at).id.substr(0, 10) + " \"" + range_.at(at).subject().raw() + "\"";
    }

    const git::history& range_;
    const changelog::range_summary& found_;
    positions steps_, requests_, others_, placed_;
    std::vector<std::string> faults_;
};

}  // namespace slipway::reconcile

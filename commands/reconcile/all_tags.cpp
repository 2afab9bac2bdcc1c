#include <algorithm>
#include <map>

#include "commands/changelog/messages.hpp"
#include "commands/changelog/tag_order.hpp"
#include "commands/reconcile/landings.hpp"

namespace slipway::reconcile {
namespace {

using namespace detail;

constexpr std::size_t nobody = static_cast<std::size_t>(-1);

struct release {
    std::string name;
    changelog::tag_version version;
    std::size_t at = 0;           ///< position in the history
    std::size_t before = nobody;  ///< the release it is compared with
    git::range_parts parts;
};

bool comes_before(const release& one, const release& other) {
    if (one.version.family != other.version.family) return one.version.family < other.version.family;
    if (one.version == other.version) return one.name < other.name;
    return changelog::is_older(one.version, other.version);
}

/// For every commit the newest version among its ancestors and itself: what a release on top of it continues. One
/// pass, parents before children.
class predecessors {
public:
    predecessors(const git::history& seen, std::vector<release>& all, std::size_t from, std::size_t to)
        : seen_{seen}, all_{all}, from_{from}, to_{to}, newest_(seen.size(), nobody) {
        for (std::size_t each = from; each < to; ++each) tagged_[all[each].at].push_back(each);
    }
    void find() {
        for (std::size_t at = seen_.size(); at-- > 0;) {
            auto& newest = newest_[at];
            for (const auto parent : seen_.parents(at)) {
                const auto theirs = newest_[parent];
                if (theirs != nobody && (newest == nobody || theirs > newest)) newest = theirs;
            }
            const auto own = tagged_.find(at);
            if (own == tagged_.end()) continue;
            for (const auto each : own->second) {  // oldest version first
                all_[each].before = newest == nobody || newest < each ? newest : nearest(at, each);
                if (newest == nobody || newest < each) newest = each;
            }
        }
        for (std::size_t each = from_ + 1; each < to_; ++each) {
            if (all_[each].before == nobody) all_[each].before = each - 1;
        }
    }

private:
    /// An ancestor has a higher version (a numbering scheme was left): the nearest lower one.
    std::size_t nearest(std::size_t at, std::size_t below) const {
        std::vector<std::size_t> open{at};
        std::vector<bool> met(seen_.size(), false);
        while (!open.empty()) {
            std::ranges::pop_heap(open, std::greater<>{});
            const auto each = open.back();
            open.pop_back();
            const auto own = tagged_.find(each);
            if (own != tagged_.end() && each != at && own->second.front() < below) return own->second.front();
            for (const auto parent : seen_.parents(each)) {
                if (met[parent]) continue;
                met[parent] = true;
                open.push_back(parent);
                std::ranges::push_heap(open, std::greater<>{});
            }
        }
        return nobody;
    }

    const git::history& seen_;
    std::vector<release>& all_;
    std::size_t from_;
    std::size_t to_;
    std::vector<std::size_t> newest_;
    std::map<std::size_t, std::vector<std::size_t>> tagged_;
};

class whole_history {
public:
    whole_history(const git::archive& repository, const git::history& seen, const question& asked,
                  std::vector<release> all)
        : repository_{repository}, seen_{seen}, settings_{settings_for(asked, seen)}, all_{std::move(all)} {
        std::ranges::sort(all_, comes_before);
        for (std::size_t from = 0, to = 0; from < all_.size(); from = to) {
            while (to < all_.size() && all_[to].version.family == all_[from].version.family) ++to;
            predecessors{seen_, all_, from, to}.find();
        }
        for (auto& each : all_) {
            const auto base = each.before == nobody ? std::nullopt : std::optional{all_[each.before].at};
            each.parts = seen_.range(base, each.at);
        }
    }
    result<> run(const std::function<void(const reconciled_range&)>& sink) {
        for (const auto& each : all_) {
            const auto range = as_landings(repository_, seen_, each.parts.steps, settings_);
            if (!range) return range.error();
            auto changes = changelog::landed_changes(*range, {}, settings_);
            const auto open = loose_ends_of(*range, changes);
            if (open.reverts || open.picks) {
                const auto around = surroundings(each, *range, open);
                if (!around) return around.error();
                changes = changelog::landed_changes(*range, {}, settings_, *around);
            }
            reconciled_range made{each.before == nobody ? "" : all_[each.before].name,
                                  each.name,
                                  changelog::summarise(changes, {}, settings_),
                                  {}};
            for (const auto lost : each.parts.lost) made.lost.push_back(seen_.at(lost));
            sink(made);
        }
        return {};
    }

private:
    result<changelog::range_surroundings> surroundings(const release& of,
                                                       const std::vector<changelog::range_landing>& range,
                                                       const loose_ends& open) {
        changelog::range_surroundings around;
        auto back = of.before;
        for (std::size_t each = 0; open.reverts && each < releases_back && back != nobody; ++each) {
            auto some = as_landings(repository_, seen_, all_[back].parts.steps, settings_);
            if (!some) return some.error();
            std::ranges::move(*some, std::back_inserter(around.before));
            back = all_[back].before;
        }
        if (!open.picks) return around;
        for (const auto& landing : range) {
            const auto fine = add_sources(landing.tip, around);
            if (!fine) return fine.error();
            for (const auto& each : landing.brought) {
                const auto also = add_sources(each, around);
                if (!also) return also.error();
            }
        }
        return around;
    }
    /// The landing that a pick's source came with, wherever that is.
    result<> add_sources(const changelog::range_commit& pick, changelog::range_surroundings& around) {
        for (const auto& source : changelog::detail::facts_in(pick.message.raw()).sources) {
            const auto at = seen_.find(source);
            if (!at) continue;
            const auto* step = landing_of(*at);
            if (step == nullptr) continue;
            auto landing = as_landing(repository_, seen_, *step, settings_);
            if (!landing) return landing.error();
            around.elsewhere.push_back(std::move(*landing));
        }
        return {};
    }
    const git::range_step* landing_of(std::size_t position) {
        if (landed_with_.empty()) {
            landed_with_.assign(seen_.size(), nullptr);
            for (const auto& each : all_) {
                for (const auto& step : each.parts.steps) {
                    const auto note = [&](std::size_t at) {
                        if (landed_with_[at] == nullptr) landed_with_[at] = &step;
                    };
                    note(step.tip);
                    std::ranges::for_each(step.brought, note);
                }
            }
        }
        return landed_with_[position];
    }

    const git::archive& repository_;
    const git::history& seen_;
    const changelog::attribution_settings settings_;
    std::vector<release> all_;
    std::vector<const git::range_step*> landed_with_;
};

}  // namespace

result<> all_tags(const git::archive& repository, const question& asked,
                  const std::function<void(const reconciled_range&)>& each) {
    const auto tags = repository.tags();
    if (!tags) return tags.error();
    std::vector<release> all;
    std::vector<std::string> heads;
    std::vector<std::string> commits;
    for (const auto& tag : *tags) {
        const auto version = changelog::parse_tag(tag.name);
        if (!version) continue;
        all.push_back({tag.name, *version, 0, nobody, {}});
        commits.push_back(tag.commit);
    }
    if (all.empty())
        return failure{errc::not_found, "No tag of this repository looks like a version (1.4.0, v1.4, release-1.4); " +
                                            std::to_string(tags->size()) +
                                            " others were seen. Name the range with --from and --to"};
    heads = commits;
    std::ranges::sort(heads);
    heads.erase(std::unique(heads.begin(), heads.end()), heads.end());
    const auto seen = repository.read(heads);
    if (!seen) return seen.error();
    for (std::size_t at = 0; at < all.size(); ++at) all[at].at = *seen->find(commits[at]);
    return whole_history{repository, *seen, asked, std::move(all)}.run(each);
}

}  // namespace slipway::reconcile

#include "commands/changelog/landed.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

#include "commands/changelog/messages.hpp"

namespace slipway::changelog {
namespace {

using detail::revert_claim;

/// The known requests by every commit id that speaks for them.
class request_index {
public:
    explicit request_index(const std::vector<known_request>& known) {
        for (const auto& each : known) {
            if (!each.merged) continue;  // an open request's head may sit inside somebody else's branch
            note(merged_as_, each.merge_commit, each);
            note(merged_as_, each.squash_commit, each);
            note(contains_, each.head, each);
            for (const auto& id : each.commits) note(contains_, id, each);
            titles_[each.title.raw()].push_back(&each);
        }
    }
    const known_request* merged_as(const std::string& id) const { return find(merged_as_, id); }
    const known_request* owner_of(const std::string& id) const { return find(contains_, id); }
    /// Only when exactly one merged request has that title.
    const known_request* with_title(const std::string& title) const {
        const auto found = titles_.find(title);
        return found != titles_.end() && found->second.size() == 1 ? found->second.front() : nullptr;
    }
    /// The request a cherry-picked commit came from; `source` may be abbreviated.
    const known_request* source_of(const std::string& source) const {
        for (const auto* ids : {&merged_as_, &contains_}) {
            for (const auto& [id, request] : *ids) {
                if (id.starts_with(source)) return request;
            }
        }
        return nullptr;
    }

private:
    using by_id = std::unordered_map<std::string, const known_request*>;
    static void note(by_id& ids, const std::string& id, const known_request& request) {
        // Stacked requests share commits: a commit belongs to the one that was opened first.
        if (!id.empty()) ids.emplace(id, &request);
    }
    static const known_request* find(const by_id& ids, const std::string& id) {
        const auto found = ids.find(id);
        return found == ids.end() ? nullptr : found->second;
    }
    by_id merged_as_;
    by_id contains_;
    std::map<std::string, std::vector<const known_request*>> titles_;
};

bool is_ours(const request_reference& named, const attribution_settings& settings) {
    return named.project.empty() || named.project == settings.project_path ||
           std::ranges::find(settings.aliases, named.project) != settings.aliases.end();
}

/// Collects who speaks for which request in one landing; the strongest evidence wins.
class attributing {
public:
    attributing(const request_index& index, const attribution_settings& settings, landed_change& into)
        : index_{index}, settings_{settings}, into_{into} {}

    void look_at(const range_landing& landing) {
        look_at_ids(landing.tip, /*through=*/false);
        look_at_message(landing.tip, /*through=*/false);
        for (const auto& each : landing.brought) {
            const bool is_second_parent = landing.tip.parents.size() > 1 && landing.tip.parents[1] == each.id;
            look_at_ids(each, /*through=*/!is_second_parent);
            look_at_message(each, /*through=*/true);
        }
        if (into_.requests.empty()) look_at_source(landing.tip);
        settle();
    }

private:
    void look_at_ids(const range_commit& commit, bool through) {
        const auto note = [&](const known_request* found, evidence how) {
            if (found != nullptr) add(found->iid, how, commit, through || goes_elsewhere(*found));
        };
        note(index_.merged_as(commit.id), evidence::merge_id);
        note(index_.owner_of(commit.id), evidence::head);
    }
    /// Merged into another branch, so it can only have landed here inside another request.
    bool goes_elsewhere(const known_request& request) const {
        return !settings_.target_branch.empty() && !request.target_branch.empty() &&
               request.target_branch != settings_.target_branch;
    }
    void look_at_message(const range_commit& commit, bool through) {
        for (const auto& named : references_in(commit.message.raw())) {
            if (is_ours(named, settings_))
                add(named.iid, named.how, commit, through);
            else
                into_.foreign.push_back(named.project + "!" + std::to_string(named.iid));
        }
    }
    void look_at_source(const range_commit& tip) {
        const auto source = detail::cherry_pick_source(tip.message.raw());
        if (source.empty()) return;
        if (const auto* origin = index_.source_of(source)) add(origin->iid, evidence::cherry_pick, tip, false);
    }
    void add(std::int64_t iid, evidence how, const range_commit& commit, bool through) {
        const auto same = std::ranges::find(into_.requests, iid, &attribution::iid);
        if (same == into_.requests.end()) {
            into_.requests.push_back({iid, how, commit.id, through});
            return;
        }
        same->through = same->through && through;
        if (how >= same->how) return;
        same->how = how;
        same->commit = commit.id;
    }
    /// The outer request first. A single request is the outer one however it was found.
    void settle() {
        auto& all = into_.requests;
        std::ranges::sort(all, {},
                          [](const attribution& each) { return std::tuple{each.through, each.how, each.iid}; });
        if (!all.empty()) all.front().through = false;
    }

    const request_index& index_;
    const attribution_settings& settings_;
    landed_change& into_;
};

bool is_housekeeping(const range_commit& tip, const attribution_settings& settings) {
    const auto subject = detail::subject_of(tip.message.raw());
    const auto begins = [subject](const std::string& beginning) { return subject.starts_with(beginning); };
    const auto allowed = [&settings](const std::string& path) {
        return std::ranges::any_of(settings.housekeeping_paths, [&path](const std::string& each) {
            return path == each || (each.ends_with('/') && path.starts_with(each));
        });
    };
    return std::ranges::any_of(settings.housekeeping_subjects, begins) && std::ranges::all_of(tip.paths, allowed);
}

/// What a landing takes back: its own claim, or those of its commits when every one of them is a revert.
std::vector<revert_claim> claims_of(const range_landing& landing) {
    const auto own = detail::revert_in(landing.tip.message.raw());
    std::vector<revert_claim> claims;
    for (const auto& each : landing.brought) {
        if (each.parents.size() > 1) continue;
        auto claim = detail::revert_in(each.message.raw());
        if (!claim.any()) return own.any() ? std::vector{own} : std::vector<revert_claim>{};
        claims.push_back(std::move(claim));
    }
    if (own.any() && (own.request != 0 || !own.commit.empty() || claims.empty())) return {own};
    return claims;
}

struct revert_target {
    std::size_t position = 0;
    bool whole = true;
};

/// Where in the range the claimed change landed, at or below `from` (older).
std::optional<revert_target> find_target(const revert_claim& claim, std::size_t from,
                                         const std::vector<range_landing>& landings,
                                         const std::vector<landed_change>& changes) {
    std::vector<revert_target> by_subject;
    for (std::size_t each = from; each < landings.size(); ++each) {
        const auto& landing = landings[each];
        if (!claim.commit.empty()) {
            if (landing.tip.id.starts_with(claim.commit)) return revert_target{each, true};
            const auto inside = [&claim](const range_commit& one) { return one.id.starts_with(claim.commit); };
            if (std::ranges::any_of(landing.brought, inside)) return revert_target{each, landing.brought.size() == 1};
        } else if (claim.request != 0) {
            const auto& requests = changes[each].requests;
            const auto named = std::ranges::find(requests, claim.request, &attribution::iid);
            if (named != requests.end()) return revert_target{each, !named->through};
        } else if (detail::subject_of(landing.tip.message.raw()) == claim.subject ||
                   detail::title_in(landing.tip.message.raw()) == claim.subject) {
            by_subject.push_back({each, true});
        }
    }
    if (by_subject.size() == 1) return by_subject.front();  // two of the same name: a person must look
    return std::nullopt;
}

std::string outside_name(const revert_claim& claim) {
    if (claim.request != 0) return "!" + std::to_string(claim.request);
    return claim.commit.empty() ? "\"" + claim.subject + "\"" : claim.commit;
}

/// Newest to oldest: when a revert is reached, all that could have taken it back has been looked at, so reverts of
/// reverts need no special case.
void settle_reverts(const std::vector<range_landing>& landings, std::vector<landed_change>& changes) {
    for (std::size_t each = 0; each < landings.size(); ++each) {
        auto& change = changes[each];
        for (const auto& claim : claims_of(landings[each])) {
            change.kind = landed_kind::revert;
            const auto target = find_target(claim, each + 1, landings, changes);
            if (!target) {
                change.reverts_outside = outside_name(claim);
                continue;
            }
            change.reverts = landings[target->position].tip.id;
            if (!change.alive()) continue;
            auto& taken_back = changes[target->position];
            if (target->whole)
                taken_back.reverted_by = change.commit;
            else
                taken_back.partly_reverted = true;
        }
    }
}

/// A direct commit with the title of exactly one request that landed nowhere else: suspected.
void suspect_by_title(const request_index& index, std::vector<landed_change>& changes) {
    std::set<std::int64_t> landed;
    for (const auto& each : changes) {
        for (const auto& request : each.requests) landed.insert(request.iid);
    }
    for (auto& each : changes) {
        if (each.kind != landed_kind::direct) continue;
        const auto* same = index.with_title(each.subject.raw());
        if (same != nullptr && !landed.contains(same->iid)) {
            each.requests.push_back({same->iid, evidence::title, each.commit, false});
        }
    }
}

}  // namespace

bool needs_paths(const range_commit& commit, const attribution_settings& settings) {
    const auto subject = detail::subject_of(commit.message.raw());
    const auto begins = [subject](const std::string& beginning) { return subject.starts_with(beginning); };
    return std::ranges::any_of(settings.housekeeping_subjects, begins) || !settings.housekeeping.empty();
}

std::vector<landed_change> landed_changes(const std::vector<range_landing>& newest_first,
                                          const std::vector<known_request>& known, const attribution_settings& settings,
                                          const range_surroundings&) {
    const request_index index{known};
    std::vector<landed_change> changes;
    for (const auto& landing : newest_first) {
        landed_change change;
        change.commit = landing.tip.id;
        change.subject = untrusted{std::string{detail::subject_of(landing.tip.message.raw())}};
        change.title = untrusted{detail::title_in(landing.tip.message.raw())};
        attributing{index, settings, change}.look_at(landing);
        if (!change.requests.empty())
            change.kind = landed_kind::request;
        else if (is_housekeeping(landing.tip, settings))
            change.kind = landed_kind::housekeeping;
        changes.push_back(std::move(change));
    }
    settle_reverts(newest_first, changes);
    suspect_by_title(index, changes);
    return changes;
}

reconciliation reconcile(const std::vector<landed_change>& landed, const std::vector<known_request>& known,
                         std::int64_t milestone_id) {
    std::set<std::int64_t> alive;
    std::set<std::int64_t> dead;
    reconciliation found;
    for (const auto& each : landed) {
        bool proven = false;
        for (const auto& request : each.requests) {
            if (request.how == evidence::title) continue;
            proven = true;
            (each.alive() ? alive : dead).insert(request.iid);
        }
        const bool explained =
            proven || each.kind == landed_kind::housekeeping || !each.reverts.empty() || !each.alive();
        if (!explained) found.unexplained.push_back(each.commit);
    }
    std::set<std::int64_t> members;
    for (const auto& each : known) {
        if (each.milestone_id != milestone_id) continue;
        members.insert(each.iid);
        if (!each.merged)
            found.not_merged.push_back(each.iid);
        else if (alive.contains(each.iid))
            found.agreed.push_back(each.iid);
        else if (!dead.contains(each.iid))
            found.not_landed.push_back(each.iid);
    }
    for (const auto iid : alive) {
        if (!members.contains(iid)) found.other_milestone.push_back(iid);
    }
    for (const auto iid : dead) {
        if (!alive.contains(iid)) found.reverted.push_back(iid);
    }
    return found;
}

}  // namespace slipway::changelog

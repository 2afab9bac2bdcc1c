// merge_requests: the milestone's merge requests, each merged, rebased or moved to the next milestone by a person's
// click, guarded by the head they saw. After each the list is read again: a merge may make the others need a rebase.
#include <algorithm>
#include <set>

#include "commands/steps/common.hpp"
#include "commands/steps/merge/next_milestone.hpp"
#include "commands/steps/merge/request_words.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

using gitlab::merge_request_state;
using release::side_effect;

std::string id_of(const gitlab::merge_request& from) {
    return "!" + std::to_string(from.iid);
}

release::choice make_choice(std::string id, std::string label, std::vector<std::string> roles, side_effect effect) {
    release::choice made;
    made.id = std::move(id);
    made.label = std::move(label);
    made.roles = std::move(roles);
    made.effect = effect;
    return made;
}

void offer(release::item_state& item, const gitlab::merge_request& from, const std::optional<gitlab::milestone>& next) {
    if (from.status == gitlab::merge_status::mergeable) {
        auto merge = make_choice("merge", "Merge", {"release-manager", "developer"}, side_effect::irreversible);
        merge.style = "primary";
        item.choices.push_back(std::move(merge));
    }
    if (from.status == gitlab::merge_status::needs_rebase) {
        auto rebase = make_choice("rebase", "Rebase", {"release-manager", "developer"}, side_effect::reversible);
        rebase.settles = false;
        item.choices.push_back(std::move(rebase));
    }
    auto move = make_choice("move-out", next ? "Move to " + next->title.raw() : std::string{"Take out"},
                            {"release-manager"}, side_effect::reversible);
    move.needs_reason = true;
    if (next) item.data["next"] = next->id;
    item.choices.push_back(std::move(move));
}

release::item_state as_item(const gitlab::merge_request& from, const gitlab::approvals* approved,
                            const release::project_settings& project, const std::optional<gitlab::milestone>& next) {
    release::item_state item;
    item.id = id_of(from);
    item.title = from.title;
    item.url = from.web_url.empty() ? "" : from.web_url + "/diffs";
    item.fingerprint = fingerprint({item.id, from.head, from.status_text, from.title.raw()}).substr(0, 16);
    item.data["iid"] = from.iid;
    item.data["head"] = from.head;
    item.data["author"] = from.author.username;
    item.data["milestone"] = from.milestone_id;
    item.details.push_back("by " + from.author.username);
    if (from.state == merge_request_state::merged) {
        item.status = release::item_status::done;
        item.text = "merged";
        item.data["merge_commit"] = from.merge_commit;
        return item;
    }
    if (from.state == merge_request_state::closed) {
        item.status = release::item_status::done;
        item.text = "closed without merging";
        return item;
    }
    for (auto& each : details_of(from, approved, project)) item.details.push_back(std::move(each));
    offer(item, from, next);
    return item;
}

class merge_requests final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("merge_requests", release::step_class::action, true, true, side_effect::irreversible);
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        return "list the merge requests of milestone " + project.milestone_title(version) +
               "; each is merged by a click, guarded by its head";
    }

    task<result<look_outcome>> look(context here) override {
        if (here.with.gitlab == nullptr) co_return not_configured("GitLab", "gitlab.project");
        const auto project = number_at(here.state->facts, "gitlab_project");
        const auto all = co_await here.with.gitlab->merge_requests_of(project, milestone_of(*here.state));
        if (!all) co_return all.error();
        std::optional<gitlab::milestone> next;
        const auto is_open = [](const gitlab::merge_request& each) {
            return each.state == merge_request_state::opened;
        };
        if (std::ranges::any_of(*all, is_open)) {
            const auto planned = co_await here.with.gitlab->open_milestones(project);
            if (!planned) co_return planned.error();
            next = next_milestone(*planned, *here.project, here.state->version,
                                  number_at(here.state->facts, "milestone_id"));
        }
        look_outcome seen;
        std::size_t open = 0;
        for (const auto& each : *all) {
            if (!is_open(each)) {
                seen.items.push_back(as_item(each, nullptr, *here.project, next));
                continue;
            }
            ++open;
            const auto fresh = co_await here.with.gitlab->read_merge_request(project, each.iid);
            if (!fresh) co_return fresh.error();
            const auto approved = co_await here.with.gitlab->approvals_of(project, each.iid);
            // Without its approvals it is still a merge request; whatever forbids them does not forbid the list.
            const bool readable = approved || approved.error() == errc::not_found || approved.error() == errc::refused;
            if (!readable) co_return approved.error();
            seen.items.push_back(as_item(*fresh, approved ? &*approved : nullptr, *here.project, next));
        }
        sum_up(seen, open);
        std::set<std::string> labels;
        for (const auto& each : *all) labels.insert(each.labels.begin(), each.labels.end());
        seen.facts["labels"] = json::array(labels.begin(), labels.end());  // for `when: {label: …}`
        co_return seen;
    }

    /// The step itself has nothing left to do once no item blocks it.
    task<result<outcome>> perform(context here, act intent) override {
        outcome done;
        if (intent.item.empty()) {
            done.text = "all dealt with";
            co_return done;
        }
        const auto project = number_at(here.state->facts, "gitlab_project");
        const auto* item = here.step.item(intent.item);
        if (item == nullptr) co_return failure{errc::not_found, intent.item + " is not in the milestone any more"};
        const auto iid = number_at(item->data, "iid");
        if (intent.choice == "move-out") {
            const auto moved = co_await here.with.gitlab->set_milestone(project, iid, number_at(item->data, "next"));
            if (!moved) co_return moved.error();
            done.text = moved_words(*moved, intent.reason);
            co_return done;
        }
        if (intent.choice == "rebase") co_return co_await rebase(std::move(here), iid, text_at(item->data, "head"));
        const auto merged = co_await here.with.gitlab->merge(project, iid, text_at(item->data, "head"));
        if (!merged) co_return merged.error();
        if (merged->state != merge_request_state::merged)
            co_return failure{errc::lost,
                              "GitLab took the merge of " + item->id + " but does not show it as merged yet"};
        done.text = "merged";
        done.data["merge_commit"] = merged->merge_commit;
        co_return done;
    }

    task<result<probe_outcome>> probe(context here, act intent) override {
        probe_outcome seen;
        if (intent.item.empty()) co_return seen;
        const auto* item = here.step.item(intent.item);
        if (item == nullptr) co_return seen;
        const auto project = number_at(here.state->facts, "gitlab_project");
        const auto now = co_await here.with.gitlab->read_merge_request(project, number_at(item->data, "iid"));
        if (!now) co_return now.error();
        if (intent.choice == "move-out")
            probe_move(*now, *item, intent, seen);
        else if (intent.choice == "rebase")
            probe_rebase(*now, *item, seen);
        else
            probe_merge(*now, *item, seen);
        co_return seen;
    }

private:
    static void sum_up(look_outcome& seen, std::size_t open) {
        seen.complete = open == 0;
        const auto merged =
            std::ranges::count_if(seen.items, [](const release::item_state& each) { return each.text == "merged"; });
        seen.found.summary =
            open == 0 ? count(static_cast<std::size_t>(merged), "merge request") + " merged"
                      : count(open, "merge request") + " of " + std::to_string(seen.items.size()) + " still open";
        std::string shown;
        for (const auto& each : seen.items) shown += each.fingerprint;
        seen.found.fingerprint = sha256_hex(shown).substr(0, 16);
    }

    static std::string moved_words(const gitlab::merge_request& now, const std::string& reason) {
        return (now.milestone_id == 0 ? std::string{"taken out of the milestone"}
                                      : "moved to " + now.milestone_title.raw()) +
               ": " + reason;
    }

    static void probe_move(const gitlab::merge_request& now, const release::item_state& item, const act& intent,
                           probe_outcome& seen) {
        const auto wanted = number_at(item.data, "next");
        if (now.milestone_id == wanted) {
            seen.what = answer::done;
            seen.text = moved_words(now, intent.reason);
        } else if (now.milestone_id != number_at(item.data, "milestone")) {
            seen.what = answer::different;
            seen.text = "somebody put " + item.id + " into " +
                        (now.milestone_id == 0 ? std::string{"no milestone"} : now.milestone_title.raw()) +
                        " meanwhile";
        }
    }

    static void probe_rebase(const gitlab::merge_request& now, const release::item_state& item, probe_outcome& seen) {
        if (now.head == text_at(item.data, "head")) return;
        seen.what = answer::done;
        seen.text = "its head is " + short_id(now.head) + " now";
    }

    static void probe_merge(const gitlab::merge_request& now, const release::item_state& item, probe_outcome& seen) {
        if (now.state == merge_request_state::merged) {
            const bool same = now.head == text_at(item.data, "head");
            seen.what = same ? answer::done : answer::different;
            seen.text = same ? "merged"
                             : item.id + " was merged with another head (" + short_id(now.head) +
                                   ") than the one that was shown";
            seen.data["merge_commit"] = now.merge_commit;
        } else if (now.state == merge_request_state::closed) {
            seen.what = answer::different;
            seen.text = item.id + " was closed meanwhile";
        }
    }

    /// GitLab rebases in the background: a new head, or its reason why not.
    static task<result<outcome>> rebase(context here, std::int64_t iid, std::string head) {
        const auto project = number_at(here.state->facts, "gitlab_project");
        const auto asked = co_await here.with.gitlab->rebase(project, iid);
        if (!asked) co_return asked.error();
        constexpr int most_looks = 20;
        outcome done;
        for (int each = 0; each < most_looks; ++each) {
            const auto now = co_await here.with.gitlab->read_merge_request(project, iid);
            if (!now) co_return now.error();
            if (now->head != head) {
                done.text = "rebased: its head is " + short_id(now->head) + " now, look at it and merge";
                co_return done;
            }
            if (!now->merge_error.empty())
                co_return failure{errc::refused, "GitLab could not rebase it: " + now->merge_error.raw() +
                                                     ". Its author has to do it by hand"};
            co_await here.with.time->sleep(milliseconds{1'000});
        }
        co_return failure{errc::timed_out, "GitLab took the rebase but the head has not changed yet; look again soon"};
    }
};

}  // namespace

std::unique_ptr<step_kind> create_merge_requests() {
    return std::make_unique<merge_requests>();
}

}  // namespace slipway::steps

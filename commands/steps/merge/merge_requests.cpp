// merge_requests: the milestone's merge requests, each merged or moved out by a person's click, guarded by the head
// they saw.
#include <algorithm>

#include "commands/steps/common.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

using gitlab::merge_request_state;

std::string id_of(const gitlab::merge_request& from) {
    return "!" + std::to_string(from.iid);
}

release::item_state as_item(const gitlab::merge_request& from, const gitlab::approvals* approved) {
    release::item_state item;
    item.id = id_of(from);
    item.title = from.title;
    item.url = from.web_url;
    item.fingerprint = fingerprint({item.id, from.head, from.status_text, from.title.raw()}).substr(0, 16);
    item.data["iid"] = from.iid;
    item.data["head"] = from.head;
    item.data["author"] = from.author.username;
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
    item.details.push_back(from.status == gitlab::merge_status::mergeable
                               ? "ready to merge"
                               : gitlab::to_words(from.status, from.status_text));
    if (approved != nullptr && !approved->by.empty()) {
        std::string names;
        for (const auto& each : approved->by) names += (names.empty() ? "" : ", ") + each.username;
        item.details.push_back("approved by " + names);
    } else if (approved != nullptr && approved->left > 0) {
        item.details.push_back(count(static_cast<std::size_t>(approved->left), "approval") + " missing");
    }
    if (!from.pipeline_status.empty()) item.details.push_back("pipeline " + from.pipeline_status);
    if (from.status == gitlab::merge_status::mergeable)
        item.choices.push_back({"merge",
                                "Merge",
                                "primary",
                                false,
                                {"release-manager", "developer"},
                                true,
                                release::side_effect::irreversible});
    item.choices.push_back(
        {"move-out", "Move out", "", true, {"release-manager"}, true, release::side_effect::reversible});
    return item;
}

class merge_requests final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("merge_requests", release::step_class::action, true, true,
                          release::side_effect::irreversible);
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
        look_outcome seen;
        std::size_t open = 0;
        for (const auto& each : *all) {
            if (each.state != merge_request_state::opened) {
                seen.items.push_back(as_item(each, nullptr));
                continue;
            }
            ++open;
            const auto fresh = co_await here.with.gitlab->read_merge_request(project, each.iid);
            if (!fresh) co_return fresh.error();
            const auto approved = co_await here.with.gitlab->approvals_of(project, each.iid);
            seen.items.push_back(as_item(*fresh, approved ? &*approved : nullptr));
        }
        seen.complete = open == 0;
        const auto merged =
            std::ranges::count_if(seen.items, [](const release::item_state& each) { return each.text == "merged"; });
        seen.found.summary =
            open == 0 ? count(static_cast<std::size_t>(merged), "merge request") + " merged"
                      : count(open, "merge request") + " of " + std::to_string(seen.items.size()) + " still open";
        std::string shown;
        for (const auto& each : seen.items) shown += each.fingerprint;
        seen.found.fingerprint = sha256_hex(shown).substr(0, 16);
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
            const auto moved = co_await here.with.gitlab->set_milestone(project, iid, 0);
            if (!moved) co_return moved.error();
            done.text = "moved out of the milestone: " + intent.reason;
            co_return done;
        }
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
        if (intent.choice == "move-out") {
            seen.what =
                now->milestone_id == number_at(here.state->facts, "milestone_id") ? answer::not_done : answer::done;
            seen.text = "moved out of the milestone: " + intent.reason;
            co_return seen;
        }
        if (now->state == merge_request_state::merged) {
            const bool same = now->head == text_at(item->data, "head");
            seen.what = same ? answer::done : answer::different;
            seen.text = same ? "merged"
                             : item->id + " was merged with another head (" + short_id(now->head) +
                                   ") than the one that was shown";
            seen.data["merge_commit"] = now->merge_commit;
        } else if (now->state == merge_request_state::closed) {
            seen.what = answer::different;
            seen.text = item->id + " was closed meanwhile";
        }
        co_return seen;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_merge_requests() {
    return std::make_unique<merge_requests>();
}

}  // namespace slipway::steps

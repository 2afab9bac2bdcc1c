// reconcile: the milestone and what landed since the previous tag, both ways. Every difference is a row that people
// decide; what they accept holds for this candidate alone.
#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/dependencies/submodules.hpp"
#include "commands/steps/merge/next_milestone.hpp"
#include "commands/steps/merge/reconcile_rows.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

const std::vector<std::string> deciders{"release-manager", "developer"};

release::choice make_choice(std::string id, std::string label, release::side_effect effect) {
    release::choice made;
    made.id = std::move(id);
    made.label = std::move(label);
    made.roles = deciders;
    made.effect = effect;
    return made;
}

/// Everything a row's item needs that is the same for all rows.
struct surroundings {
    std::string head;
    std::int64_t milestone = 0;
    std::string milestone_title;
    std::optional<gitlab::milestone> next;
    std::string web_root;  ///< of the GitLab project
};

/// Did people settle exactly this row, for this candidate? Then it stays settled.
bool is_accepted(const release::item_state* before, const std::string& fingerprint) {
    return before != nullptr && before->status == release::item_status::done && before->chosen == "accept" &&
           before->fingerprint == fingerprint;
}

/// An issue that somebody ticked needs no second look, whatever is merged meanwhile.
bool is_ticked(const release::item_state* before, const reconcile_row& row) {
    return row.what == row_class::no_code && before != nullptr && before->status == release::item_status::done;
}

bool can_move(row_class what) {
    return what == row_class::missing || what == row_class::not_merged || what == row_class::wrong_target ||
           what == row_class::reverted;
}

void offer(release::item_state& item, const reconcile_row& row, const surroundings& around, bool unasked) {
    using release::side_effect;
    const bool addable = row.what == row_class::no_milestone || row.what == row_class::other_milestone;
    if (addable) {
        auto add = make_choice("add", "Add to " + around.milestone_title, side_effect::reversible);
        add.style = "primary";
        item.choices.push_back(std::move(add));
    }
    if (can_move(row.what) && around.next)
        item.choices.push_back(make_choice("move", "Move to " + around.next->title.raw(), side_effect::reversible));
    if (row.what == row_class::closed || row.what == row_class::already_shipped || (can_move(row.what) && !around.next))
        item.choices.push_back(
            make_choice("take-out", "Take out of " + around.milestone_title, side_effect::reversible));
    if (unasked) {
        auto again = make_choice("look-again", "Ask GitLab", side_effect::none);
        again.settles = false;
        item.choices.push_back(std::move(again));
    }
    if (row.what == row_class::no_code) {
        // Nothing waits for it, so it may still be ticked when the step is done.
        auto tick = make_choice("tick", "Needs no code", side_effect::none);
        tick.lasting = true;
        item.choices.push_back(std::move(tick));
    }
    if (!row.blocking) return;
    auto accept = make_choice("accept", "Accept as it is", side_effect::none);
    accept.needs_reason = true;
    item.choices.push_back(std::move(accept));
}

release::item_state as_item(const reconcile_row& row, const gitlab::merge_request* request, const surroundings& around,
                            const release::item_state* before, bool unasked) {
    release::item_state item;
    item.id = row.id;
    item.title = row.title;
    item.bound = row.what != row_class::no_code;
    item.blocking = row.blocking;
    item.url = row.url;
    if (request != nullptr) item.url = request->web_url;
    if (item.url.empty() && !row.commit.empty() && !around.web_root.empty())
        item.url = around.web_root + "/-/commit/" + row.commit;
    item.details.push_back(row.what == row_class::no_milestone
                               ? "in the diff, in no milestone"
                               : std::string{to_words(row.list)} + ": " + std::string{to_words(row.what)});
    for (const auto& each : row.evidence) item.details.push_back(each);
    if (request != nullptr && !request->author.username.empty())
        item.details.push_back("by " + request->author.username);
    item.data["class"] = to_words(row.what);
    item.data["iid"] = row.iid;
    item.data["milestone"] = request == nullptr ? 0 : request->milestone_id;
    if (around.next) item.data["next"] = around.next->id;
    // Whatever was done to it, it is on the list again: the earlier answer is not about this.
    const bool returned =
        before != nullptr && before->status == release::item_status::done && before->chosen != "accept";
    item.fingerprint = fingerprint({row.id, to_words(row.what), around.head, std::to_string(around.milestone),
                                    row.commit, returned ? std::to_string(before->attempt) : ""})
                           .substr(0, 16);
    if (is_ticked(before, row) || is_accepted(before, item.fingerprint)) {
        item.status = release::item_status::done;
        item.text = before->text;
        return item;
    }
    offer(item, row, around, unasked);
    return item;
}

std::string sum_up(const reconciled& seen, std::size_t open, std::size_t accepted) {
    auto words = count(seen.agreed, "merge request") + " in milestone and diff";
    if (open > 0) words += "; " + count(open, "difference") + " to decide";
    if (accepted > 0) words += "; " + count(accepted, "difference") + " accepted";
    if (open == 0 && accepted == 0) words += ", no difference";
    return words;
}

class reconcile final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("reconcile", release::step_class::action, true, true, release::side_effect::reversible);
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        return "compare milestone " + project.milestone_title(version) +
               " with what landed since the previous tag, both ways; every difference needs a decision";
    }

    task<result<look_outcome>> look(context here) override {
        if (here.with.gitlab == nullptr) co_return not_configured("GitLab", "gitlab.project");
        auto range = release_range(here);
        if (!range) co_return range.error();
        range->scope = landed_scope::milestone;
        const auto found = co_await read_landed(here, std::move(*range));
        if (!found) co_return found.error();
        surroundings around;
        around.head = found->head;
        around.milestone = number_at(here.state->facts, "milestone_id");
        around.milestone_title = here.state->fact("milestone_title");
        around.web_root = here.state->fact("gitlab_url");
        const auto open = co_await here.with.gitlab->open_milestones(number_at(here.state->facts, "gitlab_project"));
        if (!open) co_return open.error();
        around.next = next_milestone(*open, *here.project, here.state->version, around.milestone);
        const auto git = co_await here.with.clone->ready();
        if (!git) co_return git.error();
        const auto moved = co_await read_submodules(here, *git, found->base, found->head, submodule_scope::whole_range);
        if (!moved) co_return moved.error();
        auto seen =
            reconcile_rows(*found, around.milestone, here.project->gitlab.project, here.project->repository.trunk);
        for (auto& each : submodule_rows(*moved)) seen.rows.push_back(std::move(each));
        co_return judge(here, *found, seen, around);
    }

    task<result<probe_outcome>> probe(context here, act intent) override {
        probe_outcome seen;
        const auto* item = here.step.item(intent.item);
        if (item == nullptr || !changes_milestone(intent.choice)) co_return seen;
        const auto wanted = target_of(here, intent.choice, *item);
        const auto now = co_await here.with.gitlab->read_merge_request(number_at(here.state->facts, "gitlab_project"),
                                                                       number_at(item->data, "iid"));
        if (!now) co_return now.error();
        if (now->milestone_id == wanted) {
            seen.what = answer::done;
            seen.text = words_for(here, intent, now->milestone_title.raw());
        } else if (now->milestone_id != number_at(item->data, "milestone")) {
            seen.what = answer::different;
            seen.text = "somebody put " + item->id + " into milestone " +
                        (now->milestone_id == 0 ? std::string{"none"} : now->milestone_title.raw()) + " meanwhile";
        }
        co_return seen;
    }

    task<result<outcome>> perform(context here, act intent) override {
        if (intent.item.empty()) co_return co_await confirm_nothing_is_open(std::move(here));
        outcome done;
        const auto* item = here.step.item(intent.item);
        if (item == nullptr) co_return failure{errc::not_found, intent.item + " is not on the list any more"};
        if (changes_milestone(intent.choice)) {
            const auto moved = co_await here.with.gitlab->set_milestone(number_at(here.state->facts, "gitlab_project"),
                                                                        number_at(item->data, "iid"),
                                                                        target_of(here, intent.choice, *item));
            if (!moved) co_return moved.error();
            done.text = words_for(here, intent, moved->milestone_title.raw());
        } else if (intent.choice == "accept") {
            done.text = text_at(item->data, "class") + ", accepted: " + intent.reason;
        } else if (intent.choice == "tick") {
            done.text = "needs no code";
        } else {
            done.text = "asked again";
        }
        co_return done;
    }

private:
    static bool changes_milestone(const std::string& choice) {
        return choice == "add" || choice == "move" || choice == "take-out";
    }
    static std::int64_t target_of(const context& here, const std::string& choice, const release::item_state& item) {
        if (choice == "add") return number_at(here.state->facts, "milestone_id");
        return choice == "move" ? number_at(item.data, "next") : 0;
    }
    static std::string words_for(const context& here, const act& intent, const std::string& title) {
        if (intent.choice == "add") return "added to " + here.state->fact("milestone_title");
        return intent.choice == "move" ? "moved to " + title : "taken out of " + here.state->fact("milestone_title");
    }

    static look_outcome judge(const context& here, const landed_set& found, const reconciled& seen,
                              const surroundings& around) {
        look_outcome made;
        std::size_t open = 0;
        std::size_t accepted = 0;
        std::string shown = found.head;
        for (const auto& row : seen.rows) {
            const auto known = row.iid == 0 ? found.requests.end() : found.requests.find(row.iid);
            const bool unasked = std::ranges::find(found.unasked, row.commit) != found.unasked.end();
            made.items.push_back(as_item(row, known == found.requests.end() ? nullptr : &known->second, around,
                                         here.step.item(row.id), unasked));
            const auto& item = made.items.back();
            const bool done = item.status == release::item_status::done;
            accepted += done && row.blocking ? 1 : 0;
            open += !done && row.blocking ? 1 : 0;
            shown += item.fingerprint;
        }
        made.found.summary = sum_up(seen, open, accepted);
        made.found.fingerprint = sha256_hex(shown).substr(0, 16);
        made.found.data["asked"] = found.asked;
        made.facts["reconciled"] = open == 0 ? found.head : "";
        // With a gate people look at the whole before it is settled; without one nothing is left to ask.
        made.complete = open == 0 && here.rule.gate.empty();
        return made;
    }

    /// Between the last look and now somebody may have changed GitLab: nothing is done on old knowledge.
    task<result<outcome>> confirm_nothing_is_open(context here) {
        const auto seen = co_await look(std::move(here));
        if (!seen) co_return seen.error();
        const auto open = std::ranges::count_if(seen->items, [](const release::item_state& each) {
            return each.blocking && each.status == release::item_status::open;
        });
        if (open > 0)
            co_return failure{errc::moved, count(static_cast<std::size_t>(open), "difference") +
                                               " appeared after the last look: `/release retry` this step shows them"};
        outcome done;
        done.text = seen->found.summary;
        done.facts = seen->facts;
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_reconcile() {
    return std::make_unique<reconcile>();
}

}  // namespace slipway::steps

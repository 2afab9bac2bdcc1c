// dependencies: what the milestone depends on gets into its own stable branch, one repository at a time (P6).
#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/dependencies/linked.hpp"
#include "commands/steps/dependencies/stable_merge.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::steps {
namespace {

using release::item_state;
using release::item_status;

release::choice merge_choice(const std::string& branch) {
    release::choice made;
    made.id = "merge";
    made.label = "Merge into " + branch;
    made.style = "primary";
    made.roles = {"release-manager", "developer"};
    made.effect = release::side_effect::irreversible;
    return made;
}

release::choice leave_out_choice() {
    release::choice made;
    made.id = "leave-out";
    made.label = "Leave out";
    made.needs_reason = true;
    made.roles = {"release-manager"};
    return made;
}

item_state bare_item(const linked_project& from) {
    item_state item;
    item.id = from.path;
    item.url = from.web_url;
    std::string issues;
    for (const auto iid : from.issues) issues += (issues.empty() ? "for #" : ", #") + std::to_string(iid);
    item.details.push_back(issues);
    return item;
}

/// What was already decided about it in this step, as far as it still holds without looking.
bool keep_decision(const item_state* before, item_state& item) {
    if (before == nullptr || before->status != item_status::done || before->chosen != "leave-out") return false;
    item.status = item_status::done;
    item.text = before->text;
    item.fingerprint = before->fingerprint;
    return true;
}

/// The commits that stable has to contain; a sentence when that cannot be said.
task<result<std::string>> choose_sources(linked_project from, git::repository* repository, std::string trunk,
                                         merge_plan& plan, std::vector<std::string>& details) {
    if (from.rule.from == "trunk") {
        if (trunk.empty()) co_return "it has no branch `" + from.rule.trunk + "`";
        plan.sources.push_back(trunk);
        plan.names.push_back("'" + from.rule.trunk + "'");
        for (const auto& each : from.requests)
            if (each.state == gitlab::merge_request_state::opened)
                details.push_back("!" + std::to_string(each.iid) + " is still open, so `" + from.rule.trunk +
                                  "` does not have it");
        co_return std::string{};
    }
    if (from.requests.empty()) co_return std::string{"no merge request of it is named in the issue"};
    for (const auto& each : from.requests) {
        const auto name = "!" + std::to_string(each.iid);
        auto commit = each.head;
        if (each.state == gitlab::merge_request_state::merged && !each.merge_commit.empty())
            commit = each.merge_commit;
        else if (each.state == gitlab::merge_request_state::merged && !each.squash_commit.empty())
            commit = each.squash_commit;
        const auto there = co_await repository->resolve(commit);
        if (!there && !(there.error() == errc::not_found)) co_return there.error();
        if (!there) co_return "the commits of " + name + " are not in its repository (does it come from a fork?)";
        plan.sources.push_back(commit);
        plan.names.push_back(name);
    }
    co_return std::string{};
}

class dependencies_kind final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("dependencies", release::step_class::action, true, true, release::side_effect::irreversible);
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return "for issues labelled `" + project.gitlab.dependency_label + "`: merge each linked project of " +
               project.dependencies.group + " into its stable branch, by a click";
    }

    task<result<look_outcome>> look(context here) override {
        const auto all = co_await find_linked_projects(here);
        if (!all) co_return all.error();
        look_outcome seen;
        json::array facts;
        std::string shown;
        std::size_t open = 0;
        for (const auto& each : *all) {
            auto item = co_await as_item(here, each);
            if (!item) co_return item.error().within(each.path);
            open += item->status == item_status::done ? 0 : 1;
            shown += item->fingerprint;
            facts.push_back(fact_of(each, *item));
            seen.items.push_back(std::move(*item));
        }
        seen.complete = open == 0;
        seen.found.summary =
            all->empty() ? "the milestone depends on no other project"
            : open == 0  ? count(all->size(), "linked project") + " in stable"
                         : std::to_string(open) + " of " + count(all->size(), "linked project") + " not in stable yet";
        seen.found.fingerprint = sha256_hex(shown).substr(0, 16);
        seen.facts["dependencies"] = std::move(facts);
        co_return seen;
    }

    task<result<outcome>> perform(context here, act intent) override {
        outcome done;
        if (intent.item.empty()) {
            done.text = "all linked projects are dealt with";
            co_return done;
        }
        const auto* item = here.step.item(intent.item);
        if (item == nullptr) co_return failure{errc::not_found, intent.item + " is not linked any more"};
        if (intent.choice == "leave-out") {
            done.text = "left out: " + intent.reason;
            co_return done;
        }
        const auto plan = plan_from_json(object_at(item->data, "plan"));
        const auto merged = co_await push_merge(here, plan, intent.intended);
        if (!merged) co_return merged.error();
        done.text = sentence(plan, *merged);
        done.data["merge"] = *merged;
        co_return done;
    }

    task<result<probe_outcome>> probe(context here, act intent) override {
        probe_outcome seen;
        const auto* item = here.step.item(intent.item);
        if (item == nullptr || intent.choice != "merge") co_return seen;
        const auto plan = plan_from_json(object_at(item->data, "plan"));
        const auto found = co_await find_pushed(here, plan, intent.intended);
        if (!found) co_return found.error();
        if (found->empty()) co_return seen;
        seen.what = answer::done;
        seen.text = sentence(plan, *found);
        seen.data["merge"] = *found;
        co_return seen;
    }

private:
    static std::string sentence(const merge_plan& plan, const std::string& merge) {
        return joined(plan.names) + " is in `" + plan.stable_branch + "` as " + short_id(merge);
    }

    static json::value fact_of(const linked_project& from, const item_state& item) {
        json::object made;
        made["project"] = from.id;
        made["path"] = from.path;
        made["branch"] = from.rule.stable;
        made["commit"] = text_at(item.data, "stable");
        made["left_out"] = item.status == item_status::done && item.text.starts_with("left out");
        return made;
    }

    static task<result<item_state>> as_item(context here, linked_project from) {
        auto item = bare_item(from);
        const auto* before = here.step.item(item.id);
        if (keep_decision(before, item)) co_return item;
        item.choices.push_back(leave_out_choice());
        if (from.id == 0) {
            item.details.push_back("there is no such project, or it is not visible to the bot");
            item.fingerprint = "missing";
            co_return item;
        }
        const auto clone = here.with.dependencies->at(from.path, from.url);
        if (!clone) co_return clone.error();
        const auto got = co_await (*clone)->fetch();
        if (!got) co_return got.error();
        const auto open = co_await (*clone)->ready();
        if (!open) co_return open.error();
        merge_plan plan;
        plan.path = from.path;
        plan.url = from.url;
        plan.stable_branch = from.rule.stable;
        plan.stable = head_of(got->remote, from.rule.stable);
        item.data["stable"] = plan.stable;
        std::string problem;
        if (plan.stable.empty()) {
            problem = "it has no branch `" + from.rule.stable + "`";
        } else {
            const auto chosen =
                co_await choose_sources(from, *open, head_of(got->remote, from.rule.trunk), plan, item.details);
            if (!chosen) co_return chosen.error();
            problem = *chosen;
        }
        item.data["plan"] = to_json(plan);
        item.fingerprint = fingerprint({plan.stable, joined(plan.sources), problem}).substr(0, 16);
        if (!problem.empty()) {
            item.details.push_back(problem);
            co_return item;
        }
        const auto settled = co_await is_settled(here, *open, plan, before, item);
        if (!settled) co_return settled.error();
        if (!*settled) {
            const auto offered = co_await offer(here, *open, plan, item);
            if (!offered) co_return offered.error();
        }
        co_return item;
    }

    /// Stable has it: because we merged it, though trunk may have moved on, or because it was there already.
    static task<result<bool>> is_settled(context, git::repository* repository, merge_plan plan,
                                         const item_state* before, item_state& item) {
        const auto merged = before != nullptr ? text_at(before->data, "merge") : std::string{};
        if (!merged.empty()) {
            const auto inside = co_await repository->is_ancestor(merged, plan.stable);
            if (inside && *inside) {
                item.data["merge"] = merged;
                item.status = item_status::done;
                item.text = before->text;
                co_return true;
            }
        }
        for (const auto& each : plan.sources) {
            const auto inside = co_await repository->is_ancestor(each, plan.stable);
            if (!inside) co_return inside.error();
            if (!*inside) co_return false;
        }
        item.status = item_status::done;
        item.text =
            "`" + plan.stable_branch + "` (" + short_id(plan.stable) + ") already contains " + joined(plan.names);
        co_return true;
    }

    /// Says what a merge would bring, and offers it when it works.
    static task<result<>> offer(context here, git::repository* repository, merge_plan plan, item_state& item) {
        const auto apart = co_await repository->compare(plan.sources.back(), plan.stable);
        if (!apart) co_return apart.error();
        item.details.push_back(joined(plan.names) + " → `" + plan.stable_branch +
                               "`: " + count(apart->ahead, "commit"));
        const auto tried = co_await build_merge(here, repository, plan, instant{});
        if (!tried) co_return tried.error();
        if (tried->conflicts.empty()) {
            item.choices.insert(item.choices.begin(), merge_choice(plan.stable_branch));
            co_return result<>{};
        }
        const auto base = co_await repository->merge_base(plan.stable, tried->conflicting_source);
        const auto from = base ? *base : std::string{};
        const auto who =
            co_await last_author(here, repository, from, tried->conflicting_source, tried->conflicts.front());
        if (!who) co_return who.error();
        item.details.push_back(tried->conflicting + " conflicts with `" + plan.stable_branch + "` in " +
                               joined(tried->conflicts) +
                               (who->empty() ? std::string{} : "; " + *who + " changed it last and can resolve it"));
        item.data["conflicts"] = json::array(tried->conflicts.begin(), tried->conflicts.end());
        co_return result<>{};
    }
};

}  // namespace

std::unique_ptr<step_kind> create_dependencies() {
    return std::make_unique<dependencies_kind>();
}

}  // namespace slipway::steps

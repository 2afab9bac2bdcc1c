// scripts: the deployment scripts of the milestone, line by line in order; QA says that they were tested, and the word
// holds for exactly these lines (D3). Also finds out whether the deploy causes downtime.
#include "commands/steps/common.hpp"
#include "commands/steps/runbook/gather.hpp"

namespace slipway::steps {
namespace {

using runbook::line;

std::string tester_role(const release::step_rule& rule) {
    const auto role = text_at(rule.with, "role");
    return role.empty() ? "qa" : role;
}

json::object facts_of(const deploy_script& all) {
    json::object facts;
    facts["downtime"] = all.downtime.empty() ? "no" : "yes";
    facts["downtime_words"] = all.downtime;
    return facts;
}

std::string summary_of(const deploy_script& all) {
    auto text = all.lines.empty() ? std::string{"the milestone has no deployment scripts"}
                                  : count(all.lines.size(), "line") + " of deployment scripts";
    if (all.downtime.empty()) return text + ", no downtime";
    auto why = all.downtime;
    while (why.ends_with('.') || why.ends_with(' ')) why.pop_back();  // the sentence goes on
    return text + ", with downtime (" + why + ")";
}

release::item_state item_of(const context& here, const deploy_script& all) {
    release::item_state item;
    item.id = "scripts";
    item.title = untrusted{"All lines, in order"};
    item.url = here.state->fact("milestone_url");
    item.body = runbook::copyable(all.lines);
    item.file = script_file(here, all.hash);
    item.fingerprint = all.hash;
    item.bound = true;
    item.data["hash"] = all.hash;
    std::size_t by_hand = 0;
    for (const auto& each : all.lines)
        if (!runnable(here, each)) ++by_hand;
    item.details.push_back("hash " + all.hash);
    if (by_hand > 0) item.details.push_back(count(by_hand, "line") + " of them for a person to do by hand");
    const auto role = tester_role(here.rule);
    item.asks = asked_directly(people_of_role(here, role));
    release::choice tested;
    tested.id = "tested";
    tested.label = "Tested on QA";
    tested.style = "primary";
    tested.roles = {role};
    release::choice problem;
    problem.id = "problem";
    problem.label = "Problem";
    problem.style = "danger";
    problem.needs_reason = true;
    problem.settles = false;
    problem.roles = {role};
    item.choices = {std::move(tested), std::move(problem)};
    if (text_at(here.state->facts, signed_fact) == all.hash) {
        item.status = release::item_status::done;
        item.text = "tested on QA";
    }
    return item;
}

class scripts final : public step_kind {
public:
    release::kind_facts facts() const override {
        auto made =
            make_facts("scripts", release::step_class::check, true, false, release::side_effect::none, {"role"});
        made.role_settings = {"role"};
        return made;
    }
    std::string plan(const release::step_rule& rule, const release::project_settings& project,
                     const std::string& version) const override {
        return "show the deployment scripts of milestone " + project.milestone_title(version) + " (section “" +
               project.runbook.section + "”, issues labelled `" + project.runbook.label + "`) in order; " +
               tester_role(rule) + " says that they are tested";
    }
    task<result<look_outcome>> look(context here) override {
        const auto all = co_await gather_script(here);
        if (!all) co_return all.error();
        look_outcome seen;
        seen.found.summary = summary_of(*all);
        seen.found.fingerprint = all->hash;
        seen.facts = facts_of(*all);
        seen.complete = all->lines.empty();
        if (!all->lines.empty()) seen.items.push_back(item_of(here, *all));
        co_return seen;
    }
    task<result<outcome>> perform(context here, act intent) override {
        outcome done;
        if (intent.choice == "problem") {
            done.ok = false;
            done.text = "problem: " + intent.reason;
            co_return done;
        }
        const auto all = co_await gather_script(here);
        if (!all) co_return all.error();
        const auto* item = here.step.item("scripts");
        if (item == nullptr || text_at(item->data, "hash") != all->hash)
            co_return failure{errc::moved, intent.item.empty()
                                               ? "The scripts changed after they were tested. `/release retry " +
                                                     here.rule.id + "` asks again."
                                               : "The scripts have changed since they were shown; read them again."};
        done.text = intent.item.empty() ? summary_of(*all) + ", tested on QA" : "tested on QA";
        done.facts = facts_of(*all);
        done.facts[signed_fact] = all->hash;
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_scripts() {
    return std::make_unique<scripts>();
}

}  // namespace slipway::steps

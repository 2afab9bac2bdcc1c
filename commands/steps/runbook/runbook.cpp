// runbook: when the deploy causes downtime, its scripts in one order: to copy as one block, and each line to run by a
// click (D4). What ran is remembered by line, over restarts and retries; the order holds unless a person says why not.
#include <algorithm>

#include "commands/release/yaml.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/runbook/gather.hpp"
#include "commands/steps/runbook/run_line.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/process/process.hpp"

namespace slipway::steps {
namespace {

using runbook::line;
using runbook::moment;

moment phase_of(const release::step_rule& rule) {
    return text_at(rule.with, "phase") == "after" ? moment::after : moment::before;
}

std::string phase_words(moment when) {
    return when == moment::before ? "before the build" : "after the build";
}

void check_phase(const yaml_value& with) {
    with.at("phase").one_of({"before", "after"});
}

std::string runner_role(const release::step_rule& rule) {
    const auto role = text_at(rule.with, "role");
    return role.empty() ? "developer" : role;
}

release::choice button(std::string id, std::string label, std::string style, const std::string& role) {
    release::choice made;
    made.id = std::move(id);
    made.label = std::move(label);
    made.style = std::move(style);
    made.roles = {role};
    return made;
}

/// One line and its place in the whole.
struct numbered {
    line what;
    std::string id;    ///< "1": its number among all lines
    std::string hash;  ///< of the line, wherever it stands
};

std::vector<numbered> of_phase(const deploy_script& all, moment when) {
    std::vector<numbered> found;
    const auto hashes = runbook::line_hashes(all.lines);
    for (std::size_t i = 0; i < all.lines.size(); ++i)
        if (all.lines[i].when == when) found.push_back({all.lines[i], std::to_string(i + 1), hashes[i]});
    return found;
}

class item_maker {
public:
    explicit item_maker(const context& here) : here_{here}, role_{runner_role(here.rule)} {}

    /// Call it in order: only the first line that is still to be done may be done without a reason.
    release::item_state make(const numbered& from) {
        release::item_state item;
        item.id = from.id;
        item.title = untrusted{from.what.text};
        item.url = from.what.url;
        item.body = from.what.command;
        item.fingerprint = from.hash;
        item.bound = true;
        item.data["hash"] = from.hash;
        item.details.push_back("from " + from.what.source);
        if (const auto* kept = here_.state->facts.if_contains(ran_fact(from.hash))) {
            item.status = release::item_status::done;
            item.text = text_at(*kept, "text");
            return item;
        }
        const auto argv = runnable(here_, from.what);
        if (argv) {
            item.details.push_back("runs " + process::to_words(*argv));
            auto run = button("run", "Run", "primary", role_);
            run.effect = release::side_effect::irreversible;
            item.choices.push_back(std::move(run));
        } else {
            item.details.push_back("by hand: " + argv.error().sentence());
        }
        item.choices.push_back(button("by-hand", "Done by hand", argv ? "" : "primary", role_));
        auto problem = button("problem", "Problem", "danger", role_);
        problem.needs_reason = true;
        problem.settles = false;
        item.choices.push_back(std::move(problem));
        if (waits_) {
            item.details.push_back("its turn is after line " + first_open_ + "; earlier only with a reason");
            for (auto& each : item.choices) each.needs_reason = true;
        } else {
            waits_ = !is_done(item);
            first_open_ = from.id;
        }
        return item;
    }

private:
    /// As the rules will keep it: done for this very line.
    bool is_done(const release::item_state& fresh) const {
        const auto* old = here_.step.item(fresh.id);
        return old != nullptr && old->status == release::item_status::done && old->decided == fresh.fingerprint;
    }

    const context& here_;
    std::string role_;
    bool waits_ = false;
    std::string first_open_;
};

/// The whole as one block and one file; nobody has to decide anything about it.
release::item_state whole(const context& here, const deploy_script& all) {
    release::item_state item;
    item.id = "runbook";
    item.title = untrusted{"All lines in order, to copy"};
    item.url = here.state->fact("milestone_url");
    item.body = runbook::copyable(all.lines);
    item.file = script_file(here, all.hash);
    item.fingerprint = all.hash;
    item.blocking = false;
    item.details.push_back("downtime: " + all.downtime);
    return item;
}

/// Downtime without a line of script: somebody says how it is done instead.
release::item_state nothing_written(const context& here, const deploy_script& all) {
    release::item_state item;
    item.id = "runbook";
    item.title = untrusted{"The deploy causes downtime, and the milestone has no scripts"};
    item.url = here.state->fact("milestone_url");
    item.fingerprint = fingerprint({"nothing written", all.downtime}).substr(0, 16);
    item.bound = true;
    item.details.push_back("downtime: " + all.downtime);
    item.details.push_back("write them into the section “" + here.project->runbook.section +
                           "” of the milestone, or say why none are needed");
    item.choices.push_back(button("by-hand", "None are needed", "", runner_role(here.rule)));
    item.choices.back().needs_reason = true;
    return item;
}

class runbook_kind final : public step_kind {
public:
    release::kind_facts facts() const override {
        auto made = make_facts("runbook", release::step_class::action, true, true, release::side_effect::irreversible,
                               {"phase", "role"}, {"phase"});
        made.ends_itself = true;
        made.check = &check_phase;
        made.role_settings = {"role"};
        return made;
    }
    std::string plan(const release::step_rule& rule, const release::project_settings& project,
                     const std::string&) const override {
        return "with downtime: the scripts in one order, to copy; " + runner_role(rule) +
               " runs each line that stands " + phase_words(phase_of(rule)) + " by a click" +
               (project.runbook.allow.empty() ? " or by hand (runbook.allow names no program)" : "");
    }
    task<result<look_outcome>> look(context here) override {
        const auto all = co_await gather_script(here);
        if (!all) co_return all.error();
        if (const auto not_signed = check_signature(here, *all); !not_signed) co_return not_signed.error();
        const auto when = phase_of(here.rule);
        const auto lines = of_phase(*all, when);
        look_outcome seen;
        seen.found.fingerprint = all->hash;
        seen.found.summary = lines.empty() ? "no lines to run " + phase_words(when)
                                           : count(lines.size(), "line") + " to run " + phase_words(when);
        const bool unwritten = all->lines.empty() && when == moment::before;
        seen.complete = lines.empty() && !unwritten && (when == moment::after || all->lines.empty());
        if (unwritten) seen.items.push_back(nothing_written(here, *all));
        // The whole stands above the lines, once in a release.
        if (!all->lines.empty() && when == moment::before) seen.items.push_back(whole(here, *all));
        item_maker maker{here};
        for (const auto& each : lines) seen.items.push_back(maker.make(each));
        co_return seen;
    }
    task<result<probe_outcome>> probe(context here, act intent) override {
        if (intent.choice != "run") co_return probe_outcome{};
        const auto* item = here.step.item(intent.item);
        if (item == nullptr) co_return failure{errc::not_found, "Line " + intent.item + " is no longer on the list"};
        line shown;  // what was pressed, whatever the milestone says by now
        shown.text = item->title.raw();
        shown.command = item->body;
        const auto argv = runnable(here, shown);
        if (!argv) co_return argv.error();
        auto seen = co_await probe_line(here, *argv, intent);
        if (seen && seen->what == answer::done)
            seen->facts[ran_fact(text_at(item->data, "hash"))] = fact_of(intent, seen->text);
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
        const auto lines = of_phase(*all, phase_of(here.rule));
        if (intent.item.empty()) {
            done.text = lines.empty() ? "posted; no lines to run " + phase_words(phase_of(here.rule))
                                      : count(lines.size(), "line") + " done " + phase_words(phase_of(here.rule));
            co_return done;
        }
        if (intent.item == "runbook") {
            done.text = "none are needed: " + intent.reason;
            co_return done;
        }
        const auto now = std::ranges::find(lines, intent.item, &numbered::id);
        const auto* item = here.step.item(intent.item);
        if (now == lines.end() || item == nullptr || text_at(item->data, "hash") != now->hash)
            co_return failure{errc::moved, "Line " + intent.item +
                                               " is another one than was shown, and nothing was run; read the scripts "
                                               "again."};
        if (const auto first = earlier_line(here, intent)) co_return *first;
        if (intent.choice == "run") {
            const auto argv = runnable(here, now->what);
            if (!argv) co_return argv.error();
            auto ran = co_await run_line(here, *argv, intent,
                                         here.rule.id + "-" + intent.item + "-" + std::to_string(item->attempt));
            if (!ran) co_return ran.error();
            done = std::move(*ran);
            if (!intent.reason.empty()) done.text += " (out of order: " + intent.reason + ")";
        } else {
            done.text = intent.reason.empty() ? "done by hand" : "done by hand: " + intent.reason;
        }
        if (done.ok) done.facts[ran_fact(now->hash)] = fact_of(intent, done.text);
        co_return done;
    }

private:
    static json::object fact_of(const act& intent, const std::string& text) {
        json::object fact;
        fact["by"] = intent.by.user;
        fact["at"] = to_iso(intent.intended);
        fact["text"] = text;
        return fact;
    }
    /// Somebody changed the scripts after QA had tested them.
    static result<> check_signature(const context& here, const deploy_script& all) {
        const auto tested = text_at(here.state->facts, signed_fact);
        if (tested.empty() || tested == all.hash || all.lines.empty()) return {};
        return failure{errc::refused, "The scripts are no longer those that were tested on QA (" + tested + ", now " +
                                          all.hash +
                                          "). Have them tested again (`/release retry` of the step that asks for it)."};
    }
    static std::optional<failure> earlier_line(const context& here, const act& intent) {
        if (!intent.reason.empty()) return std::nullopt;
        for (const auto& each : here.step.items) {
            if (each.id == intent.item) break;
            if (each.blocking && each.status != release::item_status::done)
                return failure{errc::refused, "Line " + each.id +
                                                  " comes first and is not done yet. Nothing was run; "
                                                  "press again with the reason when the order does not "
                                                  "matter."};
        }
        return std::nullopt;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_runbook() {
    return std::make_unique<runbook_kind>();
}

}  // namespace slipway::steps

// migrations_confirm: whoever wrote a migration says that its SQL is correct and tested (P5, R2.6). Each answer holds
// for one SQL and one head of its merge request.
#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/migrations/gather.hpp"
#include "commands/steps/migrations/problem.hpp"
#include "commands/steps/migrations/trial.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::steps {
namespace {

using migrations::migration;

release::choice make_choice(std::string id, std::string label, std::string style, bool needs_reason) {
    release::choice made;
    made.id = std::move(id);
    made.label = std::move(label);
    made.style = std::move(style);
    made.needs_reason = needs_reason;
    return made;
}

std::vector<release::choice> choices_of(const migration& from, bool failed_the_trial) {
    std::vector<release::choice> all;
    if (from.pieces.empty() && from.problems.empty())
        all.push_back(make_choice("nothing-to-load", "There is nothing to load", "primary", true));
    else if (from.problems.empty())
        all.push_back(make_choice("confirm", "Correct and tested on UAT", "primary", failed_the_trial));
    auto problem = make_choice("problem", "Problem", "danger", true);
    problem.settles = false;
    all.push_back(std::move(problem));
    return all;
}

void say_trial(const migration& from, const trial_report& report, std::vector<std::string>& into) {
    if (from.pieces.empty()) return;
    const auto failed = report.errors.find(from.id);
    if (failed != report.errors.end())
        into.push_back("failed on a throw-away database: " + failed->second);
    else if (report.not_tried.empty())
        into.push_back("went through on a throw-away database");
}

/// The Slack id of whoever answers for it; "" = not known.
std::string author_in_slack(const migration& from, const std::vector<release::change_author>& authors) {
    const auto is_theirs = [&](const release::change_author& each) {
        return each.what == from.id && each.gitlab == from.author;
    };
    const auto found = std::ranges::find_if(authors, is_theirs);
    return found == authors.end() ? std::string{} : found->slack;
}

release::item_state as_item(const context& here, const migration& from, const std::string& author,
                            const std::optional<trial_report>& tried) {
    release::item_state item;
    item.id = from.id;
    item.title = untrusted{from.title};
    item.url = from.url;
    item.body = migrations::sql_of(from);
    item.fingerprint = migrations::tick_of(from);
    item.bound = true;
    item.data["hash"] = from.hash;
    item.data["head"] = from.head;
    item.data["author"] = from.author;
    item.details.push_back(from.when == migrations::moment::before ? "before the build" : "after the build");
    if (!from.merge_request.empty() && from.merge_request != from.id)
        item.details.push_back("merge request " + from.merge_request);
    std::vector<release::person_id> people;
    if (!author.empty()) {
        people.push_back({here.state->team, author});
        item.details.push_back("written by @" + author);
    } else {
        people = people_of_role(here, "release-manager");
        item.details.push_back("written by " + from.author +
                               ", who is linked with nobody in Slack (`/release link`, or `people` of the project "
                               "file), so a release manager answers");
    }
    if (from.pieces.empty() && from.problems.empty())
        item.details.push_back("the label says migration, but there is no SQL block in it");
    for (const auto& each : from.problems) item.details.push_back(each);
    for (const auto& each : from.remarks) item.details.push_back(each);
    if (tried) say_trial(from, *tried, item.details);
    item.asks = people;
    item.choices = choices_of(from, tried && tried->errors.contains(from.id));
    for (auto& each : item.choices) each.people = people;
    bring_problem_to_people(here, item);
    return item;
}

class migrations_confirm final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("migrations_confirm", release::step_class::action, true, true,
                          release::side_effect::reversible);
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return std::string{
                   "ask whoever wrote each migration, by direct message, whether its SQL is correct and tested"} +
               (project.migrations.trial.is_configured() ? "; each is tried on a throw-away database before" : "");
    }

    task<result<look_outcome>> look(context here) override {
        const auto all = co_await gather_migrations(here);
        if (!all) co_return all.error();
        const auto authors = co_await authors_of(here, *all);
        if (!authors) co_return authors.error();
        look_outcome seen;
        seen.found.summary = all->empty() ? "the milestone has no migrations"
                                          : count_migrations(*all) + ", each confirmed by whoever wrote it";
        seen.facts = migration_facts(*all, *authors);
        std::optional<trial_report> tried;
        if (here.project->migrations.trial.is_configured() && !all->empty()) {
            tried = co_await trial_of(here, *all, seen.found.data);
            if (!tried->not_tried.empty())
                seen.found.lines.push_back("The migrations could not be tried: " + tried->not_tried);
        }
        std::string shown;
        for (const auto& each : *all) {
            seen.items.push_back(as_item(here, each, author_in_slack(each, *authors), tried));
            shown += seen.items.back().fingerprint;
        }
        seen.found.fingerprint = sha256_hex(shown).substr(0, 16);
        seen.complete = all->empty();
        co_return seen;
    }

    /// An answer changes nothing outside. The step itself brings the milestone up to date with what was confirmed.
    task<result<outcome>> perform(context here, act intent) override {
        const auto all = co_await gather_migrations(here);
        if (!all) co_return all.error();
        if (!intent.item.empty()) co_return answer_of(here, intent, *all);
        if (const auto wrong = problems_of(*all, here.rule.id)) co_return *wrong;
        for (const auto& each : *all) {
            const auto* item = here.step.item(each.id);
            if (item == nullptr || item->fingerprint != migrations::tick_of(each))
                co_return failure{errc::moved, each.id + " changed after it was confirmed. `/release retry " +
                                                   here.rule.id + "` asks again."};
        }
        const auto written = co_await write_section(here, *all);
        if (!written) co_return written.error();
        const auto authors = co_await authors_of(here, *all);
        if (!authors) co_return authors.error();
        outcome done;
        done.text = count_migrations(*all) + ", each confirmed by whoever wrote it";
        done.facts = migration_facts(*all, *authors);
        co_return done;
    }

private:
    /// The result of the last look when it was about the same SQL: a trial costs seconds, and says the same again.
    static task<trial_report> trial_of(context here, std::vector<migration> all, json::object& data) {
        const auto about = fingerprint({migrations::hash_of(all), here.project->migrations.trial.setup});
        const auto* last = here.step.look ? &here.step.look->data : nullptr;
        if (last != nullptr && text_at(*last, "trial_about") == about) {
            data = *last;
            co_return trial_from_json(object_at(*last, "trial"));
        }
        auto report = co_await try_migrations(here, std::move(all));
        if (report.not_tried.empty()) {
            data["trial_about"] = about;
            data["trial"] = to_json(report);
        }
        co_return report;
    }

    static result<outcome> answer_of(const context& here, const act& intent, const std::vector<migration>& all) {
        const auto* item = here.step.item(intent.item);
        const auto now = std::ranges::find(all, intent.item, &migration::id);
        if (item == nullptr || now == all.end())
            return failure{errc::not_found, intent.item + " is no migration of this milestone any more"};
        outcome done;
        if (intent.choice == "problem") {
            done.ok = false;
            done.text = "problem: " + intent.reason;
            return done;
        }
        if (migrations::tick_of(*now) != item->fingerprint)
            return failure{errc::moved, intent.item + " has changed since it was shown; read it again."};
        done.text = intent.choice == "confirm" ? "correct and tested on UAT" : "nothing to load";
        if (!intent.reason.empty()) done.text += ": " + intent.reason;
        return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_migrations_confirm() {
    return std::make_unique<migrations_confirm>();
}

}  // namespace slipway::steps

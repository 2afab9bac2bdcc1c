// migrations_collect: the SQL of the milestone's issues into its description, between two markers (P4).
#include "commands/steps/common.hpp"
#include "commands/steps/migrations/gather.hpp"

namespace slipway::steps {
namespace {

std::string remarks_of(const std::vector<migrations::migration>& all) {
    std::string text;
    for (const auto& each : all) {
        text += each.id + " " + each.title + ": " + count(each.pieces.size(), "block") + " of SQL\n";
        for (const auto& remark : each.remarks) text += "  " + remark + "\n";
    }
    return text;
}

std::string sentence(const std::vector<migrations::migration>& all) {
    if (all.empty()) return "the milestone has no migrations";
    return count_migrations(all) + " in the milestone's description";
}

class migrations_collect final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("migrations_collect", release::step_class::action, false, true,
                          release::side_effect::reversible);
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        return "collect the SQL of issues labelled `" + project.gitlab.migration_label +
               "` into the description of milestone " + project.milestone_title(version) + ", between two markers";
    }
    /// Also how a second run finds that there is nothing to write.
    task<result<probe_outcome>> probe(context here, act) override {
        const auto all = co_await gather_migrations(here);
        if (!all) co_return all.error();
        probe_outcome seen;
        // Perform says what is wrong; a probe only says whether it happened.
        if (problems_of(*all, here.rule.id)) co_return seen;
        const auto there = co_await section_is_there(here, *all);
        if (!there || !*there) co_return seen;
        const auto authors = co_await authors_of(here, *all);
        if (!authors) co_return authors.error();
        seen.what = answer::done;
        seen.text = sentence(*all);
        seen.facts = migration_facts(*all, *authors);
        co_return seen;
    }
    task<result<outcome>> perform(context here, act) override {
        const auto all = co_await gather_migrations(here);
        if (!all) co_return all.error();
        if (const auto wrong = problems_of(*all, here.rule.id)) co_return *wrong;
        const auto written = co_await write_section(here, *all);
        if (!written) co_return written.error();
        const auto authors = co_await authors_of(here, *all);
        if (!authors) co_return authors.error();
        outcome done;
        done.text = sentence(*all);
        done.detail = remarks_of(*all);
        done.facts = migration_facts(*all, *authors);
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_migrations_collect() {
    return std::make_unique<migrations_collect>();
}

}  // namespace slipway::steps

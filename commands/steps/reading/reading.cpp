// reading: people read the difference and sign for it. The card carries what each merge request changed and what the
// risk rules found; the signature holds for these two commits and these findings alone.
#include <fmt/format.h>

#include <algorithm>

#include "commands/risk/rules.hpp"
#include "commands/steps/dependencies/submodules.hpp"
#include "commands/steps/reading/findings_items.hpp"
#include "commands/steps/reading/material.hpp"
#include "commands/steps/reading/tables.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_table_lines = 20;

class reading final : public step_kind {
public:
    release::kind_facts facts() const override {
        auto made =
            make_facts("reading", release::step_class::confirm, true, false, release::side_effect::none, {"rules"});
        made.check = &risk::check_rules;
        return made;
    }
    std::string plan(const release::step_rule& rule, const release::project_settings&,
                     const std::string&) const override {
        std::string who;
        for (const auto& gate : rule.gate)
            for (const auto& [role, seats] : gate.seats)
                who += (who.empty() ? "" : " and ") + (seats > 1 ? std::to_string(seats) + " × " : "") + role;
        const auto rules = risk::rules_of(rule.with);
        return "ask " + who + " to read the diff and sign for it" +
               (rules.empty() ? std::string{} : ", with what " + count(rules.size(), "rule") + " found in it");
    }

    task<result<look_outcome>> look(context here) override {
        const auto range = candidate_range(here);
        if (!range) co_return range.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        json::object asked;
        const auto material = co_await gather_material(here, *open, *range, &asked);
        if (!material) co_return material.error();
        const auto rules = risk::rules_of(here.rule.with);
        std::vector<risk::finding> found;
        if (!rules.empty()) {
            const auto around =
                co_await gather_surroundings(here, *open, *range, risk::lost_functions(*material, rules));
            if (!around) co_return around.error();
            found = risk::findings(*material, *around, rules);
        }
        std::vector<changelog::submodule_change> moved;
        if (rules.empty()) {  // the first reading shows the table, the second what the rules found
            auto read = co_await read_submodules(here, *open, range->base, range->head, submodule_scope::each_step);
            if (!read) co_return read.error();
            moved = std::move(*read);
        }
        auto seen = describe(here, *range, *material, found, rules.empty(), std::move(moved));
        seen.found.data["asked"] = std::move(asked);
        co_return seen;
    }

    /// A click on a finding: the acceptance is the event itself.
    task<result<outcome>> perform(context, act intent) override {
        outcome done;
        done.text = "accepted: " + intent.reason;
        co_return done;
    }

private:
    static look_outcome describe(const context& here, const reading_range& range, const risk::material& material,
                                 const std::vector<risk::finding>& found, bool first,
                                 std::vector<changelog::submodule_change> moved) {
        look_outcome seen;
        const auto rows = table_rows(material.parts, std::move(moved));
        const auto requests = std::ranges::count_if(
            rows, [](const table_row& each) { return each.of.from.kind == risk::origin_kind::request; });
        seen.found.summary =
            fmt::format("{} in {}, {} → {}", count(static_cast<std::size_t>(requests), "merge request"),
                        count(material.whole.size(), "file"), short_id(range.whole_from), short_id(range.whole_to));
        if (first) {
            seen.found.lines = table_lines(rows, most_table_lines);
            seen.found.data["table"] = table_data(rows, most_table_lines);
            seen.found.data["table_rows"] = rows.size();
        } else {
            seen.items = as_items(here, found, range.whole_to);
            seen.found.lines = evidence_lines(found);
            seen.found.summary += "; " + findings_words(found);
        }
        std::string shown = range.whole_from + range.whole_to;
        for (const auto& each : found) shown += "\n" + finding_id(each) + each.excerpt;
        seen.found.fingerprint = sha256_hex(shown).substr(0, 16);
        seen.found.data["from"] = range.whole_from;
        seen.found.data["to"] = range.whole_to;
        return seen;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_reading() {
    return std::make_unique<reading>();
}

}  // namespace slipway::steps

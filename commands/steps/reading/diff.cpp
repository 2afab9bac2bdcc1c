// diff: what this release changes, stable against the draft, merge request by merge request, with both ids recorded.
#include <fmt/format.h>

#include "commands/steps/dependencies/submodules.hpp"
#include "commands/steps/reading/material.hpp"
#include "commands/steps/reading/tables.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_rows = 30;  ///< on the card; the file has them all

std::string file_list(const risk::material& of) {
    const risk::origins by{of.parts};
    std::string all;
    for (const auto& each : of.whole) {
        const auto* from = by.of_path(each);
        all +=
            fmt::format("{:>6} {:>6}  {}{}{}\n", "+" + std::to_string(each.added), "-" + std::to_string(each.removed),
                        each.path, each.path == each.old_path ? "" : " (was " + each.old_path + ")",
                        from == nullptr ? "" : "  " + risk::name_of(*from));
    }
    return all;
}

class diff_kind final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("diff", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return "compare " + project.repository.stable + " with " + project.repository.trunk +
               ", merge request by merge request";
    }
    task<result<outcome>> perform(context here, act) override {
        const auto range = candidate_range(here);
        if (!range) co_return range.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto material = co_await gather_material(here, *open, *range);
        if (!material) co_return material.error();
        auto moved = co_await read_submodules(here, *open, range->base, range->head, submodule_scope::each_step);
        if (!moved) co_return moved.error();
        co_return describe(here, *range, *material, std::move(*moved));
    }

private:
    static outcome describe(const context& here, const reading_range& range, const risk::material& material,
                            std::vector<changelog::submodule_change> moved) {
        outcome done;
        std::size_t added = 0;
        std::size_t removed = 0;
        for (const auto& each : material.whole) {
            added += each.added;
            removed += each.removed;
        }
        const auto rows = table_rows(material.parts, std::move(moved));
        done.text = fmt::format("{}, +{} −{} lines between {} and {}", count(material.whole.size(), "file"), added,
                                removed, short_id(range.whole_from), short_id(range.whole_to));
        done.data["table"] = table_data(rows, most_rows);
        done.data["table_rows"] = rows.size();
        done.data["from"] = range.whole_from;
        done.data["to"] = range.whole_to;
        std::string all = done.text + "\n\n";
        for (const auto& each : table_lines(rows, rows.size())) all += each + "\n";
        all += "\n" + file_list(material);
        done.files.push_back({"diff-" + here.state->version + ".txt", "Changes in " + here.state->version, all});
        const auto url = here.state->fact("gitlab_url");
        done.facts["diff_url"] =
            url.empty() ? std::string{} : url + "/-/compare/" + range.whole_from + "..." + range.head;
        return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_diff() {
    return std::make_unique<diff_kind>();
}

}  // namespace slipway::steps

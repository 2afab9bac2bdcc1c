// diff: what this release changes, stable against the draft, with both ids recorded.
#include <fmt/format.h>

#include "commands/steps/candidate/draft.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_lines = 40;

class diff_kind final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("diff", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return "compare " + project.repository.stable + " with " + project.repository.trunk;
    }
    task<result<outcome>> perform(context here, act) override {
        const auto base = need_fact(here, "base", "pull");
        if (!base) co_return base.error();
        const auto head = draft_or_candidate(*here.state);
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        git::diff_options options;
        options.renames = git::renames::found;
        const auto changes = co_await (*open)->diff(*base, head, options);
        if (!changes) co_return changes.error();
        outcome done;
        std::size_t added = 0;
        std::size_t removed = 0;
        std::string all;
        for (const auto& each : *changes) {
            added += each.added;
            removed += each.removed;
            all += fmt::format("{:>5} {:>5}  {}{}\n", "+" + std::to_string(each.added),
                               "-" + std::to_string(each.removed), each.new_path,
                               each.kind == git::change_kind::renamed ? " (was " + each.old_path + ")" : "");
        }
        done.text = fmt::format("{}, +{} −{} lines between {} and {}", count(changes->size(), "file"), added, removed,
                                short_id(*base), short_id(head));
        done.detail = all;
        if (changes->size() > most_lines)
            done.files.push_back(
                {"diff-" + here.state->version + ".txt", "Files changed in " + here.state->version, all});
        done.data["from"] = *base;
        done.data["to"] = head;
        done.facts["diff_url"] = here.state->fact("gitlab_url").empty()
                                     ? std::string{}
                                     : here.state->fact("gitlab_url") + "/-/compare/" + *base + "..." +
                                           *need_fact(here, "candidate", "pull");
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_diff() {
    return std::make_unique<diff_kind>();
}

}  // namespace slipway::steps

#include "bot/reconcile.hpp"

#include <ostream>

#include "commands/reconcile/output.hpp"

namespace slipway::bot {
namespace {

result<> answer(const reconcile_question& asked, std::ostream& out, std::ostream& problems) {
    if (asked.all_tags && !(asked.from.empty() && asked.to.empty()))
        return failure{errc::invalid, "--all-tags finds its ranges itself. Leave --from and --to out, or --all-tags"};
    if (!asked.all_tags && (asked.from.empty() || asked.to.empty()))
        return failure{errc::invalid, "Which range? Give --from and --to (tags, branches, commits), or --all-tags"};
    const auto repository = git::archive::open(asked.repository);
    if (!repository) return repository.error();
    const reconcile::question question{asked.project, asked.aliases, asked.housekeeping_subjects,
                                       asked.housekeeping_paths};
    const auto print = [&](const reconcile::reconciled_range& range) {
        asked.json ? reconcile::print_json(range, out) : reconcile::print_table(range, out);
    };
    if (asked.all_tags) return reconcile::all_tags(*repository, question, print);
    const auto range = reconcile::one_range(*repository, asked.from, asked.to, question);
    if (!range) return range.error();
    print(*range);
    if (!range->lost.empty())
        problems << asked.from << " is not an ancestor of " << asked.to << ": " << range->lost.size()
                 << " of its commits would be lost by a release of " << asked.to << ". Merge " << asked.from
                 << " into it, or say that they may go\n";
    return {};
}

}  // namespace

int reconcile(const reconcile_question& asked, std::ostream& out, std::ostream& problems) {
    const auto answered = answer(asked, out, problems);
    if (answered) return 0;
    problems << answered.error().sentence() << "\n";
    return 2;
}

}  // namespace slipway::bot

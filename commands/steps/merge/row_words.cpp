// The words of the reconciliation's rows: the same in Slack, data and log.
#include "commands/steps/common.hpp"
#include "commands/steps/merge/reconcile_rows.hpp"

namespace slipway::steps {

std::string_view to_words(row_list which) noexcept {
    switch (which) {
        case row_list::not_in_diff:
            return "in the milestone, not in the diff";
        case row_list::not_in_milestone:
            return "in the diff, not in the milestone";
        case row_list::reverted:
            return "reverted";
        case row_list::other:
            return "to be looked at";
    }
    return "to be looked at";
}

std::string_view to_words(row_class what) noexcept {
    switch (what) {
        case row_class::missing:
            return "missing in git";
        case row_class::wrong_target:
            return "wrong target";
        case row_class::not_merged:
            return "not merged";
        case row_class::closed:
            return "closed unmerged";
        case row_class::already_shipped:
            return "already shipped";
        case row_class::no_milestone:
            return "not in a milestone";
        case row_class::other_milestone:
            return "other milestone";
        case row_class::orphan:
            return "orphan commit";
        case row_class::foreign:
            return "foreign project";
        case row_class::unproven:
            return "not proven";
        case row_class::reverted:
            return "reverted";
        case row_class::dead_pair:
            return "dead pair";
        case row_class::partly_reverted:
            return "partly reverted";
        case row_class::removes_shipped:
            return "removes what shipped";
        case row_class::lost:
            return "lost";
        case row_class::backport_twin:
            return "backport twin";
        case row_class::submodule:
            return "moves a submodule";
        case row_class::no_code:
            return "no code";
    }
    return "not proven";
}

std::string landing_words(const changelog::landed_request& landed) {
    auto words =
        "landed with " + short_id(landed.landing) + ", which " + std::string{changelog::to_string(landed.request.how)};
    if (landed.request.way == changelog::arrival::cherry_pick) words += ", as a pick";
    if (landed.request.through)
        words +=
            landed.request.outer == 0 ? ", inside another merge" : ", inside !" + std::to_string(landed.request.outer);
    return words;
}

}  // namespace slipway::steps

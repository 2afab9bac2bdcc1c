#include "commands/steps/migrations/problem.hpp"

#include <algorithm>

#include "commands/steps/common.hpp"

namespace slipway::steps {
namespace {

bool has_problem(const release::item_state* before, const release::item_state& now) {
    return before != nullptr && before->fingerprint == now.fingerprint &&
           before->status != release::item_status::done &&
           (before->chosen == "problem" || flag_at(before->data, "problem"));
}

void add_people(std::vector<release::person_id>& into, const std::vector<release::person_id>& more) {
    for (const auto& each : more)
        if (std::ranges::find(into, each) == into.end()) into.push_back(each);
}

}  // namespace

void bring_problem_to_people(const context& here, release::item_state& item,
                             const std::vector<release::person_id>& more) {
    if (!has_problem(here.step.item(item.id), item)) return;
    item.data["problem"] = true;
    add_people(item.asks, more);
    add_people(item.asks, people_of_role(here, "release-manager"));
}

}  // namespace slipway::steps

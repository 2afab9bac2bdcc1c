// The table of step kinds. Adding one: a file with its class and a create function, a declaration in common.hpp, a line
// here.
#include "commands/steps/common.hpp"

namespace slipway::steps {
namespace {

auto build() {
    std::map<std::string, std::unique_ptr<step_kind>, std::less<>> all;
    const auto add = [&all](std::unique_ptr<step_kind> kind) {
        auto name = kind->facts().name;
        all[std::move(name)] = std::move(kind);
    };
    add(create_notify());
    add(create_confirm());
    add(create_merge_requests());
    add(create_reconcile());
    add(create_git_pull());
    add(create_migrations_collect());
    add(create_migrations_confirm());
    add(create_migrations_load());
    add(create_dependencies());
    add(create_tag_check());
    add(create_changelog());
    add(create_version_bump());
    add(create_diff());
    add(create_reading());
    add(create_surprises());
    add(create_run());
    add(create_assets_diff());
    add(create_git_commit());
    add(create_git_merge());
    add(create_stable_diff());
    add(create_branch_check());
    add(create_git_tag());
    add(create_git_push());
    add(create_publish_changelog());
    add(create_scripts());
    add(create_runbook());
    add(create_salt_ping());
    add(create_salt_state());
    add(create_http_check());
    add(create_restart());
    add(create_job());
    add(create_telemetry_baseline());
    add(create_telemetry_watch());
    add(create_error_issues());
    add(create_sentry_release());
    add(create_git_pick());
    add(create_merge_back());
    add(create_rollback_target());
    add(create_salt_rollback());
    add(create_train_gate());
    add(create_train_arrival());
    return all;
}

}  // namespace

const std::map<std::string, std::unique_ptr<step_kind>, std::less<>>& all_kinds() {
    static const auto all = build();
    return all;
}

const release::kinds& kind_table() {
    static const release::kinds table = [] {
        release::kinds made;
        for (const auto& [name, kind] : all_kinds()) made[name] = kind->facts();
        return made;
    }();
    return table;
}

}  // namespace slipway::steps

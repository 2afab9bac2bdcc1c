// slipway: the command line.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "bot/app.hpp"
#include "bot/audit.hpp"
#include "bot/doctor.hpp"
#include "bot/logging.hpp"
#include "bot/plan.hpp"
#include "bot/policy.hpp"
#include "bot/reconcile.hpp"
#include "bot/settings.hpp"

namespace {

using namespace slipway;

/// Reads the settings, or says everything that is wrong with them.
std::optional<bot::settings> read_settings(const std::string& file, bool of_projects) {
    auto read = bot::load_settings(file, bot::process_environment());
    for (const auto& each : read.problems) std::cerr << each.text() << "\n";
    if (!read.problems.empty()) return std::nullopt;
    if (of_projects && read.value.policy.is_configured()) {
        auto branch = bot::read_policy_now(read.value);
        if (branch)
            read = bot::load_settings(file, bot::process_environment(),
                                      std::make_shared<const bot::policy_tree>(std::move(*branch)));
        else
            read.value.policy_problem = branch.error().sentence();
    }
    bot::start_logging(read.value.log_level, masker{read.value.secrets()});
    return std::move(read.value);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App cli{"Slipway takes a product release from \"build starting\" to \"watched in production\"."};
    cli.require_subcommand(1);
    cli.set_version_flag("--version", SLIPWAY_VERSION);
    std::string config;
    const auto with_config = [&config](CLI::App* command) {
        command->add_option("--config", config, "the bot's settings file")->required()->check(CLI::ExistingFile);
        return command;
    };
    auto* run = with_config(cli.add_subcommand("run", "the bot"));
    auto* check = with_config(cli.add_subcommand("check", "tries every integration read-only and says what is wrong"));
    auto* plan = with_config(cli.add_subcommand("plan", "the checklist as it would run"));
    std::string project, version;
    plan->add_option("project", project, "name of the project; may be left out when there is one");
    plan->add_option("version", version, "version to release");
    auto* audit = with_config(cli.add_subcommand("audit", "the journal, readable"));
    bool verify = false;
    auto* verifying = audit->add_flag("--verify", verify, "prove that nothing was edited");
    bool exporting = false;
    audit->add_flag("--export", exporting, "every event as a JSON object on a line of its own")->excludes(verifying);
    auto* landed = cli.add_subcommand("reconcile", "which merge requests landed in a range of any repository, offline");
    bot::reconcile_question range;
    landed->add_option("--repo", range.repository, "folder of the repository, bare or not")->default_str(".");
    landed->add_option("--from", range.from, "the older end: tag, branch or commit");
    landed->add_option("--to", range.to, "the newer end");
    landed->add_flag("--all-tags", range.all_tags, "every version tag against the one before it");
    landed->add_option("--project", range.project, "group/name; found from the messages when left out");
    landed->add_option("--alias", range.aliases, "an earlier path of the project with the same numbering");
    landed->add_option("--housekeeping-subject", range.housekeeping_subjects, "beginning of a release's own commits");
    landed->add_option("--housekeeping-path", range.housekeeping_paths, "file, folder/ or *.ext they may touch");
    landed->add_flag("--json", range.json, "one object a range, one line each");
    CLI11_PARSE(cli, argc, argv);
    if (*landed) return bot::reconcile(range, std::cout, std::cerr);

    const auto settings = read_settings(config, !*audit);
    if (!settings) return 2;
    int code = 0;
    if (*run) code = bot::run(*settings);
    if (*check) code = bot::check(*settings, std::cout);
    if (*plan) code = bot::plan(*settings, project, version, std::cout);
    const auto wish = verify      ? bot::audit_wish::verify
                      : exporting ? bot::audit_wish::json_lines
                                  : bot::audit_wish::show;
    if (*audit) code = bot::audit(*settings, wish, std::cout, std::cerr);
    spdlog::shutdown();
    return code;
}

// What several step kinds need.
#pragma once

#include <string>

#include "commands/steps/local_clone.hpp"
#include "commands/steps/step.hpp"
#include "integrations/base/json.hpp"
#include "integrations/git/objects.hpp"
#include "integrations/gitlab/objects.hpp"

namespace slipway::steps {

/// The bot's signature at the moment of the intent: the same intent makes the same object, on any machine, after any
/// restart.
git::signature pinned_signature(const release::project_settings& project, instant intended);

std::string trunk_ref(const release::project_settings& project);   ///< "refs/heads/master"
std::string stable_ref(const release::project_settings& project);  ///< "refs/heads/stable"
std::string tag_name(const release::release_state& state);         ///< "1.4.0", with the project's prefix
std::string tag_ref(const release::release_state& state);          ///< "refs/tags/1.4.0"
std::string short_id(const std::string& object);                   ///< first 10 digits

/// A fact another step must have left; errc::refused names the step to retry when it did not.
result<std::string> need_fact(const context& here, std::string_view name, std::string_view left_by);
/// errc::refused when a client is not configured for this project: says which setting is missing.
failure not_configured(std::string_view what, std::string_view setting);

/// The milestone the release is pinned to, as GitLab's client wants it.
gitlab::milestone milestone_of(const release::release_state& state);

/// The people who have a role in the project file, in its order.
std::vector<release::person_id> people_of_role(const context& here, const std::string& role);
/// Whom an item asks by direct message: them all when they are few, nobody when they are many, because a question to
/// everybody is a question to nobody; the thread asks them anyway.
std::vector<release::person_id> asked_directly(std::vector<release::person_id> people);

/// Is `path` this file, or in this folder?
bool lies_in(std::string_view path, std::string_view folder_or_file);
/// "1 file", "3 files"
std::string count(std::size_t number, const std::string& thing);
/// "a, b, c"
std::string joined(const std::vector<std::string>& words);
/// The last lines of a long text, at most so many bytes, cut at a line.
std::string tail(const std::string& text, std::size_t most_bytes = 2'500);

/// The last 900 kB of a file, with a line that says what was cut; "" when it is empty or not there. A log may be larger
/// than memory.
std::string end_of_file(const std::string& path);
/// The attempt's log as a file for the thread: its end when it is long, the whole one stays on the disk.
attachment log_attachment(const context& here);

/// Kinds with one thing in common: everything about them but the doing.
release::kind_facts make_facts(std::string name, release::step_class what, bool looks = false, bool has_probe = false,
                               release::side_effect at_least = release::side_effect::none,
                               std::vector<std::string> settings = {}, std::vector<std::string> required = {});

// One function a kind; kinds.cpp is the table.
std::unique_ptr<step_kind> create_notify();
std::unique_ptr<step_kind> create_confirm();
std::unique_ptr<step_kind> create_merge_requests();
std::unique_ptr<step_kind> create_reconcile();
std::unique_ptr<step_kind> create_git_pull();
std::unique_ptr<step_kind> create_migrations_collect();
std::unique_ptr<step_kind> create_migrations_confirm();
std::unique_ptr<step_kind> create_migrations_load();
std::unique_ptr<step_kind> create_dependencies();
std::unique_ptr<step_kind> create_tag_check();
std::unique_ptr<step_kind> create_changelog();
std::unique_ptr<step_kind> create_version_bump();
std::unique_ptr<step_kind> create_diff();
std::unique_ptr<step_kind> create_reading();
std::unique_ptr<step_kind> create_surprises();
std::unique_ptr<step_kind> create_run();
std::unique_ptr<step_kind> create_assets_diff();
std::unique_ptr<step_kind> create_git_commit();
std::unique_ptr<step_kind> create_git_merge();
std::unique_ptr<step_kind> create_stable_diff();
std::unique_ptr<step_kind> create_branch_check();
std::unique_ptr<step_kind> create_git_tag();
std::unique_ptr<step_kind> create_git_push();
std::unique_ptr<step_kind> create_publish_changelog();
std::unique_ptr<step_kind> create_scripts();
std::unique_ptr<step_kind> create_runbook();
std::unique_ptr<step_kind> create_salt_ping();
std::unique_ptr<step_kind> create_salt_state();
std::unique_ptr<step_kind> create_http_check();
std::unique_ptr<step_kind> create_restart();
std::unique_ptr<step_kind> create_job();
std::unique_ptr<step_kind> create_telemetry_baseline();
std::unique_ptr<step_kind> create_telemetry_watch();
std::unique_ptr<step_kind> create_error_issues();
std::unique_ptr<step_kind> create_sentry_release();
std::unique_ptr<step_kind> create_git_pick();
std::unique_ptr<step_kind> create_merge_back();
std::unique_ptr<step_kind> create_rollback_target();
std::unique_ptr<step_kind> create_salt_rollback();
std::unique_ptr<step_kind> create_train_gate();
std::unique_ptr<step_kind> create_train_arrival();

}  // namespace slipway::steps

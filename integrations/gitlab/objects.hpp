// GitLab's things as plain values: no HTTP, no JSON. Text that people wrote is `untrusted`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/clock.hpp"
#include "integrations/base/untrusted.hpp"

namespace slipway::gitlab {

struct user {
    std::int64_t id = 0;
    std::string username;  ///< GitLab's grammar: letters, digits, "_-."
    untrusted name;
    bool active = true;  ///< state "active"; blocked and deactivated people cannot be assigned
};

struct server_version {
    std::string version;  ///< "18.2.1-ee"
    std::string revision;
};

struct project {
    std::int64_t id = 0;
    std::string path;  ///< "group/sub/app", as GitLab has it now (moved projects come back under their new path)
    std::string web_url;
    std::string default_branch;
    std::string merge_method;  ///< merge, rebase_merge, ff
    std::string http_url;      ///< for git over https
    int access = 0;            ///< the token's own level here: 20 reporter, 30 developer, 40 maintainer; 0 = not said
};

struct milestone {
    std::int64_t id = 0;          ///< global: what the API addresses it by
    std::int64_t iid = 0;         ///< per project or group: what people see in links
    std::int64_t project_id = 0;  ///< 0 when it belongs to a group
    std::int64_t group_id = 0;    ///< 0 when it belongs to a project
    untrusted title;
    untrusted description;
    bool active = true;
    std::string web_url;
    std::string updated_at;  ///< as GitLab sent it: compare, do not compute
    std::string due_date;    ///< "2026-11-24"; "" = none
};

/// `detailed_merge_status`. Values grow between minor versions: what we do not know is `other`, treated as blocked.
enum class merge_status {
    mergeable,
    checking,  ///< checking, unchecked, preparing, approvals_syncing: ask again soon
    ci_running,
    ci_must_pass,
    not_approved,
    changes_requested,
    discussions_open,
    draft,
    conflict,
    needs_rebase,
    not_open,
    other,
};
merge_status parse_merge_status(std::string_view text) noexcept;

enum class merge_request_state { opened, closed, locked, merged, other };

struct merge_request {
    std::int64_t iid = 0;
    std::int64_t project_id = 0;
    untrusted title;
    untrusted description;
    merge_request_state state = merge_request_state::other;
    bool draft = false;
    untrusted source_branch;
    std::string target_branch;
    std::string head;           ///< commit id of the source head; a merge must name it
    std::string merge_commit;   ///< "" when there is none (fast-forward, or not merged)
    std::string squash_commit;  ///< "" when not squashed
    std::optional<instant> merged_at;
    std::int64_t milestone_id = 0;  ///< 0 = none
    untrusted milestone_title;
    std::vector<std::string> labels;  ///< written by people
    user author;
    std::vector<user> assignees;
    std::vector<user> reviewers;
    std::optional<user> merged_by;
    merge_status status = merge_status::other;
    std::string status_text;  ///< as GitLab said it: "ci_must_pass"
    untrusted merge_error;
    bool has_conflicts = false;
    std::string changes;           ///< changed files as GitLab says it: "12", "1000+" when it stopped counting
    std::int64_t pipeline_id = 0;  ///< head pipeline, 0 = none
    std::string pipeline_status;
    std::string web_url;
};

/// The sentence for people: why it cannot be merged now and what helps. "" when it can.
std::string to_words(merge_status status, std::string_view text);

struct approvals {
    bool approved = false;
    int required = 0;
    int left = 0;
    std::vector<user> by;
};

struct mr_commit {
    std::string id;
    std::vector<std::string> parents;
    untrusted title;
    untrusted message;
};

struct issue {
    std::int64_t iid = 0;
    std::int64_t project_id = 0;
    untrusted title;
    untrusted description;
    bool open = true;
    std::vector<std::string> labels;
    user author;
    std::vector<user> assignees;
    std::int64_t milestone_id = 0;
    std::string web_url;
    std::string updated_at;
};

struct issue_query {
    std::vector<std::string> labels;     ///< all of them
    std::optional<untrusted> milestone;  ///< exact title
    std::string state;                   ///< opened, closed, "" = all
    std::string in_description;          ///< a marker such as "slipway:group=ab12"; matches are verified by the client
};

struct new_issue {
    std::string title;
    std::string description;
    std::vector<std::string> labels;
    std::vector<std::int64_t> assignee_ids;  ///< the free tier keeps only the first
    std::int64_t milestone_id = 0;
    bool confidential = false;
};

/// Only what is set is changed.
struct issue_change {
    std::optional<std::string> title;
    std::optional<std::string> description;
    std::vector<std::string> add_labels;
    std::vector<std::string> remove_labels;
    std::optional<std::vector<std::int64_t>> assignee_ids;
    std::string state_event;  ///< close, reopen, "" = neither
};

struct note {
    std::int64_t id = 0;
    untrusted body;
    user author;
    bool system = false;
    std::string created_at;
};

struct pipeline {
    std::int64_t id = 0;
    std::string sha;
    std::string ref;
    std::string status;  ///< GitLab's word: created … success, failed, canceled, skipped, manual
    std::string web_url;
    /// success, failed, canceled, skipped. `manual` waits for a person; a retry can leave a final state again.
    bool finished() const noexcept;
};

/// One job of a pipeline, as its newest run stands.
struct job {
    std::int64_t id = 0;
    std::string name;    ///< written by people
    std::string stage;   ///< written by people
    std::string status;  ///< GitLab's word, as of a pipeline
    bool allow_failure = false;
    std::string failure_reason;  ///< GitLab's word: "script_failure"; "" when it did not fail
    user owner;                  ///< who started it
    std::string web_url;
};

/// The sentence for people: what this state of a pipeline or job means. Unknown words are shown as they are.
std::string pipeline_words(std::string_view status);

struct variable {
    std::string key;
    std::string value;
};

struct release {
    std::string tag;
    untrusted name;
    untrusted description;
    std::string web_url;
};

struct branch {
    std::string name;
    std::string commit;
    bool protected_branch = false;
    bool can_push = false;  ///< for the token's user
};

/// Who may create tags whose name fits.
struct protected_tag {
    std::string pattern;   ///< a name, or one with "*" for any text
    int create_level = 0;  ///< the least access level that may; 0 = nobody by level
    bool by_name = false;  ///< people, groups or keys are named beside the levels

    bool covers(std::string_view tag) const noexcept;
};

}  // namespace slipway::gitlab

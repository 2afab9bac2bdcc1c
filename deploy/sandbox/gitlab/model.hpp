// GitLab's records as the sandbox keeps them: plain data beside the git repository.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "deploy/sandbox/gitlab/repository.hpp"
#include "integrations/base/clock.hpp"

namespace slipway::sandbox::gitlab {

struct user {
    std::int64_t id = 0;
    std::string username;
    std::string name;
    std::string email;
    std::string token;  ///< "" = cannot use the API
    int access = 30;    ///< GitLab's level in every project: 20 reporter, 30 developer, 40 maintainer
    std::string colour;
    std::string initials;
};

struct milestone {
    std::int64_t id = 0;   ///< what the API addresses
    std::int64_t iid = 0;  ///< what people see in addresses
    std::string title;
    std::string description;
    std::string state = "active";  ///< or "closed"
    std::string start_date;        ///< "2026-10-13" or ""
    std::string due_date;
    instant created_at;
    instant updated_at;
};

struct merge_request {
    std::int64_t id = 0;
    std::int64_t iid = 0;
    std::string title;
    std::string description;
    std::string state = "opened";  ///< "opened", "merged", "closed"
    std::string source_branch;
    std::string target_branch = "master";
    std::string author;  ///< user name, as in every field that names a person
    std::vector<std::string> assignees;
    std::vector<std::string> reviewers;
    std::vector<std::string> approved_by;
    std::vector<std::string> labels;
    std::int64_t milestone_id = 0;  ///< 0 = none
    std::string sha;                ///< head of the source branch
    std::string base_sha;           ///< merge base with the target; fixed when merged
    std::string start_sha;          ///< the target's head that base_sha was taken from
    std::string merge_commit_sha;
    std::string merged_by;
    std::optional<instant> merged_at;
    std::string merge_error;
    instant created_at;
    instant updated_at;

    bool is_draft() const { return title.starts_with("Draft:"); }
};

/// Another issue that somebody linked with one.
struct issue_link {
    std::string project;  ///< path
    std::int64_t iid = 0;
};

struct issue {
    std::int64_t id = 0;
    std::int64_t iid = 0;
    std::string title;
    std::string description;
    std::string state = "opened";  ///< or "closed"
    std::string author;
    std::vector<std::string> assignees;
    std::vector<std::string> labels;
    std::int64_t milestone_id = 0;
    bool confidential = false;
    std::string due_date;
    std::vector<issue_link> links;
    instant created_at;
    instant updated_at;
    std::optional<instant> closed_at;
};

struct note {
    std::int64_t id = 0;
    std::string on;  ///< "Issue" or "MergeRequest"
    std::int64_t iid = 0;
    std::string body;
    std::string author;
    bool system = false;  ///< an event ("closed"), not somebody's words
    instant created_at;
};

struct pipeline_job {
    std::int64_t id = 0;
    std::string name;
    std::string stage = "test";
    std::string status;  ///< once the pipeline has ended; until then as the pipeline
    bool allow_failure = false;
    std::string failure_reason;
    std::string trace;
};

/// How a pipeline plays: running for so many looks at it, then its end.
struct pipeline_script {
    std::int64_t reads = 0;  ///< looks at one pipeline until it ends
    std::string status = "success";
    std::vector<pipeline_job> jobs;
};

struct pipeline {
    std::int64_t id = 0;
    std::string sha;
    std::string ref;
    std::string status;
    std::string source;
    std::map<std::string, std::string> variables;
    instant created_at;
    std::string started_by;  ///< user name
    pipeline_script plays;
};

struct published_release {
    std::string tag;
    std::string name;
    std::string description;
    std::string author;
    std::vector<std::string> milestones;  ///< titles
    instant created_at;
};

struct protected_branch {
    std::int64_t id = 0;
    std::string name;
    int push_level = 40;
    int merge_level = 40;
};

struct protected_tag {
    std::int64_t id = 0;
    std::string name;       ///< may hold "*"
    int create_level = 40;  ///< 0 = no one
};

struct project {
    std::int64_t id = 0;
    std::string path;  ///< "cig/rsi-website"
    std::string description;
    std::string default_branch = "master";
    instant created_at;
    int approvals_required = 0;
    std::vector<std::string> label_names;
    std::vector<milestone> milestones;
    std::vector<merge_request> merge_requests;
    std::vector<issue> issues;
    std::vector<note> notes;
    std::vector<pipeline> pipelines;
    std::vector<published_release> releases;
    std::vector<protected_branch> protected_branches;
    std::vector<protected_tag> protected_tags;

    std::string name() const { return path.substr(path.find('/') + 1); }
    std::string group() const { return path.substr(0, path.find('/')); }
};

/// A project with its repository.
struct hosted_project {
    project records;
    repository git;
};

/// One GitLab.
struct instance {
    std::string version;
    std::vector<user> users;
    std::vector<std::unique_ptr<hosted_project>> projects;
    std::map<std::int64_t, std::string> forced_status;  ///< by iid: a detailed_merge_status that the control set
    pipeline_script next_pipelines;                     ///< what pipelines that are started from now on play
    bool null_booleans = false;                         ///< false is sent as null, as GitLab may

    /// By number or full path; nullptr when there is none.
    hosted_project* find_project(const std::string& id_or_path);
};

}  // namespace slipway::sandbox::gitlab

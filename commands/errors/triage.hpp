// From a group of errors to its issue: what it says, and whether there is one already.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "commands/errors/suspects.hpp"
#include "commands/errors/verdict.hpp"
#include "integrations/base/untrusted.hpp"
#include "integrations/telemetry/protocol/event.hpp"

namespace slipway::errors {

/// Everything an issue tells about one group.
struct group_report {
    std::string project;  ///< Slipway's name of the project
    std::string hash;
    untrusted title, culprit;
    group_verdict judged;
    instant first_seen, last_seen;
    std::vector<std::string> servers;
    std::string release;     ///< version that was deployed
    std::string release_id;  ///< of the release that writes this
    std::optional<telemetry::event> sample;
    suspicion blame;
    std::string given_to;   ///< GitLab user name of who has it in the end; "" = nobody
    std::string given_why;  ///< why, when that is not `blame.assignee`: "taken by Ben", "said it is not theirs"
    std::string range_url;  ///< diff of the release, "" = none
};

struct issue_text {
    std::string title;
    std::string description;
    std::vector<std::string> labels;
};

/// The hidden line that makes an issue findable: "<!-- slipway:group=<hash> project=<project> -->".
std::string marker(std::string_view project, std::string_view hash);
/// What to search GitLab for: "slipway:group=<hash>".
std::string marker_search(std::string_view hash);
/// True when `description` has exactly this marker as a line of its own (text inside reports cannot forge it).
bool has_marker(std::string_view description, std::string_view project, std::string_view hash);

issue_text write_issue(const group_report& about);
/// What is added to an issue that exists: happened again, where, how often, who.
std::string write_comment(const group_report& about);
/// The hidden line of what a release wrote about a group, issue or comment: "<!-- slipway:seen=<release id>
/// group=<hash>
/// -->". No release says the same thing twice.
std::string seen_marker(std::string_view release_id, std::string_view hash);
bool has_seen_marker(std::string_view note, std::string_view release_id, std::string_view hash);

struct known_issue {
    std::int64_t iid = 0;
    bool open = true;
    std::string description;
};

struct create_issue {};
struct reopen_issue {  ///< and comment
    std::int64_t iid = 0;
};
struct leave_issue {  ///< open already: a comment says that it was seen again
    std::int64_t iid = 0;
};
using issue_decision = std::variant<create_issue, reopen_issue, leave_issue>;

/// `found` are the search results; those without the exact marker are not ours. Open before closed, older before newer.
issue_decision decide_issue(std::string_view project, std::string_view hash, const std::vector<known_issue>& found);

/// At most `most` groups get their own issue; the rest share one umbrella issue.
struct issue_plan {
    std::vector<std::string> own;       ///< group hashes, worst first
    std::vector<std::string> umbrella;  ///< empty = no umbrella needed
};
issue_plan plan_issues(const std::vector<group_verdict>& needing, std::size_t most = 10);
/// One issue for all of `rest`, with a table; its marker hash is umbrella_hash(release).
issue_text write_umbrella(std::string_view project, std::string_view release, std::string_view release_id,
                          const std::vector<group_report>& rest);
std::string umbrella_hash(std::string_view release);
/// What is added to an umbrella issue that exists.
std::string write_umbrella_comment(std::string_view release, std::string_view release_id,
                                   const std::vector<group_report>& rest);

}  // namespace slipway::errors

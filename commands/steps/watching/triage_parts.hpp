// Groups of errors as reports, issues and people: shared by the step that writes issues and the buttons of the cards.
// Of the room's watching/ alone.
#pragma once

#include "commands/errors/triage.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/people.hpp"

namespace slipway::steps {

/// What is known of one group: counts, servers, a sample, and who most likely, by git.
task<result<errors::group_report>> report_of(context here, git::repository* repository, errors::group_verdict judged);

/// [{name, email, username, confidence, reasons: [], request}], most likely first: as items and cards carry them.
json::array suspects_json(const errors::suspicion& blame);
std::vector<errors::suspect> suspects_from(const json::array& saved);

/// Who has a group: `username` "" = nobody whom GitLab could assign.
struct assignment {
    std::string username;
    std::int64_t gitlab_id = 0;
    std::string slack;
    std::string why;
};
/// The first of: whom people chose on the card (`item`, may be null), the suspect with enough evidence, whoever started
/// the release. Blocked, ignored and unknown accounts are passed over.
task<result<assignment>> assign(context here, errors::suspicion blame, const release::item_state* item);
/// This person, when GitLab can assign them; nullopt when it cannot.
task<result<std::optional<assignment>>> assign_person(context here, errors::developer who, std::string why);
/// Whoever started the release.
task<result<assignment>> assign_requester(context here, std::string why);

/// Issues whose description names the hash, open and closed; has_marker() decides.
task<result<std::vector<gitlab::issue>>> find_marked(context here, std::string hash);
/// The open issue of a group, or nullopt.
task<result<std::optional<gitlab::issue>>> open_issue_of(context here, std::string hash);
/// Adds `body` unless a note with this release's seen_marker is there.
task<result<>> comment_once(context here, std::int64_t iid, std::string hash, std::string body);

}  // namespace slipway::steps

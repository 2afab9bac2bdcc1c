// Who somebody is on the other side. What people linked themselves goes first (`/release link`), then the project
// file, then, where the project allows it, an e-mail that GitLab and Slack both have verified. It names whom to ask and
// gives no rights.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "commands/errors/suspects.hpp"
#include "commands/steps/step.hpp"

namespace slipway::steps {

/// One person's accounts, as that person connected them.
struct account_link {
    release::person_id slack;
    std::string gitlab;  ///< user name
    std::int64_t gitlab_id = 0;
    instant at;
};

/// Documents of the store, one a Slack user, by to_string(person_id).
inline constexpr const char* link_collection = "account-links";
/// The claim that goes with a link, held by the Slack user id: the store gives one GitLab account to one person, also
/// when two ask at the same instant.
std::string link_claim(std::int64_t gitlab_id);
inline constexpr std::string_view link_claims = "gitlab-account/";  ///< what all of them begin with
json::object to_json(const account_link& link);
account_link link_from(const json::object& saved);

/// What this person linked. Slack names one person's team differently where several workspaces share a channel or an
/// enterprise, and gives a user id to one person alone: a link made under another team of theirs counts.
task<result<std::optional<account_link>>> link_of_slack(store::store& memory, release::person_id who);

struct known_person {
    std::string gitlab;  ///< user name; "" = not known
    std::string slack;   ///< user id; "" = not known
    std::string how;     ///< "linked", "project file", "e-mail", "" = only what git says
};

/// Failures only where the store cannot be read: somebody whom GitLab or Slack do not tell is just not known.
task<result<known_person>> person_behind(context here, errors::developer who);
/// The GitLab user name of whoever pressed a button; "" = not known.
task<result<std::string>> gitlab_account_of(context here, release::person_id who);

}  // namespace slipway::steps

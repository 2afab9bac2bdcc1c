// What people can do to a group of errors from its card, and what the card's item carries: the agreement between the
// watch (which lists the items), the cards (which show them) and whoever acts on them.
//
// The item of a group belongs to the telemetry_watch step and outlives it: its choices are `lasting`, so that they work
// while the release is on hold and after its end. The watch writes the members of group_member at every look and adds
// to what is there (look_state::adds); acts own those of owner_member, which no look touches.
#pragma once

#include <string>
#include <string_view>

namespace slipway::errors {

/// Choice ids.
namespace action {
inline constexpr const char* take = "take";        ///< the person who pressed has it now; leaves owner, owner_slack
inline constexpr const char* not_me = "not-me";    ///< moves `turn` to the next suspect; nobody left: the requester
inline constexpr const char* mute = "mute";        ///< no alarm for this group in this release; settles the item
inline constexpr const char* resolve = "resolve";  ///< closed; seen again with the same code it has regressed; settles
}  // namespace action

/// Written by the watch.
namespace group_member {
inline constexpr const char* hash = "hash";          ///< the whole group hash
inline constexpr const char* what = "what";          ///< "new", "regressed", "louder"
inline constexpr const char* before = "before";      ///< count in the window before the deploy
inline constexpr const char* after = "after";        ///< count since the restarts
inline constexpr const char* at_least = "at_least";  ///< lower bound of the rate ratio; 0 when there is no baseline
inline constexpr const char* why = "why";            ///< the verdict's sentence with the numbers
inline constexpr const char* servers = "servers";    ///< names, at most ten
}  // namespace group_member

/// Written by acts and by the step that finds suspects; text members, absent = not known.
namespace owner_member {
inline constexpr const char* suspects = "suspects";  ///< as steps/watching writes them, most likely first
inline constexpr const char* turn = "turn";          ///< index in suspects of who is asked now
inline constexpr const char* owner = "owner";        ///< GitLab user name
inline constexpr const char* owner_slack = "owner_slack";
inline constexpr const char* because = "because";  ///< why that person
inline constexpr const char* issue = "issue";      ///< iid of its GitLab issue; 0 = none yet
inline constexpr const char* url = "url";          ///< of the issue
}  // namespace owner_member

/// "error 3fa29c1b": the id of a group's item, short enough for a sentence.
inline std::string item_of(std::string_view group_hash) {
    return "error " + std::string{group_hash.substr(0, 8)};
}

/// The outbox keys of the alert and of one group's card, below the release's id.
inline constexpr const char* alert_thread = "errors";

}  // namespace slipway::errors

// Who wrote the migrations that a gate lets deploy: they fill no seat of it (R3.2).
#pragma once

#include <string>
#include <vector>

#include "commands/release/state.hpp"

namespace slipway::release {

/// The fact that says who wrote the migrations of a release: a list of change_author.
inline constexpr const char* migration_authors_fact = "migration_authors";
/// The same of the other lanes of a train, at the release whose gate lets all of them deploy.
inline constexpr const char* train_authors_fact = "train_authors";

/// One person, or one account whose person nobody knows, and everything they wrote.
struct authored {
    std::string slack;              ///< user id; "" = the account was linked with nobody
    std::string gitlab;             ///< one of their user names there
    std::vector<std::string> what;  ///< "#2", "wiki#7"; each once
};
/// Whoever is known first, by user id; then the accounts nobody knows, by name. Each once, in whatever lanes they
/// wrote.
std::vector<authored> authors_by_person(const std::vector<change_author>& authors);

/// Of this release and, when it asks for a whole train, of all its lanes. An account that one lane's project file knows
/// is known for all of them.
std::vector<change_author> authors_of_migrations(const release_state& state);

/// Behind the first stage, and what starts when its seats are filled cannot be undone: the step itself, or one that is
/// asked about here in its place (the gate of a train).
bool lets_deploy(const release_state& state, const step_rule& rule);
/// Somebody is being asked, or was and nothing has begun yet, whom four eyes may keep from a seat for what they wrote.
bool asks_who_deploys(const release_state& state);
/// How the journal and people's messages name such a list: "eve (@UEVE) #2, zoe #9". Equal for equal lists in any
/// order.
std::string words_of(std::vector<change_author> authors);
/// What has moved when the list is another one, as a drift is called.
inline constexpr const char* authors_moved = "who wrote its migrations";

/// "#2, #9 and wiki#7"
std::string listed(const std::vector<std::string>& all);

}  // namespace slipway::release

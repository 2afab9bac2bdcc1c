// What a project's releases left behind, for the ways back: which one production can return to, what lies in between,
// and what can be undone after an abort.
#pragma once

#include <string>
#include <vector>

#include "commands/release/state.hpp"
#include "integrations/base/result.hpp"

namespace slipway::release {

/// SQL that went into production with a release.
struct loaded_migration {
    std::string release;  ///< version it came with
    std::string id;       ///< "#2"
    std::string title;    ///< written by people
    std::string sql;
};

struct release_record {
    std::string id, version, kind, parent;
    std::string tag;         ///< name
    std::string tag_object;  ///< as it was pushed; "" = not known
    std::string commit;      ///< what stable had
    ending ended = ending::live;
    bool deployed = false;  ///< something of it may have reached production
    bool green = false;     ///< done, and its watch found nothing: not skipped, not merely accepted by people (R6.6)
    instant at{};           ///< when it was deployed, else begun
    std::vector<loaded_migration> migrations;
};
release_record record_of(const release_state& state);

/// Where a rollback goes, and over what.
struct rollback_choice {
    release_record from;  ///< what production has now
    release_record to;
    std::vector<release_record> between;       ///< newest first, with `from`, without `to`
    std::vector<loaded_migration> migrations;  ///< of all between, oldest first
};

/// `wanted` "" = the last release whose watch ended green, not simply the previous one (R6.6). `all` oldest first.
/// errc::refused with the way out.
result<rollback_choice> choose_rollback(const std::vector<release_record>& all, const std::string& wanted);

/// What production should say it runs; the first is what was recorded last. Two while a release is on its way, or after
/// one that did not get to its end: nobody can say then which of them it is. Empty = not known
/// (R1.10).
std::vector<std::string> expected_versions(const std::vector<release_record>& all);

/// Of something that already took effect: how it can be undone, if at all (R6.2).
struct compensation {
    std::string happened;  ///< "Push trunk, stable and tag: …"
    std::string way;       ///< a sentence; says so when nothing undoes it
    std::string verb;      ///< what can be typed: "rollback"; "" = only people outside can
};
std::vector<compensation> compensations(const release_state& state);

}  // namespace slipway::release

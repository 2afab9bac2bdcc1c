// The landed sets of anybody's repository, from git alone: one range, or every tag against the one before it.
#pragma once

#include <functional>

#include "commands/changelog/summary.hpp"
#include "integrations/git/archive.hpp"

namespace slipway::reconcile {

/// How many releases a revert is searched back through.
constexpr std::size_t releases_back = 3;

struct reconciled_range {
    std::string from;  ///< as it was named; "" = the beginning of the history
    std::string to;
    changelog::range_summary summary;
    std::vector<git::commit> lost;  ///< in `from` and not in `to`, newest first
};

struct question {
    std::string project;  ///< "group/app"; "" = the one that most references name
    std::vector<std::string> aliases;
    std::vector<std::string> housekeeping_subjects;  ///< besides the usual ones
    std::vector<std::string> housekeeping_paths;
};

/// errc::not_found names the revision, errc::invalid an empty range and what to do about it.
result<reconciled_range> one_range(const git::archive& repository, const std::string& from, const std::string& to,
                                   const question& asked);

/// Every version-like tag, oldest version first, against the newest older version it contains (else the newest older
/// one of its family). One walk over the history. errc::not_found: there is no such tag.
result<> all_tags(const git::archive& repository, const question& asked,
                  const std::function<void(const reconciled_range&)>& each);

}  // namespace slipway::reconcile

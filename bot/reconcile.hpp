// `slipway reconcile`: which merge requests landed in a range of anybody's repository, from git alone, offline.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace slipway::bot {

struct reconcile_question {
    std::string repository = ".";  ///< folder: bare, a work tree or inside one
    std::string from;              ///< revisions as git understands them; empty with all_tags
    std::string to;
    bool all_tags = false;  ///< every version-like tag against the one before it
    std::string project;    ///< "group/app"; "" = the one that most references of the range name
    std::vector<std::string> aliases;
    std::vector<std::string> housekeeping_subjects;  ///< besides the usual ones
    std::vector<std::string> housekeeping_paths;
    bool json = false;  ///< one object a range, one line each
};

/// Exit code 0 when there is an answer, also when commits would be lost (a sentence on `problems` says so); 2 when
/// there is none, with a sentence on `problems`.
int reconcile(const reconcile_question& asked, std::ostream& out, std::ostream& problems);

}  // namespace slipway::bot

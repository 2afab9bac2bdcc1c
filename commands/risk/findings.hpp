// What in a difference could break the site: rules over lines and paths. Pure.
#pragma once

#include <set>

#include "commands/risk/origins.hpp"
#include "commands/risk/rules.hpp"

namespace slipway::risk {

/// Where a word stands in the new tree; see git::word_use.
struct use {
    std::string word;
    std::string path;
    std::size_t line = 0;
    std::string text;
};

/// What the rules need to know beside the difference itself.
struct surroundings {
    std::set<std::string, std::less<>> paths;  ///< every file of the new tree
    std::string collected_sql;                 ///< what the DBA gets, comments and all
    std::vector<use> uses;                     ///< of the words that `lost_functions` gave
};

struct finding {
    std::string rule;
    risk::severity severity = risk::severity::warning;
    std::string message;  ///< the rule's sentence, and what was found
    std::string path;
    std::size_t line = 0;          ///< in the new file (in the old one for what went away); 0 = the whole file
    std::string excerpt;           ///< the line, its secrets masked, at most 160 bytes
    const origin* from = nullptr;  ///< nullptr = nobody in the range brought it
};

/// Names of functions that were removed and not added again anywhere: what to look up in the new tree.
std::vector<std::string> lost_functions(const material& of, const std::vector<rule>& by);

/// By path, line and rule.
std::vector<finding> findings(const material& of, const surroundings& around, const std::vector<rule>& by);

/// The front of a secret in a line, and its length; npos = none. Looks at shapes of keys (AKIA…, ghp_…, glpat-…,
/// xoxb-…, "-----BEGIN … PRIVATE KEY"), and at a password or key that is given as a text in quotes.
struct secret_place {
    std::size_t at = std::string_view::npos;
    std::size_t size = 0;
};
secret_place find_secret(std::string_view line);
/// Every secret of the line replaced by its first characters and "[masked]".
std::string mask_secrets(std::string_view line);

}  // namespace slipway::risk

// What counts as a risk: rules that people write in the checklist, as data.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {
class yaml_value;
}

namespace slipway::risk {

enum class severity {
    note,      ///< one line of evidence
    warning,   ///< one line of evidence, counted in the summary
    blocking,  ///< somebody has to accept it with a reason before the sign-off opens
};
BOOST_DESCRIBE_ENUM(severity, note, warning, blocking)

enum class rule_kind {
    line,              ///< a line that was added holds one of the words in `any`
    path,              ///< a path that changed
    secret,            ///< a key, token or password that was added; shown masked
    conflict,          ///< a conflict marker that was added
    mode,              ///< permission bits, links, types
    lock_file,         ///< `pairs`: one of two files changed and the other did not
    schema,            ///< SQL that changes the schema and was not collected for the DBA
    removed_function,  ///< a function that went away and is still called
    large,             ///< a new content of `more_than` bytes or more
    binary,            ///< content that nobody can read in a diff
    evil_merge,        ///< a merge commit that holds more than the automatic merge
};
BOOST_DESCRIBE_ENUM(rule_kind, line, path, secret, conflict, mode, lock_file, schema, removed_function, large, binary,
                    evil_merge)

struct rule {
    std::string id;
    rule_kind kind = rule_kind::line;
    bool on = true;
    risk::severity severity = risk::severity::warning;
    std::string message;              ///< one sentence: why it matters
    std::vector<std::string> any;     ///< texts; where one begins or ends with a letter or digit, a word begins or ends
    std::vector<std::string> paths;   ///< globs; empty = every path
    std::vector<std::string> except;  ///< globs that are left out
    std::map<std::string, std::string> pairs;  ///< lock file → manifest, names without folder
    std::int64_t more_than = 1'000'000;        ///< bytes
};
BOOST_DESCRIBE_STRUCT(rule, (), (id, kind, on, severity, message, any, paths, except, pairs, more_than))

/// Notes every fault of `with.rules` with its line: unknown keys and kinds, ids that stand twice, a kind without what
/// it needs.
void check_rules(const yaml_value& with);
/// The rules of a step that passed the check: `with.rules` of its frozen checklist. Those that are off are left out.
std::vector<rule> rules_of(const boost::json::object& with);

/// "*.js", "config/*", "**/auth/**": `*` stays inside a folder, `**` does not, `?` is one character; a glob without a
/// slash looks at the file's name alone. Takes time in proportion to glob × path, whatever they hold.
bool glob_fits(std::string_view glob, std::string_view path);
/// Is the path one that the rule looks at?
bool covers(const rule& by, std::string_view path);
/// Where one of `any` stands in the text (see rule::any); npos = nowhere.
std::size_t find_word(std::string_view text, std::string_view word);

}  // namespace slipway::risk

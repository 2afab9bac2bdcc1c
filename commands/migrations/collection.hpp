// The migrations of a milestone: whose SQL, from where, when it has to be loaded. Pure.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::migrations {

/// When the SQL has to be loaded: while the old code still runs, or once the new code is out.
enum class moment { before, after };
BOOST_DESCRIBE_ENUM(moment, before, after)

struct reading_rules {
    std::vector<std::string> languages{"sql", "mysql", "mariadb"};  ///< of a fenced block, lower case
    bool untagged = false;                                          ///< blocks without a language are SQL too
    std::string before_label = "before";
    std::string after_label = "after";
};

/// What somebody wrote: a description, or one note.
struct written {
    std::int64_t note = 0;  ///< 0 = the description
    std::string author;     ///< GitLab user name
    std::string text;
    bool system = false;  ///< GitLab's own note ("closed", "changed the description"): nobody's words
};

/// One labelled issue or merge request, with the merge request that carries its change.
struct source {
    std::string id;  ///< "#2", "!8"
    std::string title;
    std::string url;
    std::string author;
    std::vector<std::string> labels;
    std::vector<written> texts;        ///< description first, then the notes, oldest first
    std::string merge_request;         ///< "!8"; "" = none is known
    std::string merge_request_author;  ///< who wrote the change
    std::string head;                  ///< head of that merge request
};

/// One SQL block and where it stands.
struct piece {
    std::string sql;        ///< ends with "\n"
    std::int64_t note = 0;  ///< 0 = the description
    std::string author;     ///< who wrote these words
};
BOOST_DESCRIBE_STRUCT(piece, (), (sql, note, author))

struct migration {
    std::string id;
    std::string title;  ///< written by people
    std::string url;
    std::string author;        ///< who answers for it: of the merge request, else of the issue (GitLab user name)
    std::string issue_author;  ///< who opened the issue
    std::string merge_request;
    std::string head;
    moment when = moment::before;
    bool says_when = true;  ///< one of the labels says it; without one it counts as `before`
    std::vector<piece> pieces;
    std::string hash;                   ///< of the SQL and of when it is loaded: what the DBA confirms
    std::vector<std::string> problems;  ///< what makes its text unusable, as sentences; empty = usable
    std::vector<std::string> remarks;   ///< what a reader should know
};
BOOST_DESCRIBE_STRUCT(migration, (),
                      (id, title, url, author, issue_author, merge_request, head, when, says_when, pieces, hash,
                       problems, remarks))

/// What a confirmation holds for: the SQL and the head of the merge request (R2.6). 16 hex digits.
std::string tick_of(const migration& each);
/// All its SQL in order, each block under a comment that names its source.
std::string sql_of(const migration& each);

/// In the order given. A source without SQL becomes a migration without pieces: it still has to be explained.
std::vector<migration> collect(const std::vector<source>& sources, const reading_rules& rules);
/// Of all SQL in order; 64 hex digits.
std::string hash_of(const std::vector<migration>& all);

}  // namespace slipway::migrations

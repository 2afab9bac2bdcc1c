// The scripts of a deploy, as people wrote them: a section of the milestone's description and code blocks of labelled
// issues, line by line in order. Pure.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::runbook {

struct reading_rules {
    std::string section = "Salts";  ///< heading in the milestone's description, any level, without regard to case
    std::vector<std::string> languages{"sh", "bash", "shell", "console"};  ///< of an issue's code blocks; lower case
    std::string downtime_section = "Downtime";  ///< a heading of this name says that the deploy causes downtime
    std::string downtime_text;                  ///< or this text anywhere in the description; "" = none
};

/// When a line is run: before the servers get the build, or once they have it.
enum class moment { before, after };
BOOST_DESCRIBE_ENUM(moment, before, after)

/// One line of the deploy.
struct line {
    std::string text;     ///< as it was written, in one line
    std::string command;  ///< the command in it; "" = an instruction that a person follows
    std::string source;   ///< "milestone", "#12"
    std::string url;      ///< of the source
    moment when = moment::before;
};
BOOST_DESCRIBE_STRUCT(line, (), (text, command, source, url, when))

struct script {
    std::vector<line> lines;
    std::vector<std::string> problems;  ///< what makes it unreadable, as sentences; empty = usable
};

/// What somebody wrote, and where.
struct written {
    std::string source, url, text;
};

/// The section of that name: list items, and the lines of code blocks. An item is a command when it begins or ends with
/// a code span; everything else in it is its explanation. A line that ends with a backslash goes on in the next one.
/// What stands under a heading that begins with "After" is run after the build, what stands under another one before.
script section_script(const written& milestone, const reading_rules& rules);
/// The lines of all code blocks in those languages.
script issue_script(const written& issue, const reading_rules& rules);

/// Does the milestone's description say that the deploy causes downtime? The words it says so with, "" = it does not.
/// A section whose text is "none" or "no" says that there is none.
std::string says_downtime(std::string_view description, const reading_rules& rules);

/// All lines as one block to copy: commands as they are, instructions as comments.
std::string copyable(const std::vector<line>& lines);
/// What a sign-off holds for: every line in order, with its source and when it is run. 16 hex digits.
std::string hash_of(const std::vector<line>& lines);
/// Of one line, whatever its number: equal lines differ by how many came before. 16 hex digits, in order.
std::vector<std::string> line_hashes(const std::vector<line>& lines);

}  // namespace slipway::runbook

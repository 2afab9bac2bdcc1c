// The changelog entry of one version, and its place in the file. Old bytes are never rewritten.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/changelog/landed.hpp"
#include "integrations/base/result.hpp"

namespace slipway::changelog {

struct entry_item {
    std::int64_t iid = 0;  ///< 0 = a commit without a merge request
    untrusted title;
    std::vector<std::string> labels;
    std::string project;  ///< of a dependency's request: "cig/money"; "" = ours
    std::string url;      ///< of a dependency's request; "" = named without a link
};
BOOST_DESCRIBE_STRUCT(entry_item, (), (iid, title, labels, project, url))

/// Items with the label stand under "### heading"; an item goes to the first group that fits. Groups of one heading are
/// one section, where the first of them stands.
struct entry_group {
    std::string label;
    std::string heading;
};
BOOST_DESCRIBE_STRUCT(entry_group, (), (label, heading))

struct entry_plan {
    std::string version;
    std::string date;  ///< "2026-11-23"; "" = heading without a date
    std::vector<entry_item> items;
    std::vector<untrusted> notes;  ///< hand-written, in order; each becomes a bullet of its own
    std::vector<entry_group> groups;
    std::string other;                    ///< heading of what fits no group, last; "" = first, without a heading
    std::string notes_heading;            ///< "" = notes follow the items without a heading
    std::vector<untrusted> contributors;  ///< names, in order; none = no such line
    std::string request_url;              ///< "https://…/-/merge_requests/"; "" = "(!12)" without a link
    std::string compare_url;              ///< of the whole range; "" = no such line
};
BOOST_DESCRIBE_STRUCT(entry_plan, (),
                      (version, date, items, notes, groups, other, notes_heading, contributors, request_url,
                       compare_url))

/// The plan as a release keeps it between drafting and committing.
boost::json::object to_json(const entry_plan& plan);
/// Lenient: what is missing stays empty.
entry_plan plan_from_json(const boost::json::object& kept);

/// Markdown with LF line ends, heading first, one bullet a line, ends with one newline. Titles are data: line breaks
/// and control characters become blanks; everything else stays as it was written, nothing is interpreted here.
std::string entry_text(const entry_plan& plan);

/// The live requests of the range, oldest landing first, each once.
std::vector<entry_item> entry_items(const std::vector<landed_change>& newest_first,
                                    const std::vector<known_request>& known);

/// The entry of `version` in `file` (heading to the next heading of that level), with its bytes; nullopt = none.
std::optional<std::string> entry_of(std::string_view file, std::string_view version);

/// `file` with `entry` before its newest version heading (or after its introduction when it has none). Keeps the
/// file's line ends. The same entry already there: the file unchanged. errc::exists: that version has other text,
/// both are in the sentence. errc::invalid: `entry` does not start with a version heading.
result<std::string> insert_entry(std::string_view file, std::string_view entry);

}  // namespace slipway::changelog

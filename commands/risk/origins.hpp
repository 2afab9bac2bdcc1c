// Who brought a line, and which lines nobody showed to a reader. Pure.
#pragma once

#include <map>
#include <string_view>
#include <unordered_map>

#include "commands/risk/parts.hpp"

namespace slipway::risk {

/// Lines by path and text. Keeps pointers into the contributions, which have to outlive it.
class origins {
public:
    explicit origins(const std::vector<contribution>& parts);

    /// The strongest origin that brought this line to the path (or to the path it had before); nullptr = none.
    const origin* of_line(const file_part& at, bool added, std::string_view text) const;
    /// The strongest origin that touched the path at all; nullptr = none.
    const origin* of_path(const file_part& at) const;

private:
    struct touched {
        const origin* by = nullptr;
        std::unordered_map<std::string_view, const origin*> added, removed;
    };
    const touched* find(const std::string& path) const;
    std::map<std::string, touched, std::less<>> paths_;
};

/// A place of the difference that no merge request showed.
struct surprise {
    std::string path;
    std::size_t line =
        0;  ///< of its first line: in the new file, or in the old one when lines only went; 0 = whole file
    std::size_t added = 0;
    std::size_t removed = 0;
    std::vector<std::string> lines;  ///< the first few, with "+" or "-" before them
    std::string what;                ///< when it is not about lines: "became executable"
    const origin* from = nullptr;    ///< never a merge request; nullptr = nobody in the range brought it
    bool expected() const noexcept { return from != nullptr && from->kind == origin_kind::release; }
};

/// Each line of `whole` is looked for among the lines that merge requests showed, as often as it stands there. What is
/// left over comes back by path and place, with the next weaker origin that explains it. Lines that only moved within
/// their file and blank lines are none.
std::vector<surprise> surprises(const material& of);

/// One row of the table of a difference.
struct request_row {
    origin from;
    std::size_t files = 0;
    std::size_t added = 0;
    std::size_t removed = 0;
};

/// Merge requests first by number, then the release's own commits, then what was committed directly. A merge's own
/// content is no row: its lines belong to what it merged.
std::vector<request_row> rows(const std::vector<contribution>& parts);

/// "!12", "the release itself", "commit 0a1b2c3d4e"
std::string name_of(const origin& from);

}  // namespace slipway::risk

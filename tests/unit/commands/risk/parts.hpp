// Small differences for the tests of this room.
#pragma once

#include "commands/risk/origins.hpp"

namespace slipway::risk::test {

inline file_part changed(std::string path, std::vector<line> added, std::vector<line> removed = {}) {
    file_part made;
    made.path = made.old_path = std::move(path);
    made.old_mode = made.new_mode = 0100644;
    made.added = added.size();
    made.removed = removed.size();
    made.hunks.push_back({std::move(added), std::move(removed)});
    return made;
}

inline contribution from(origin_kind kind, std::int64_t iid, std::vector<file_part> files,
                         const std::string& author = "chi") {
    contribution made;
    made.from.kind = kind;
    made.from.iid = iid;
    made.from.commit = "c" + std::to_string(iid);
    made.from.author = author;
    made.files = std::move(files);
    return made;
}

}  // namespace slipway::risk::test

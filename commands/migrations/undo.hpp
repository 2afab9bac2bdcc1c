// Can the code of before still run on a database that has this SQL?
#pragma once

#include <string>
#include <string_view>

namespace slipway::migrations {

struct undo_judgement {
    bool harmless = false;  ///< only adds: code that does not know of it goes on as before
    std::string why;        ///< the first statement that does more, shortened; or that there is none
};

/// Errs on the side of "no": only statements known to add and nothing else are harmless (CREATE TABLE, CREATE INDEX,
/// ADD COLUMN, INSERT INTO). Comments and strings are passed over.
undo_judgement judge_undo(std::string_view sql);

}  // namespace slipway::migrations

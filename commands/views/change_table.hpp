// What a release changes, merge request by merge request, as a reader wants it: each a line with its link.
#pragma once

#include <boost/json/object.hpp>

#include "commands/views/names.hpp"

namespace slipway::views {

/// `data` is what the kinds `diff` and `reading` leave: "table" = [{name, url, files, added, removed, author, title,
/// submodules?}] and "table_rows" = how many there are in all. A line each: name with link, size, author, title;
/// beneath it what the submodules that it moved bring. Empty without a table.
markup change_table(const boost::json::object& data);

}  // namespace slipway::views

// The table of a difference: a row for each merge request.
#pragma once

#include <string>
#include <vector>

#include "commands/risk/origins.hpp"
#include "integrations/base/json.hpp"

namespace slipway::steps {

/// "!12     3 files  +40  −2  chi.nakamura  Prices carry their currency"; at most `most` rows and a line for the rest.
std::vector<std::string> table_lines(const std::vector<risk::request_row>& rows, std::size_t most);
/// The same for the result card: [{name, url, title, author, files, added, removed}].
json::array table_data(const std::vector<risk::request_row>& rows, std::size_t most);

}  // namespace slipway::steps

// The table of a difference: a row for each merge request, and beneath it what the submodules that it moved bring.
#pragma once

#include <string>
#include <vector>

#include "commands/changelog/submodules.hpp"
#include "commands/risk/origins.hpp"
#include "integrations/base/json.hpp"

namespace slipway::steps {

struct table_row {
    risk::request_row of;
    std::vector<changelog::submodule_change> submodules;
};

/// Rows of the parts, each with the submodules that its landings moved. A landing that has no row gets one.
std::vector<table_row> table_rows(const std::vector<risk::contribution>& parts,
                                  std::vector<changelog::submodule_change> submodules);

/// "!12     3 files  +40  −2  chi.nakamura  Prices carry their currency"; at most `most` rows and a line for the rest.
/// Beneath them "    moves vendor/lib (cig/lib) from … to …: 2 merge requests" and "      cig/lib!7  ben: Title".
std::vector<std::string> table_lines(const std::vector<table_row>& rows, std::size_t most);
/// The same for cards: [{name, url, title, author, files, added, removed, submodules?}], the last as
/// [{text, lines: [{name, url, title, author}], more}].
json::array table_data(const std::vector<table_row>& rows, std::size_t most);

}  // namespace slipway::steps

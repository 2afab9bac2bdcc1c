// Inside this story only: which projects a text of GitLab speaks of. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::steps {

struct mention {
    std::string project;             ///< "cig/money-format"
    std::int64_t merge_request = 0;  ///< 0 = the project as a whole
    friend bool operator==(const mention&, const mention&) = default;
};

/// "cig/money-format", "cig/money-format!12", "cig/money-format#3" and addresses below `root`
/// ("https://gitlab.example"), of projects in `group` (or in its subgroups), each once, in order.
std::vector<mention> mentions_in(std::string_view text, std::string_view group, std::string_view root);

}  // namespace slipway::steps

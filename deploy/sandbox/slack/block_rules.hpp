// Block Kit as Slack accepts it: every rule that a message or view breaks, with a JSON pointer. Pure.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

namespace slipway::sandbox::slack {

namespace json = boost::json;

/// Where the blocks shall stand; some blocks and limits differ.
enum class surface { message, modal, home };

/// One broken rule: "must be less than 3001 characters" at "/blocks/0/text/text".
struct block_problem {
    std::string rule;
    std::string pointer;
    /// "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]", as Slack writes it.
    std::string words() const;
};

/// Empty when Slack would accept the blocks. `root` is the pointer of the array ("/blocks", "/view/blocks").
std::vector<block_problem> problems_of_blocks(const json::value& blocks, surface where, const std::string& root);

/// The same for a whole view ("/view"): title, buttons, sizes, blocks.
std::vector<block_problem> problems_of_view(const json::value& view);

/// Gives every block a block_id and every interactive element an action_id where the author left them out, as Slack
/// does. `seed` makes them unique and repeatable.
void complete_ids(json::array& blocks, const std::string& seed);

}  // namespace slipway::sandbox::slack

// Every message and window that the views can make, over releases in every state, with texts of others of the caller's
// choice: for what has to hold of all of them.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include <boost/json.hpp>

namespace corpus {

namespace json = boost::json;

struct specimen {
    std::string maker;   ///< the function that made it: "gate_card"
    std::string what;    ///< which of its forms: "open", "approved"
    json::object shown;  ///< {"text","blocks"} or a view
    bool is_view = false;
    std::set<std::string> may_call{};  ///< mentions that are meant, as mentions_in gives them: "@UEVE"
};

/// Gives the next text of others.
using text_source = std::function<std::string()>;

/// All of them once. Every text that somebody outside can choose comes from `others`.
std::vector<specimen> every_specimen(const text_source& others);

}  // namespace corpus

// The template language of the website: text with {{ path | filter }}, {% each x in list %}, {% if path %}, {% else %}
// and
// {% end %}. A field that does not exist is an error with its file and line, as in a real language.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/json.hpp"

namespace slipway::sandbox::site {

/// One call on the way to an error, oldest first.
struct frame {
    std::string file;  ///< relative to the checkout: "templates/ship.html"
    int line = 0;      ///< from 1
    std::string function;
    std::string text;  ///< the line itself
    std::vector<std::string> before;
    std::vector<std::string> after;
};

struct page_error {
    std::string type;  ///< "UndefinedField", "WrongType", "TemplateError"
    std::string message;
    std::vector<frame> frames;
};

struct rendered {
    std::string html;
    bool failed = false;
    page_error error;  ///< when failed
};

/// `name` is the file's path for errors; `scope` holds the variables. Values are escaped unless the filter is "raw".
rendered render(const std::string& name, const std::string& text, const json::object& scope);

/// The frame of one line of a text, with its neighbours.
frame frame_at(const std::string& file, const std::string& text, int line, std::string function);

}  // namespace slipway::sandbox::site

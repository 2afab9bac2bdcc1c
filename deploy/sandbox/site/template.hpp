// The template language of the website: text with {{ path | filter }}, {% each x in list %}, {% if path %}, {% else %},
// {% end %}, {% include parts/x.html %} and {% call name %} of a {% macro name %} in templates/macros.html. A field or
// macro that does not exist is an error with its file and line, as in a real language; a part that fails is wrapped by
// the template that wanted it, as frameworks do.
#pragma once

#include <functional>
#include <memory>
#include <optional>
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
    std::string type;  ///< "UndefinedField", "WrongType", "TemplateError", "PartFailed", "Error"
    std::string message;
    std::vector<frame> frames;
    std::shared_ptr<const page_error> cause;  ///< what it wraps; null = nothing
};

struct rendered {
    std::string html;
    bool failed = false;
    page_error error;  ///< when failed
};

/// `name` is the file's path for errors; `scope` holds the variables. Values are escaped unless the filter is "raw".
/// `load` reads other files of the checkout for includes and macros; without it there are none.
using loader = std::function<std::optional<std::string>(const std::string& name)>;
rendered render(const std::string& name, const std::string& text, const json::object& scope, const loader& load = {});

/// The frame of one line of a text, with its neighbours.
frame frame_at(const std::string& file, const std::string& text, int line, std::string function);

}  // namespace slipway::sandbox::site
